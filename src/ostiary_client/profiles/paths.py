"""File names as people write them, with ~ for a home directory."""

from collections.abc import Mapping
from pathlib import Path

from ostiary_client.errors import ConfigurationError


def spelled_out(name: str | Path) -> Path:
    """Return a file's name with the home directory that ~ stands for.

    Raises: ValueError for a home that nobody has, and for a name that no file can have.
    """
    if "\0" in str(name):
        raise ValueError("names no file: it has a NUL character in it")
    try:
        return Path(name).expanduser()
    except RuntimeError:
        raise ValueError("starts with the home directory of nobody who is known here") from None


def home(environ: Mapping[str, str]) -> Path:
    """Return the user's home directory.

    Raises: ConfigurationError when neither HOME nor the list of users has one.
    """
    named = environ.get("HOME", "")
    if named.startswith("/"):
        return Path(named)
    try:
        return Path.home()
    except RuntimeError:
        raise ConfigurationError("No home directory is known", remedy="Set HOME") from None
