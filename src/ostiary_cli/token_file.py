"""Tokens that `ostiary token --cache` keeps: a file for each, which nobody else can read.

A profile may have them in the system's keyring instead; then the folder holds only the locks.
Programs that need the same token at the same time wait for one request.
"""

import hashlib
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ostiary_cli.keyring_entry import KeyringEntry, open_keyring
from ostiary_cli.token_folder import folder, own_folder, read_own, write_own
from ostiary_cli.token_lock import TokenLock
from ostiary_client.caching.refresh_policy import Freshness, RefreshPolicy
from ostiary_client.errors import (
    ConfigurationError,
    RateLimitedError,
    ServerFailedError,
    ServerUnreachableError,
    TransportError,
    UnreadableResponseError,
)
from ostiary_client.printable import printable
from ostiary_client.profiles import Profile
from ostiary_client.profiles.fields import KEYRING
from ostiary_client.secret import Secret
from ostiary_client.tokens import AccessToken

_PASSING = (TransportError, RateLimitedError, ServerFailedError, UnreadableResponseError)
_SHARED = "Another process asked for this token just now, and the server gave none"


@dataclass(frozen=True, slots=True)
class TokenFile:
    """Where the token of one client, for one request, is kept.

    Args: entry is in the place of the file, whose path then only says where the lock is.
    """

    path: Path
    policy: RefreshPolicy = field(default_factory=RefreshPolicy)
    now: Callable[[], float] = time.time
    entry: KeyringEntry | None = None

    @classmethod
    def of(cls, profile: Profile, environ: Mapping[str, str] = os.environ) -> "TokenFile":
        """Return the file for a profile: another one for whatever changes in it.

        Raises: ConfigurationError when the folder is not the user's own, or no keyring is there.
        """
        return cls._open(_key(profile), profile, environ)

    @classmethod
    def of_person(cls, profile: Profile, environ: Mapping[str, str] = os.environ) -> "TokenFile":
        """Return the file for whoever signed on with a profile's client.

        Raises: ConfigurationError when the folder is not the user's own, or no keyring is there.
        """
        return cls._open(_digest_of("person", *_client(profile)), profile, environ)

    @classmethod
    def _open(cls, name: str, profile: Profile, environ: Mapping[str, str]) -> "TokenFile":
        file = cls(own_folder(environ) / f"{name}.json")
        if profile.token_store != KEYRING:
            return file
        opened = replace(file, entry=KeyringEntry(open_keyring(), name))
        file.remove()  # of the time before the profile asked for the keyring
        return opened

    def held(self) -> tuple[AccessToken, float] | None:
        """Return the token in the file, good or not, and when it was asked for.

        Raises: ConfigurationError when the file is not the user's own, or the keyring is closed.
        """
        try:
            kept = read_own(self.path) if self.entry is None else self.entry.read()
            return _parse(json.loads(kept))
        except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def get(self, fetch: Callable[[], AccessToken]) -> AccessToken:
        """Return the token in the file, or a new one when that is due.

        Raises: ConfigurationError when the file is not the user's own; whatever fetch raises.
        """
        freshness, held = self._look()
        if held is not None and freshness is Freshness.FRESH:
            return held
        came_at = self.now()
        # Whoever has a token that is still good waits for nobody.
        with self._lock.held(may_wait=held is None) as is_mine:
            freshness, held = self._look()  # somebody else may have fetched it meanwhile
            if held is not None and (freshness is Freshness.FRESH or not is_mine):
                return held
            if (self._lock.failed_at() or -math.inf) > came_at:
                raise ServerUnreachableError(_SHARED, remedy="Try again in a moment")
            return self._renewed(fetch)

    def _renewed(self, fetch: Callable[[], AccessToken]) -> AccessToken:
        asked_at = self.now()
        try:
            token = fetch()
        except _PASSING:
            self._lock.note_failure()
            _, held = self._look()  # it may have ended while the server was asked
            if held is None:
                raise
            return held
        self.write(token, asked_at)
        return token

    @property
    def _lock(self) -> TokenLock:
        return TokenLock(self.path.with_suffix(".lock"), self.now)

    def _look(self) -> tuple[Freshness, AccessToken | None]:
        """Return the token and what to do about it; a broken file is as good as none."""
        found = self.held()
        if found is None:
            return Freshness.OVER, None
        token, fetched_at = found
        freshness = self.policy.judge(token, fetched_at, self.now())
        if freshness is Freshness.DUE and self._lock.failed_at() is not None:
            return Freshness.FRESH, token
        return freshness, None if freshness is Freshness.OVER else token

    def write(self, token: AccessToken, asked_at: float) -> None:
        """Keep a token; where that cannot be done, the user is warned."""
        document = {
            "access_token": token.value,
            "token_type": token.token_type,
            "expires_at": token.expires_at,
            "fetched_at": asked_at,
            "scopes": token.scopes,
            "response": token.response,
        }
        try:
            if self.entry is None:
                write_own(self.path, document)
            else:
                self.entry.write(json.dumps(document))
        except (OSError, ConfigurationError) as error:
            # The token is there; not keeping it is no reason to refuse it.
            reason = error.strerror if isinstance(error, OSError) else printable(str(error))
            print(f"warning: the token could not be kept: {reason}", file=sys.stderr)

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Keep other processes from fetching or changing the token for as long as the block lasts.

        Raises: ConfigurationError when the file is not the user's own.
        """
        with self._lock.held(may_wait=True):
            yield

    def remove(self) -> None:
        """Remove the token, if it is there.

        Raises: ConfigurationError when the keyring is closed.
        """
        if self.entry is not None:
            self.entry.remove()
            return
        with suppress(OSError):
            self.path.unlink()


def forget(value: str, profile: Profile, environ: Mapping[str, str] = os.environ) -> None:
    """Remove a token wherever it is kept, and what came with it.

    Raises: ConfigurationError when the folder is not the user's own, or no keyring is there.
    """
    if not folder(environ).exists():
        return
    for file in _all_files(own_folder(environ), profile):
        found = file.held()
        if found and value in {found[0].value, found[0].response.get("refresh_token")}:
            file.remove()


def _all_files(own: Path, profile: Profile) -> Iterator[TokenFile]:
    """Yield whatever is kept; a keyring does not list its entries, and so their locks do."""
    yield from map(TokenFile, own.glob("*.json"))
    if profile.token_store == KEYRING:
        keyring = open_keyring()
        for lock in own.glob("*.lock"):
            yield TokenFile(lock, entry=KeyringEntry(keyring, lock.stem))


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
    end = document["expires_at"]
    expires_at = None if end is None else float(end)
    token = AccessToken(value, kind, expires_at, tuple(scopes), response)
    return token, float(document["fetched_at"])


def _key(profile: Profile) -> str:
    """Return the file's name: of whatever the token depends on, secret or key included."""
    asked = sorted(set(profile.scope or ())), profile.resource, profile.audience
    return _digest_of(*asked, *_client(profile))


def _client(profile: Profile) -> tuple[str | None, ...]:
    """Return everything about server and client that a token depends on."""
    return (
        profile.base_url.rstrip("/"),
        profile.issuer,
        profile.client_id,
        profile.auth_method,
        profile.key_id,
        None if profile.cert_file is None else str(profile.cert_file),
        _digest(profile.client_secret, profile),
        _digest(profile.private_key, profile),
    )


def _digest_of(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _digest(secret: Secret | None, profile: Profile) -> str | None:
    """Return a digest that is slow to make, so that the file's name gives no short secret away."""
    if secret is None:
        return None
    salt = json.dumps([profile.base_url, profile.client_id]).encode()
    return hashlib.scrypt(secret.reveal().encode(), salt=salt, n=4096, r=8, p=1, dklen=32).hex()
