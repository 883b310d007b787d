"""Attempts that are not answered yet: they count like those in the file, and need no write."""

from dataclasses import dataclass

from ostiary.core.model.password_policy import Failures

Place = tuple[str, str, str]
"""Where an attempt is counted: environment, subject, device."""
Mark = tuple[str, bytes]
"""What a password is recognised by in an environment."""


@dataclass(slots=True)
class _Open:
    """The attempts that are open at one place.

    Args:
        failures: in a row, all that are open counted as failed.
        is_kept: the file has a count here.
    """

    number: int
    failures: Failures
    is_kept: bool


class OpenAttempts:
    """The counts of one process, which is the only one that serves from its file."""

    def __init__(self) -> None:
        self._places: dict[Place, _Open] = {}
        self._tried: dict[Mark, dict[str, int]] = {}

    def find_failures(self, place: Place) -> Failures | None:
        """Return what counts at a place while attempts are open there; None when none is."""
        found = self._places.get(place)
        return None if found is None else found.failures

    def others(self, mark: Mark, subject: str) -> int:
        """Return how many other subjects a password is tried on right now."""
        tried = self._tried.get(mark)
        return 0 if tried is None else len(tried) - (subject in tried)

    def begin(self, place: Place, mark: Mark, failures: Failures, *, is_kept: bool) -> None:
        """Count an attempt, which makes the failures at its place `failures`."""
        found = self._places.get(place)
        if found is None:
            self._places[place] = _Open(1, failures, is_kept)
        else:
            found.number += 1
            found.failures = failures
        tried = self._tried.setdefault(mark, {})
        tried[place[1]] = tried.get(place[1], 0) + 1

    def is_kept(self, place: Place) -> bool:
        """Tell whether the file may have a count at a place: for certain not, where one is open."""
        found = self._places.get(place)
        return found is None or found.is_kept

    def keep(self, place: Place) -> Failures:
        """Return what the file is to have now for a place where an attempt has failed."""
        found = self._places.get(place)
        if found is None or not found.failures.failures:
            return Failures()
        found.is_kept = True
        return found.failures

    def forget(self, environment: str, subject: str, device: str | None = None) -> None:
        """Let a subject begin anew, on one device or on all; what is open stays so."""
        for place, found in self._places.items():
            if place[:2] == (environment, subject) and device in {None, place[2]}:
                found.failures = Failures()

    def end(self, place: Place, mark: Mark) -> None:
        """Take an attempt out that is answered; nothing happens where none is open."""
        found, tried = self._places.get(place), self._tried.get(mark, {})
        if found is None or place[1] not in tried:
            return
        found.number -= 1
        if not found.number:
            del self._places[place]
        tried[place[1]] -= 1
        if not tried[place[1]]:
            del tried[place[1]]
        if not tried:
            del self._tried[mark]
