"""Workers that hang, told from workers that a standing machine kept from being heard."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

SILENCE_SECONDS = 30.0
"""A worker that says nothing for so long hangs: it reports every second from its event loop."""
ROUND_SECONDS = 5.0


class Heard(Protocol):
    """Who reports, and did so last at a time of the monotonic clock."""

    last_heard: float


T = TypeVar("T", bound=Heard)


class SilenceWatch:
    """Looks at the workers once a round.

    Args: now is the monotonic time when the first round begins.
    """

    def __init__(self, now: float) -> None:
        self._round_began = now

    def find_silent(self, workers: Iterable[T], *, now: float) -> list[T]:
        """Return who hangs, at the end of a round.

        A round of more than twice its length says that this process, and perhaps the whole
        machine, stood still: what the workers said meanwhile is not read yet.
        """
        stood_still = now - self._round_began > 2 * ROUND_SECONDS
        self._round_began = now
        if stood_still:
            return []
        return [worker for worker in workers if now - worker.last_heard > SILENCE_SECONDS]
