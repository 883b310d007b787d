"""What the parent says: lines on standard output, written by a thread of their own."""

import json
from datetime import UTC, datetime

from ostiary.main.serving.line_sink import LineSink, StandardOutput

_LAST_LINES_SECONDS = 1.0


class Output:
    """Structured lines on standard output; who does not read them stops nobody."""

    def __init__(self) -> None:
        self._sink = LineSink("stdout", StandardOutput(), _gap_line)

    def say(self, event: str, **fields: object) -> None:
        """Write one line; it is lost when too much is waiting already."""
        self._sink.put(_line(event, **fields))

    def close(self) -> None:
        """Wait a moment for the last lines."""
        self._sink.close(_LAST_LINES_SECONDS)


def _gap_line(lost: int) -> bytes:
    return _line("lines_lost", count=lost)


def _line(event: str, **fields: object) -> bytes:
    time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    members = {"time": time, "event": event, **fields}
    return json.dumps(members, separators=(",", ":")).encode() + b"\n"
