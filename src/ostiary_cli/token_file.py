"""Tokens that `ostiary token --cache` keeps: a file for each, which nobody else can read.

Programs that need the same token at the same time wait for one request.
"""

import fcntl
import hashlib
import json
import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ostiary_client.caching.refresh_policy import Freshness, RefreshPolicy
from ostiary_client.errors import (
    ConfigurationError,
    RateLimitedError,
    ServerFailedError,
    TransportError,
)
from ostiary_client.profiles import Profile
from ostiary_client.secret import Secret
from ostiary_client.tokens import AccessToken

_PASSING = (TransportError, RateLimitedError, ServerFailedError)
_MOST_BYTES = 256 * 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OPEN = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_REMEDY = "Nothing was read or written there. Remove it, or use --no-cache"


@dataclass(frozen=True, slots=True)
class TokenFile:
    """Where the token of one client, for one request, is kept."""

    path: Path
    policy: RefreshPolicy = field(default_factory=RefreshPolicy)
    now: Callable[[], float] = time.time

    @classmethod
    def of(cls, profile: Profile, environ: Mapping[str, str] = os.environ) -> "TokenFile":
        """Return the file for a profile: another one for whatever changes in it.

        Raises: ConfigurationError when the folder is not the user's own.
        """
        return cls(_own_folder(environ) / f"{_key(profile)}.json")

    def get(self, fetch: Callable[[], AccessToken]) -> AccessToken:
        """Return the token in the file, or a new one when that is due.

        Raises: ConfigurationError when the file is not the user's own; whatever fetch raises.
        """
        freshness, held = self._look()
        if held is not None and freshness is Freshness.FRESH:
            return held
        with self._lock():
            freshness, held = self._look()  # somebody else may have fetched it meanwhile
            if held is not None and freshness is Freshness.FRESH:
                return held
            asked_at = self.now()
            try:
                token = fetch()
            except _PASSING:
                if held is None:
                    raise
                return held
            self._write(token, asked_at)
            return token

    def _look(self) -> tuple[Freshness, AccessToken | None]:
        """Return the token and what to do about it; a broken file is as good as none."""
        try:
            document = json.loads(_read(self.path))
            token, fetched_at = _parse(document)
        except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):
            return Freshness.OVER, None
        freshness = self.policy.judge(token, fetched_at, self.now())
        return freshness, None if freshness is Freshness.OVER else token

    def _write(self, token: AccessToken, asked_at: float) -> None:
        document = {
            "access_token": token.value,
            "token_type": token.token_type,
            "expires_at": token.expires_at,
            "fetched_at": asked_at,
            "scopes": token.scopes,
            "response": token.response,
        }
        try:
            # mkstemp makes it readable for its owner only, from the start.
            descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=".", suffix=".new")
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump(document, file)
                Path(name).replace(self.path)
            except BaseException:
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            # The token is there; not keeping it is no reason to refuse it.
            print(f"warning: the token could not be kept: {error.strerror}", file=sys.stderr)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Keep other processes out until the token is there."""
        path = self.path.with_suffix(".lock")
        descriptor = _opened(path, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def forget(value: str, environ: Mapping[str, str] = os.environ) -> None:
    """Remove a token wherever it is kept.

    Raises: ConfigurationError when the folder is not the user's own.
    """
    if not _folder(environ).exists():
        return
    for path in _own_folder(environ).glob("*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            if json.loads(_read(path))["access_token"] == value:
                path.unlink()


def _folder(environ: Mapping[str, str]) -> Path:
    home = environ.get("XDG_CACHE_HOME", "")
    base = Path(home) if home.startswith("/") else Path(environ.get("HOME") or "~") / ".cache"
    return base.expanduser() / "ostiary" / "tokens"


def _own_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder, made if need be, which nobody else can look into."""
    folder = _folder(environ)
    try:
        folder.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (folder.parent, folder):
            path.mkdir(mode=0o700, exist_ok=True)
            status = path.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
                raise ConfigurationError(f"{path} is no folder of your own", remedy=_REMEDY)
            if status.st_mode & _OTHERS:
                path.chmod(0o700)
    except OSError as error:
        raise ConfigurationError(
            f"Tokens cannot be kept in {folder}: {error.strerror}", remedy="Use --no-cache"
        ) from None
    return folder


def _read(path: Path) -> bytes:
    descriptor = _opened(path, os.O_RDONLY)
    with os.fdopen(descriptor, "rb") as file:
        if os.fstat(descriptor).st_mode & _OTHERS:
            return b""  # others could read it, or have written it
        return file.read(_MOST_BYTES)


def _opened(path: Path, flags: int) -> int:
    """Open a plain file of the user's own; no link is followed."""
    try:
        descriptor = os.open(path, flags | _OPEN, 0o600)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not flags & os.O_CREAT:
            raise
        raise ConfigurationError(f"{path}: {error.strerror}", remedy=_REMEDY) from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
        os.close(descriptor)
        raise ConfigurationError(f"{path} is no plain file of your own", remedy=_REMEDY)
    return descriptor


def _parse(document: dict[str, Any]) -> tuple[AccessToken, float]:
    """Return the token in a document, and when it was asked for.

    Raises: KeyError, TypeError or ValueError for any other document.
    """
    value, kind = document["access_token"], document["token_type"]
    response, scopes = document["response"], document["scopes"]
    texts = [value, kind, *scopes]
    if not all(isinstance(text, str) and text.isascii() and text.isprintable() for text in texts):
        raise TypeError("another document")
    if not value or not isinstance(response, dict):
        raise TypeError("another document")
    token = AccessToken(value, kind, float(document["expires_at"]), tuple(scopes), response)
    return token, float(document["fetched_at"])


def _key(profile: Profile) -> str:
    """Return the file's name: of whatever the token depends on, secret or key included."""
    parts = [
        profile.base_url.rstrip("/"),
        profile.issuer,
        profile.client_id,
        profile.auth_method,
        profile.key_id,
        sorted(set(profile.scope or ())),
        profile.resource,
        profile.audience,
        _digest(profile.client_secret, profile),
        _digest(profile.private_key, profile),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _digest(secret: Secret | None, profile: Profile) -> str | None:
    """Return a digest that is slow to make, so that the file's name gives no short secret away."""
    if secret is None:
        return None
    salt = json.dumps([profile.base_url, profile.client_id]).encode()
    return hashlib.scrypt(secret.reveal().encode(), salt=salt, n=4096, r=8, p=1, dklen=32).hex()
