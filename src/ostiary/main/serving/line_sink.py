"""Lines written by a thread of its own, so that a full disk or a slow reader holds up nobody."""

import os
import select
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

MAX_PENDING_BYTES = 8 << 20


class Target(Protocol):
    """Where a sink's lines go."""

    def write(self, lines: memoryview) -> int:
        """Write some of it and return how many bytes that were.

        Raises: OSError.
        """
        ...


class StandardOutput:
    """Standard output, shared with other processes whose lines must not run into ours."""

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
        # What a pipe takes in one piece; a file takes everything in one.
        self._piece_bytes = MAX_PENDING_BYTES if is_file else select.PIPE_BUF

    def write(self, lines: memoryview) -> int:
        return os.write(self._descriptor, _whole_lines(lines, self._piece_bytes))


class AppendedFile:
    """A file that grows at its end, opened anew when it was moved away; readable for us alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def write(self, lines: memoryview) -> int:
        if not self._is_current():
            self._open()
        return os.write(self._descriptor, lines)

    def _is_current(self) -> bool:
        if self._descriptor < 0:
            return False
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except FileNotFoundError:
            return False

    def _open(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o600)


class LineSink:
    """Writes batches of whole lines to one target, in order; what cannot be written is counted.

    Args:
        make_gap_line: makes the line that stands in for lines that were lost.
    """

    def __init__(self, name: str, target: Target, make_gap_line: Callable[[int], bytes]) -> None:
        self.name = name
        self.lost_lines = 0
        self.is_failing = False
        self._target = target
        self._make_gap_line = make_gap_line
        self._putting = threading.Lock()
        self._batches: SimpleQueue[bytes | None] = SimpleQueue()
        self._put_bytes = self._taken_bytes = 0
        self._refused_lines = self._failed_lines = self._told_lines = 0
        self._is_torn = False
        self._thread = threading.Thread(target=self._work, name=f"sink-{name}", daemon=True)
        self._thread.start()

    def put(self, batch: bytes) -> None:
        """Take lines for writing; they are lost when too much is waiting already."""
        with self._putting:
            if self._put_bytes - self._taken_bytes + len(batch) > MAX_PENDING_BYTES:
                self._refused_lines += batch.count(b"\n")
                self._count()
            else:
                self._put_bytes += len(batch)
                self._batches.put(batch)

    def close(self, timeout_seconds: float) -> None:
        """Write what was put, for as long as that may take."""
        self._batches.put(None)
        self._thread.join(timeout_seconds)

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            self._write(batch)
            self._taken_bytes += len(batch)

    def _write(self, batch: bytes) -> None:
        untold = self.lost_lines - self._told_lines
        text = (self._make_gap_line(untold) if untold else b"") + batch
        rest = memoryview(b"\n" + text if self._is_torn else text)
        try:
            while rest:
                rest = rest[self._target.write(rest) :]
        except OSError:
            self.is_failing = True
            self._is_torn = len(rest) < len(text) and not text[: -len(rest)].endswith(b"\n")
            self._failed_lines += min(bytes(rest).count(b"\n"), batch.count(b"\n"))
            self._count()
        else:
            self.is_failing = self._is_torn = False
            self._told_lines += untold

    def _count(self) -> None:
        # One thread writes each summand at a time; the sum is only ever a little late.
        self.lost_lines = self._refused_lines + self._failed_lines


def _whole_lines(lines: memoryview, limit: int) -> memoryview:
    """Cut behind the last line that fits; a longer line goes out whole, whatever happens to it."""
    if len(lines) <= limit:
        return lines
    piece = bytes(lines[:limit])
    end = piece.rfind(b"\n") + 1
    if not end:
        end = bytes(lines).find(b"\n") + 1
    return lines[:end]
