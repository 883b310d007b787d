"""Events as JSON lines: to standard output for operators, to the audit file for later.

The lines are encoded by msgspec straight into the buffer, which a logging library would copy
several times: a line costs about a microsecond, so it is paid where the event happens, and the
writing threads never compete with the event loop for the interpreter.
"""

import json
import re
import time
from collections.abc import Mapping
from typing import Protocol, get_args

import msgspec

from ostiary.adapters.outbound.meters import EventMeter
from ostiary.core.model.audit.event import Event

HAND_OVER_BYTES = 32 * 1024
_COMMA = ord(",")
_CAPITAL = re.compile(r"(?<=.)(?=[A-Z])")
_HIDDEN = re.compile("[\x7f-\U0010ffff]")
_DEL = 0x7F
_END_OF_STAMP = b'.%03dZ","event":'
_encoder = msgspec.json.Encoder()


def event_name(event_type: type) -> str:
    """Return the name under which an event is logged: `TokenIssued` is `token_issued`."""
    return _CAPITAL.sub("_", event_type.__name__).lower()


class Sink(Protocol):
    """Takes lines, and holds up nobody who brings them."""

    def put(self, batch: bytes) -> None:
        """Take lines for writing."""
        ...

    def close(self, timeout_seconds: float) -> None:
        """Write what was put, for as long as that may take."""
        ...


class EventsLog:
    """Implements the `Events` port; to be used on the event loop's thread.

    Stores: one line for each event. `flush` hands lines over to the sinks; the worker calls it
    several times a second.
    Args:
        output: gets everything.
        audit: gets events, and nothing that is only about the process.
    """

    def __init__(self, output: Sink, audit: Sink, meter: EventMeter) -> None:
        self._sinks = (output, audit)
        self._output = output
        self._count = meter.count
        self._buffer = bytearray()
        self._second = self._millisecond = 0
        self._date = self._stamp = b""
        self._encode_into = _encoder.encode_into
        self._names: Mapping[type, bytes] = {
            event_type: f'"{event_name(event_type)}"'.encode() for event_type in get_args(Event)
        }

    def emit(self, event: Event) -> None:
        """Write an event into the buffer, and count it."""
        kind = event.__class__
        buffer = self._begin(self._names[kind])
        brace = len(buffer)
        try:
            self._encode_into(event, buffer, brace)
        except UnicodeEncodeError:
            # A lone surrogate, which only JSON's own escapes can write.
            buffer[brace:] = json.dumps(msgspec.to_builtins(event)).encode()
        buffer[brace] = _COMMA  # the fields continue the object that the stamp began
        buffer += b"\n"
        self._count(event)
        if len(buffer) > HAND_OVER_BYTES:
            self.flush()

    def note(self, name: str, **fields: object) -> None:
        """Write what happened to the process itself; fields hold no secrets.

        It may come from any thread, so it does not touch the buffer of events.
        """
        members = "".join(f',"{key}":{json.dumps(value)}' for key, value in fields.items())
        self._output.put(stamp(time.time()) + f'"{name}"{members}}}\n'.encode())

    def flush(self) -> None:
        """Hand the lines so far over to the sinks."""
        if self._buffer:
            lines, self._buffer = bytes(self._buffer), bytearray()
            if not lines.isascii() or _DEL in lines:
                lines = _escape(lines)
            for sink in self._sinks:
                sink.put(lines)

    def close(self, timeout_seconds: float = 2.0) -> None:
        """Flush, and wait for the sinks to write."""
        self.flush()
        for sink in self._sinks:
            sink.close(timeout_seconds)

    def _begin(self, name: bytes) -> bytearray:
        """Begin a line, and return the buffer that it continues in."""
        millisecond = int(time.time() * 1000)
        if millisecond != self._millisecond:
            second, rest = divmod(millisecond, 1000)
            if second != self._second:
                self._second, self._date = second, _date(second)
            self._millisecond, self._stamp = millisecond, self._date + _END_OF_STAMP % rest
        buffer = self._buffer
        buffer += self._stamp
        buffer += name
        return buffer


def stamp(now: float) -> bytes:
    """Return the beginning of a line: the time (RFC 3339, UTC) and the word before the name."""
    second, millisecond = divmod(int(now * 1000), 1000)
    return _date(second) + _END_OF_STAMP % millisecond


def _date(second: int) -> bytes:
    return time.strftime('{"time":"%Y-%m-%dT%H:%M:%S', time.gmtime(second)).encode()


def gap_line(lost: int) -> bytes:
    """Return the line that tells readers of lines that are missing here."""
    return stamp(time.time()) + b'"lines_lost","count":%d}\n' % lost


def _escape(lines: bytes) -> bytes:
    r"""Write as \u escapes what a terminal could obey or a reader could be deceived by.

    msgspec escapes control characters below space only; the rest stands inside strings alone.
    """
    return _HIDDEN.sub(_escape_character, lines.decode()).encode()


def _escape_character(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(
        f"\\u{int.from_bytes(units[at : at + 2], 'big'):04x}" for at in range(0, len(units), 2)
    )
