"""The folder of kept tokens, which nobody else can look into, and files in it."""

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ostiary_cli.own_files import REMEDY, open_own
from ostiary_client.errors import ConfigurationError
from ostiary_client.profiles.paths import home

_MOST_BYTES = 256 * 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def folder(environ: Mapping[str, str]) -> Path:
    """Return where the folder is, or would be."""
    named = environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named.startswith("/") else home(environ) / ".cache"
    return base / "ostiary" / "tokens"


def own_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder, made if need be, which nobody else can look into.

    Raises: ConfigurationError when it is not the user's own.
    """
    path = folder(environ)
    try:
        path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in (path.parent, path):
            each.mkdir(mode=0o700, exist_ok=True)
            status = each.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
                raise ConfigurationError(f"{each} is no folder of your own", remedy=REMEDY)
            if status.st_mode & _OTHERS:
                each.chmod(0o700)
    except OSError as error:
        raise ConfigurationError(
            f"Tokens cannot be kept in {path}: {error.strerror}", remedy="Use --no-cache"
        ) from None
    return path


def read_own(path: Path) -> bytes:
    """Return what a file of the user's own holds; nothing when others can read it.

    Raises: ConfigurationError when it is not the user's own; FileNotFoundError.
    """
    descriptor = open_own(path, os.O_RDONLY)
    with os.fdopen(descriptor, "rb") as file:
        if os.fstat(descriptor).st_mode & _OTHERS:
            return b""  # others could read it, or have written it
        return file.read(_MOST_BYTES)


def write_own(path: Path, document: Mapping[str, Any]) -> None:
    """Put a file in the place of another, whole, and for the user's eyes only.

    Raises: OSError.
    """
    # mkstemp makes it readable for its owner only, from the start.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
