"""Environment variables and files of this machine, as the configuration refers to them."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ostiary.core.configuration.secret_sources import UnreadableFileError

_OTHERS_MAY_READ = stat.S_IRGRP | stat.S_IROTH
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class MachineSurroundings:
    """The real ones; relative paths count from the working directory."""

    environ: Mapping[str, str]

    def find_variable(self, name: str) -> str | None:
        return self.environ.get(name)

    def read_text(self, path: str) -> str:
        return read_file(Path(path), max_bytes=_MAX_BYTES)

    def read_bytes(self, path: str, max_bytes: int) -> bytes:
        return _read_bytes(Path(path), max_bytes)

    def may_others_read(self, path: str) -> bool:
        try:
            return bool(Path(path).stat().st_mode & _OTHERS_MAY_READ)
        except OSError:
            return False


def read_file(path: Path, *, max_bytes: int) -> str:
    """Return the text of a regular file.

    Raises: UnreadableFileError with the reason.
    """
    try:
        return _read_bytes(path, max_bytes).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFileError("it is not UTF-8 text") from error


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    try:
        # Without waiting: the open of a pipe would wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UnreadableFileError("it is not a regular file")
            with os.fdopen(descriptor, "rb", closefd=False) as opened:
                content = opened.read(max_bytes + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UnreadableFileError(error.strerror or "it cannot be opened") from error
    if len(content) > max_bytes:
        raise UnreadableFileError(f"it has more than {max_bytes} bytes")
    return content
