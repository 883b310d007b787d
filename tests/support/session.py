"""What one pytest session shares among its workers: a directory and a lifeline.

The first process of the session (with xdist: the controller, which outlives its
workers) makes the directory and holds the lifeline, a FIFO in it. A process
that must not outlive the session reads that FIFO: when the holder is gone,
however it went, the FIFO ends.
"""

import ctypes
import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_VARIABLE = "OSTIARY_TESTS_SESSION"
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class SessionDirectory:
    """The directory, as any process of the session sees it."""

    path: Path

    @classmethod
    def of_this_session(cls) -> Self:
        """Find the directory that the first process of this session made."""
        return cls(Path(os.environ[_VARIABLE]))

    @contextmanager
    def lifeline(self) -> Iterator[int]:
        """Lend the reading end, to be the standard input of tests/support/lifeline.py."""
        descriptor = os.open(self.path / "lifeline", os.O_RDONLY)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def sign_of_life(self, name: str) -> Iterator[int]:
        """Lend a descriptor to pass on: the end of the session waits until it is closed."""
        with (self.path / f"{name}.alive").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file.fileno()

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Keep the other workers out for a while."""
        with (self.path / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class SessionHolder:
    """The first process's side: make the directory, hold the lifeline, let go of both."""

    def __init__(self) -> None:
        """Make the directory and let the workers, which are child processes, know it."""
        self._path = Path(tempfile.mkdtemp(prefix="ostiary-tests-"))
        # Servers under another user must get through to their own directories.
        self._path.chmod(0o711)
        os.environ[_VARIABLE] = str(self._path)
        os.mkfifo(self._path / "lifeline")
        # For reading too, so that the open does not wait for a reader.
        self._lifeline = os.open(self._path / "lifeline", os.O_RDWR)

    def let_go(self) -> None:
        """End what hangs on the lifeline, wait for it, and remove the directory."""
        os.close(self._lifeline)
        for alive in self._path.glob("*.alive"):
            # The reader of the lifeline may be removing the directory right now.
            with suppress(FileNotFoundError), alive.open() as file:
                fcntl.flock(file, fcntl.LOCK_EX)
        shutil.rmtree(self._path, ignore_errors=True)


def end_with_parent() -> None:
    """Let the kernel kill this process when its parent is gone, in the middle of a test too."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
