"""What libraries log and what fails, as events: types and places, never texts.

A log message or an exception's text may quote a request, so neither is written.
"""

import logging
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ostiary.adapters.outbound.events_log import EventsLog

_FRAMES = 12


class LogBridge(logging.Handler):
    """Turns warnings of libraries into events: who, where, and the message before it is filled."""

    def __init__(self, events: "EventsLog") -> None:
        super().__init__(logging.WARNING)
        self._events = events

    def emit(self, record: logging.LogRecord) -> None:
        failure = record.exc_info[1] if record.exc_info else None
        self._events.note(
            "library_warning",
            level=record.levelname.lower(),
            logger=record.name,
            message=record.msg if isinstance(record.msg, str) and record.args else "",
            place=f"{record.filename}:{record.lineno}",
            failure=describe(failure) if failure is not None else None,
        )


def describe(failure: BaseException) -> list[dict[str, object]]:
    """Describe an exception and its causes by type and place, innermost frames last."""
    described: list[dict[str, object]] = []
    current: BaseException | None = failure
    while current is not None and len(described) < _FRAMES:
        frames = traceback.extract_tb(current.__traceback__)[-_FRAMES:]
        described.append(
            {
                "type": f"{type(current).__module__}.{type(current).__qualname__}",
                "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        current = current.__cause__ or current.__context__
    return described
