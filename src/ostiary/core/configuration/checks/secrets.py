"""Secrets: there, long enough, unknown to others, and not in plain text."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from ostiary.core.base import b64
from ostiary.core.base.secret import Secret
from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import (
    Subject,
    clients,
    reference_adapters,
    users,
)
from ostiary.core.configuration.known_secrets import KNOWN_SECRETS
from ostiary.core.configuration.problems import Path, Problem, error
from ostiary.core.configuration.schema import SecretSource
from ostiary.core.configuration.secret_sources import SecretUnavailableError, resolve
from ostiary.core.configuration.store_urls import holds_password
from ostiary.core.crypto.foreign_jws import HMAC_BYTES
from ostiary.core.crypto.sealing import KEY_BYTES
from ostiary.core.model.client import AuthMethod

MIN_CHARACTERS = 16
_BY_REFERENCE = 'refer to it: { env = "NAME" }, { file = "PATH" } or { generate = true }'

_GIVEN = 'refer to it: { env = "NAME" } or { file = "PATH" }'


@dataclass(frozen=True, slots=True)
class PlacedSecret:
    """A secret's source with where it stands."""

    path: Path
    source: SecretSource
    is_hmac_key: bool = False


def check_client_secrets(subject: Subject) -> Iterator[Problem]:
    """Refuse or point out client secrets that others have, may read, or could guess."""
    for placed in _client_secrets(subject):
        if placed.path[-1] == "previous_secret" and placed.source.generate:
            yield error(placed.path, "cannot be generated: it was there before")
        secret = yield from fetch(subject, placed)
        if placed.source.value is not None:
            hint = _GIVEN if placed.path[-1] == "pass_phrase" else _BY_REFERENCE
            yield subject.plain_secret(placed.path, "stands here in plain text", hint)
        if secret is not None:
            yield from _check_strength(subject, placed, secret.reveal())


def check_store_secret(subject: Subject) -> Iterator[Problem]:
    """Refuse a store URL that is not there; refuse or point out a password in plain text."""
    source = subject.configuration.server.store
    if source is None:
        return
    placed = PlacedSecret(("server", "store"), source)
    if source.stored or source.generate:
        yield error(placed.path, "must be the URL of a store: it is needed to reach what is stored")
    url = yield from fetch(subject, placed)
    if source.value is not None and url is not None and holds_password(url.reveal()):
        yield subject.plain_secret(placed.path, "holds a password in plain text", _GIVEN)


def check_master_key(subject: Subject) -> Iterator[Problem]:
    """Refuse a master key that is not there or not what it should be."""
    source = subject.configuration.server.master_key
    placed = PlacedSecret(("server", "master_key"), source)
    if source.stored:
        yield error(placed.path, "cannot be stored: it is needed to open what is stored")
    master_key = yield from fetch(subject, placed)
    if source.value is not None:
        yield subject.plain_secret(placed.path, "stands here in plain text", _BY_REFERENCE)
    if master_key is not None and not _is_master_key(master_key.reveal()):
        yield error(placed.path, f"must be {KEY_BYTES} random bytes in base64url without padding")


def check_file_mode(subject: Subject) -> Iterator[Problem]:
    """Refuse or point out a file with secrets in it that other users may read."""
    sources = [placed.source for placed in _client_secrets(subject)]
    sources += [placed.user.password for placed in users(subject) if placed.user.password]
    holds_secrets = any(source.value is not None for source in sources)
    if holds_secrets and subject.file and subject.surroundings.may_others_read(subject.file):
        yield subject.plain_secret(
            (),
            "this file holds secrets and can be read by other users of this machine",
            f"chmod 600 {subject.file}",
        )


def _client_secrets(subject: Subject) -> Iterator[PlacedSecret]:
    for placed in clients(subject):
        is_hmac_key = AuthMethod.CLIENT_SECRET_JWT in implied.auth_methods(placed.client)
        for field in ("secret", "previous_secret"):
            source: SecretSource | None = getattr(placed.client, field)
            if source is not None:
                yield PlacedSecret((*placed.path, field), source, is_hmac_key)
    for adapter in reference_adapters(subject):
        if adapter.adapter.pass_phrase is not None:
            yield PlacedSecret((*adapter.path, "pass_phrase"), adapter.adapter.pass_phrase)


def fetch(subject: Subject, placed: PlacedSecret) -> Generator[Problem, None, Secret[str] | None]:
    """Return the secret; None when it is generated, or missing, which is then reported."""
    if placed.source.file is not None and subject.surroundings.may_others_read(placed.source.file):
        yield subject.dev_warning(
            placed.path,
            f"the file {placed.source.file} can be read by other users of this machine",
            f"chmod 600 {placed.source.file}",
        )
    try:
        return resolve(placed.source, subject.surroundings)
    except SecretUnavailableError as reason:
        yield error(placed.path, str(reason))
    return None


def _check_strength(subject: Subject, placed: PlacedSecret, secret: str) -> Iterator[Problem]:
    if secret in KNOWN_SECRETS and not subject.is_dev:
        yield error(placed.path, "is the secret of an example, which everybody knows")
    elif len(secret) < MIN_CHARACTERS and not placed.source.allow_short:
        yield subject.dev_warning(
            placed.path,
            f"has fewer than {MIN_CHARACTERS} characters and could be guessed",
            "use a longer one, or add allow_short = true",
        )
    if placed.is_hmac_key and len(secret.encode()) < min(HMAC_BYTES.values()):
        yield error(
            placed.path,
            f"must have at least {min(HMAC_BYTES.values())} bytes for client_secret_jwt",
        )


def _is_master_key(text: str) -> bool:
    try:
        return len(b64.decode(text)) == KEY_BYTES
    except ValueError:
        return False
