"""The file of profiles: where it is, what it says, and whether it is fit to hold secrets."""

import os
import shlex
import stat
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ostiary_client.errors import ConfigurationError
from ostiary_client.profiles.fields import FIELDS, SECRETS
from ostiary_client.profiles.secret_source import SecretSource

_MOST_BYTES = 1024 * 1024
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_DO_ANYTHING = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """What the file says: the table of each profile, not yet checked but for its names."""

    path: Path
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    default: str | None = None
    mode: int = 0o600
    owner: int | None = None

    def table(self, name: str) -> Mapping[str, Any]:
        """Return what a profile says.

        Raises: ConfigurationError for one that is not there.
        """
        if name in self.profiles:
            return self.profiles[name]
        known = ", ".join(self.profiles) or "none"
        raise ConfigurationError(
            f"There is no profile {name!r} in {self.path}{_meant(name, self.profiles)}",
            remedy=f"There is {known}. Make one:   ostiary profiles set NAME",
        )

    def check_fit(self, values: Mapping[str, Any]) -> None:
        """Refuse a file whose secrets others could read, or whose credentials they could redirect.

        Raises: ConfigurationError with the command that mends it.
        """
        sources = [values[name] for name in SECRETS if name in values]
        is_plain = any(isinstance(s, SecretSource) and s.kind == "value" for s in sources)
        forbidden = _OTHERS_DO_ANYTHING if is_plain else _OTHERS_WRITE
        if not sources:
            return
        if self.mode & forbidden:
            may = "read" if is_plain and self.mode & ~_OTHERS_WRITE & forbidden else "change"
            raise ConfigurationError(
                f"{self.path} has credentials in it, and others may {may} it",
                remedy=f"Run   chmod 600 {shlex.quote(str(self.path))}",
            )
        if self.owner not in {None, os.geteuid()} and (is_plain or self.owner != 0):
            raise ConfigurationError(
                f"{self.path} has credentials in it, and belongs to another user",
                remedy=f"Run   chown $(id -u) {shlex.quote(str(self.path))}",
            )


def locate(environ: Mapping[str, str]) -> Path:
    """Return where the file is, or would be."""
    if given := environ.get("OSTIARY_CONFIG"):
        return Path(given).expanduser()
    home = environ.get("XDG_CONFIG_HOME", "")
    # A relative path there is to be ignored, says the XDG specification.
    base = Path(home) if home.startswith("/") else _home(environ) / ".config"
    return base / "ostiary" / "config.toml"


def read_file(environ: Mapping[str, str]) -> ProfileFile:
    """Read the file; one that is not there has no profiles, unless `OSTIARY_CONFIG` names it.

    Raises: ConfigurationError.
    """
    path = locate(environ)
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ConfigurationError(f"{path} is longer than {_MOST_BYTES} bytes")
        document = tomllib.loads(content.decode())
    except FileNotFoundError:
        if environ.get("OSTIARY_CONFIG"):
            raise ConfigurationError(
                f"{path} is not there", remedy="Correct or unset OSTIARY_CONFIG"
            ) from None
        return ProfileFile(path)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is no TOML: {error}") from None
    return _checked(document, path, status)


def _checked(document: dict[str, Any], path: Path, status: os.stat_result) -> ProfileFile:
    _refuse_unknown(document, ("profiles", "default_profile"), where=str(path))
    profiles = document.get("profiles", {})
    if not isinstance(profiles, dict) or not all(isinstance(p, dict) for p in profiles.values()):
        raise ConfigurationError(f"profiles in {path} are not written as [profiles.NAME]")
    for name, table in profiles.items():
        _refuse_unknown(table, FIELDS, where=f"profile {name} in {path}")
    default = document.get("default_profile")
    if default is not None and not isinstance(default, str):
        raise ConfigurationError(f"default_profile in {path} has to be a text")
    return ProfileFile(path, profiles, default, stat.S_IMODE(status.st_mode), status.st_uid)


def _refuse_unknown(table: Iterable[str], known: Iterable[str], *, where: str) -> None:
    known = list(known)
    for name in table:
        if name not in known:
            raise ConfigurationError(
                f"An unknown field {name!r} is in {where}{_meant(name, known)}",
                remedy=f"Known are {', '.join(known)}",
            )


def _meant(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def _home(environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME", "")
    return Path(home) if home.startswith("/") else Path.home()
