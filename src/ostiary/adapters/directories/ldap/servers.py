"""Several servers of one directory: which of them is asked, and which is left alone for a while."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ostiary.adapters.directories.ldap.failures import ServerFailedError
from ostiary.core.model.ldap_directory import LDAPServer


@dataclass(slots=True)
class Servers:
    """Remembers which servers have failed; used by several threads.

    While all of them are left alone nobody waits for any: whoever asks is told so at once.
    Args:
        all: in the order in which they are asked.
        report: is told when a server fails that did not before (with a reason), and when it is back
            (with ""); from any thread.
    """

    all: tuple[LDAPServer, ...]
    pause_seconds: float
    monotonic: Callable[[], float]
    report: Callable[[LDAPServer, str], None]
    _paused: dict[LDAPServer, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def usable(self) -> tuple[LDAPServer, ...]:
        """Return the servers that may be asked now, the preferred one first.

        One whose pause is over is tried by one caller alone: it may well hang again.
        """
        with self._lock:
            return tuple(self._choose(self.monotonic()))

    def _choose(self, now: float) -> Iterator[LDAPServer]:
        for server in self.all:
            until = self._paused.get(server)
            if until is None:
                yield server
            elif until <= now:
                self._paused[server] = now + self.pause_seconds
                yield server

    def check(self) -> None:
        """Refuse to wait when there is nobody to be asked.

        Raises: ServerFailedError.
        """
        now = self.monotonic()
        if all(self._paused.get(server, 0.0) > now for server in self.all):
            raise ServerFailedError("paused")

    def failed(self, server: LDAPServer, reason: str) -> None:
        """Leave a server alone for a while."""
        with self._lock:
            is_new = server not in self._paused
            self._paused[server] = self.monotonic() + self.pause_seconds
        if is_new:
            self.report(server, reason)

    def answered(self, server: LDAPServer) -> None:
        """Take note of a server that works."""
        if server in self._paused:
            with self._lock:
                was_paused = self._paused.pop(server, None) is not None
            if was_paused:
                self.report(server, "")
