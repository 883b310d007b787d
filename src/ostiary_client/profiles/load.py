"""Profiles as values: what a client needs to know, put together from wherever it was said."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary_client.errors import ConfigurationError
from ostiary_client.profiles.fields import ENVIRONMENT_PREFIX, FIELDS, SECRETS, convert
from ostiary_client.profiles.file import ProfileFile, read_file
from ostiary_client.profiles.layers import Layer, merge
from ostiary_client.secret import Secret

if TYPE_CHECKING:
    from ostiary_client.options import ClientOptions

_LABELS = {"client_secret": "The client secret", "private_key": "The private key"}
_NOT_OF_CLIENT = frozenset(
    {"name", "base_url", "ca_file", "cert_file", "cert_key_file", "cache", "token_store"}
)


@dataclass(frozen=True, slots=True)
class Profile:
    """How a client is set up; `name` is the profile's, None when none took part.

    `cert_key_file` is left out where `cert_file` holds the key too; `cache` says whether the
    command line keeps tokens, and `token_store` where: in a `file`, or in the system's `keyring`.
    """

    base_url: str
    name: str | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    private_key: Secret | None = None
    key_id: str | None = None
    algorithm: str | None = None
    auth_method: str | None = None
    scope: tuple[str, ...] | None = None
    resource: str | None = None
    audience: str | None = None
    issuer: str | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    cert_key_file: Path | None = None
    timeout_seconds: float | None = None
    trusted_origins: tuple[str, ...] = ()
    insecure_http: bool = False
    cache: bool = False
    token_store: str = "file"  # noqa: S105 - a kind of place

    def client_options(self) -> "ClientOptions":
        """Return what `Client` and `AsyncClient` take by name, beside the base URL."""
        options: Any = {
            name: value
            for name in self.__slots__
            if name not in _NOT_OF_CLIENT and (value := getattr(self, name)) is not None
        }
        if self.ca_file is not None:
            options["verify"] = self.ca_file
        if self.cert_file is not None:
            options["cert"] = (self.cert_file, self.cert_key_file or self.cert_file)
        return options  # type: ignore[no-any-return]


def load_profile(
    name: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
    with_credentials: bool = True,
) -> Profile:
    """Return the profile of that name, or what arguments and environment say without one.

    What counts, field by field: overrides, then variables such as `OSTIARY_BASE_URL`, then the
    profile. A secret is only used for the server and the client that it was given with.

    Args: name is by default `OSTIARY_PROFILE`, else the file's `default_profile`, else none;
        overrides that are None do not count; with_credentials=False leaves secrets where they are.
    Raises: ConfigurationError.
    """
    environ = os.environ if environ is None else environ
    layers = [
        _arguments(overrides or {}),
        _environment(environ),
        *_chosen(name or environ.get("OSTIARY_PROFILE") or None, environ),
    ]
    merged = merge(layers, with_credentials=with_credentials)
    if "base_url" not in merged:
        raise ConfigurationError(
            "No base URL is known",
            remedy="Give --base-url or base_url, set OSTIARY_BASE_URL, or make a profile:   "
            "ostiary profiles set NAME --base-url URL",
        )
    if "cert_key_file" in merged and "cert_file" not in merged:
        raise ConfigurationError(
            "A certificate's key is given, and no certificate", remedy="Give cert_file too"
        )
    for secret in SECRETS:
        source = merged.pop(secret, None)
        if source is not None and with_credentials:
            merged[secret] = source.read(environ, what=_LABELS[secret])
    chosen = layers[2].label.removeprefix("profile ") if len(layers) > 2 else None
    return Profile(name=chosen, **merged)


def set_up(
    name: str | None, base_url: str | None, options: "ClientOptions"
) -> "tuple[str, ClientOptions]":
    """Return a profile's base URL, and its options overlaid with those of a program.

    Raises: ConfigurationError.
    """
    given: Any = {option: value for option, value in options.items() if value is not None}
    overrides = {option: given[option] for option in given if option in FIELDS}
    profile = load_profile(name, overrides={"base_url": base_url, **overrides})
    return profile.base_url, profile.client_options() | given


def convert_table(name: str, file: ProfileFile) -> dict[str, Any]:
    """Return what a profile of the file says, checked; secrets stay where they are.

    Raises: ConfigurationError.
    """
    where = f"profile {name} in {file.path}"
    values = convert(file.table(name), where=where, directory=file.path.parent)
    file.check_fit(values)
    if "base_url" not in values and any(secret in values for secret in SECRETS):
        raise ConfigurationError(
            f"The credentials of {where} come with no base_url that they are for",
            remedy="Add its base_url",
        )
    return values


def _arguments(overrides: Mapping[str, Any]) -> Layer:
    given = {name: value for name, value in overrides.items() if value is not None}
    return Layer("the arguments", convert(given, where="the arguments", directory=Path()))


def _environment(environ: Mapping[str, str]) -> Layer:
    given = {name: environ.get(ENVIRONMENT_PREFIX + name.upper()) for name in FIELDS}
    values = {name: value for name, value in given.items() if value}
    return Layer("the environment", convert(values, where="the environment", directory=Path()))


def _chosen(name: str | None, environ: Mapping[str, str]) -> list[Layer]:
    file = read_file(environ)
    chosen = name or file.default
    if chosen is None:
        return []
    return [Layer(f"profile {chosen}", convert_table(chosen, file), is_chosen=name is not None)]
