"""What parent and worker tell each other: one JSON object a line, over a pair of sockets."""

import asyncio
import json
import socket
from collections.abc import Mapping
from typing import Any

Message = Mapping[str, Any]
MAX_LINE_BYTES = 4 << 20
MAX_WAITING_BYTES = 256 << 10
"""How much may wait for the other side before what is only offered is dropped."""


class Channel:
    """One end of the line between parent and worker."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, end: socket.socket) -> "Channel":
        """Speak over one end of a socket pair."""
        return cls(*await asyncio.open_unix_connection(sock=end, limit=MAX_LINE_BYTES))

    def send(self, kind: str, **members: object) -> None:
        """Say something; a message to an ended process is lost without complaint."""
        if not self._writer.is_closing():
            line = json.dumps({"kind": kind, **members}, separators=(",", ":"))
            self._writer.write(line.encode() + b"\n")

    def offer(self, kind: str, **members: object) -> bool:
        """Say something that may be lost: not while too much waits; tell whether it was said."""
        transport = self._writer.transport
        if transport.is_closing() or transport.get_write_buffer_size() > MAX_WAITING_BYTES:
            return False
        self.send(kind, **members)
        return True

    async def flush(self) -> None:
        """Wait until what was said has left this process."""
        try:
            await self._writer.drain()
        except OSError:
            return

    async def receive(self) -> Message | None:
        """Return the next message, or None when the other side is gone."""
        try:
            line = await self._reader.readline()
        except (OSError, ValueError):
            return None
        if not line.endswith(b"\n"):
            return None
        message: Message = json.loads(line)
        return message

    def close(self) -> None:
        """Hang up."""
        self._writer.close()
