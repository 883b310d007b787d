"""HTTP on inherited sockets: uvicorn's protocol without uvicorn's own server around it."""

import asyncio
import socket
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.server import ServerState

from ostiary.http.protocol import EdgeProtocol
from ostiary.main.worker.acceptor import Acceptor, ChooseTLS, Room

KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep an idle connection, so that it is they who close it."""
_CLOSE = (b"connection", b"close")
_LOOK_SECONDS = 0.02
_FIRST_REQUEST_SECONDS = 1.0


class HTTPServer:
    """Serves one ASGI application on any number of sockets.

    uvicorn's conveniences are off: it neither logs, nor trusts proxies, nor names itself, nor
    upgrades to WebSocket, nor handles signals.
    """

    def __init__(
        self, application: Callable[..., Any], protocol: type[asyncio.Protocol], room: Room
    ) -> None:
        self._config = Config(
            application,
            http=protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            # A request that waited for another one's answer begins in that one's turn.
            reset_contextvars=True,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        self._config.load()
        self._protocol = protocol
        self._room = room
        self._state = ServerState()
        self._extra_headers: list[tuple[bytes, bytes]] = []
        self._acceptors: list[Acceptor] = []
        room.open.append(self._state.connections)
        self._refresh_headers()

    @property
    def connections(self) -> int:
        return len(self._state.connections)

    @property
    def failed_handshakes(self) -> int:
        return self._room.failed_handshakes

    @property
    def accept_pauses(self) -> int:
        return sum(acceptor.pauses for acceptor in self._acceptors)

    def listen(self, listening: socket.socket, choose_tls: ChooseTLS) -> None:
        """Serve on one more socket."""
        acceptor = Acceptor(listening, self._make_protocol, self._room, choose_tls)
        acceptor.start()
        self._acceptors.append(acceptor)

    def say_farewell(self) -> None:
        """Close each connection with its next answer."""
        self._extra_headers = [_CLOSE]
        self._refresh_headers()

    def stop_accepting(self) -> None:
        """Leave new connections to others."""
        acceptors, self._acceptors = self._acceptors, []
        for acceptor in acceptors:
            acceptor.stop()

    def close_idle(self, *, spares_new: bool = False) -> None:
        """Close what waits for a next request, and the others after their answer.

        A request that has begun to come is waited for, as long as any may take to come.
        Args: spares_new leaves alone what has not asked for anything yet.
        """
        for connection in list(self._state.connections):
            protocol = cast(EdgeProtocol, connection)
            if not (protocol.is_asking or (spares_new and protocol.is_new)):
                connection.shutdown()

    async def is_empty_within(self, seconds: float) -> bool:
        """Wait until no connection and no request is left."""
        deadline = time.monotonic() + seconds
        # Nobody is told when uvicorn's sets of connections and tasks become empty.
        while self._is_busy() and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)
        return not self._is_busy()

    async def is_closed_within(self, seconds: float) -> bool:
        """Let requests finish and close everything else."""
        self.close_idle(spares_new=True)
        if not await self.is_empty_within(min(seconds, _FIRST_REQUEST_SECONDS)):
            # Connections that came last have had time to ask for something.
            self.close_idle()
            await self.is_empty_within(seconds - _FIRST_REQUEST_SECONDS)
        return not self._is_busy()

    def _is_busy(self) -> bool:
        return bool(self._room.taken or self._state.tasks)

    def _make_protocol(self) -> asyncio.Protocol:
        return self._protocol(  # type: ignore[call-arg]
            config=self._config, server_state=self._state, app_state={}
        )

    def _refresh_headers(self) -> None:
        """Renew the date once a second."""
        now = time.time()
        date = (b"date", formatdate(now, usegmt=True).encode())
        self._state.default_headers = [date, *self._extra_headers]
        asyncio.get_running_loop().call_later(1.0 - now % 1.0, self._tick)

    def _tick(self) -> None:
        self._refresh_headers()
