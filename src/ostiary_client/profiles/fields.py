"""What a profile may say: every field, its kind, and the check of its values."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ostiary_client.errors import ConfigurationError
from ostiary_client.profiles.paths import spelled_out
from ostiary_client.profiles.secret_source import SecretSource, read_source
from ostiary_client.secret import Secret

ENVIRONMENT_PREFIX = "OSTIARY_"
SECRETS = ("client_secret", "private_key")
ABOUT_SERVER = frozenset(
    {"issuer", "ca_file", "cert_file", "cert_key_file", "trusted_origins", "insecure_http"}
)
"""What is said of one server, and of no other that takes its place."""
KEYRING = "keyring"
TOKEN_STORES = ("file", KEYRING)
_MOST_SECONDS = 86_400
"""A day; the operating system takes no time without end."""
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def convert(values: Mapping[str, Any], *, where: str, directory: Path) -> dict[str, Any]:
    """Check a layer's values, and return them as what they stand for.

    A file that holds a secret becomes the secret's source.

    Args: directory is what paths start from, where says in messages whose values they are.
    Raises: ConfigurationError.
    """
    converted: dict[str, Any] = {}
    for name, value in values.items():
        if name not in FIELDS:
            raise ConfigurationError(f"An unknown field {name!r} is in {where}")
        try:
            result = FIELDS[name](value, directory)
        except ValueError as error:
            raise ConfigurationError(f"{name} in {where} {error}") from None
        target = name.removesuffix("_file") if name in SECRET_FILES else name
        if target in converted:
            raise ConfigurationError(f"Both {target} and {target}_file are in {where}")
        converted[target] = result
    return converted


def _text(value: object, directory: Path) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("has to be a text")
    return value.strip()


def _path(value: object, directory: Path) -> Path:
    if not isinstance(value, str | Path) or not str(value):
        raise ValueError("has to be the name of a file")
    return directory / spelled_out(value)


def _words(value: object, directory: Path) -> tuple[str, ...]:
    words = value.split() if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise ValueError("has to be a text with spaces, or a list of texts")
    return tuple(words)


def _seconds(value: object, directory: Path) -> float:
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if not 0 < seconds <= _MOST_SECONDS:
        raise ValueError(f"has to be a number of seconds, at most {_MOST_SECONDS}")
    return seconds


def _flag(value: object, directory: Path) -> bool:
    flag = _FLAGS.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(flag, bool):
        raise ValueError("has to be true or false")  # noqa: TRY004 - caught as one of its kind
    return flag


def _store(value: object, directory: Path) -> str:
    if value not in TOKEN_STORES:
        raise ValueError("has to be " + " or ".join(map(repr, TOKEN_STORES)))
    return str(value)


def _secret(value: object, directory: Path) -> SecretSource:
    if isinstance(value, Secret):
        value = value.reveal()
    return read_source(value, directory)


def _secret_file(value: object, directory: Path) -> SecretSource:
    return SecretSource("file", _path(value, directory))


FIELDS: Mapping[str, Callable[[object, Path], object]] = MappingProxyType(
    {
        "base_url": _text,
        "client_id": _text,
        "client_secret": _secret,
        "client_secret_file": _secret_file,
        "private_key": _secret,
        "private_key_file": _secret_file,
        "key_id": _text,
        "algorithm": _text,
        "auth_method": _text,
        "scope": _words,
        "resource": _text,
        "audience": _text,
        "issuer": _text,
        "ca_file": _path,
        "cert_file": _path,
        "cert_key_file": _path,
        "timeout_seconds": _seconds,
        "trusted_origins": _words,
        "insecure_http": _flag,
        "cache": _flag,
        "token_store": _store,
    }
)
"""Every field; each also has the environment variable of its name: `OSTIARY_BASE_URL`."""
SECRET_FILES = frozenset({"client_secret_file", "private_key_file"})
