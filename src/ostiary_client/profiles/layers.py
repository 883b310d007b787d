"""Which source counts: arguments, then the environment, then a profile, each with its own server.

A secret is only ever sent to the server that it was given with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ostiary_client.errors import ConfigurationError
from ostiary_client.profiles.fields import ABOUT_SERVER, SECRETS

_FITTING = {"client_secret": "client_secret_", "private_key": "private_key_jwt"}
_SHOWS_WHO = (*SECRETS, "auth_method")
_HOW = ("auth_method", "algorithm", "key_id")


@dataclass(frozen=True, slots=True)
class Layer:
    """One source; `is_chosen` says that a person named it, not that it was merely there."""

    label: str
    values: Mapping[str, Any] = field(repr=False)
    is_chosen: bool = True

    @property
    def has_credential(self) -> bool:
        """Tell whether it holds a secret or a key."""
        return any(name in self.values for name in SECRETS)


def merge(layers: Sequence[Layer], *, with_credentials: bool = True) -> dict[str, Any]:
    """Return the value that counts for each field; the strongest layer comes first.

    Credentials of the profile that is merely there are left out where another client is named.
    Raises: ConfigurationError when credentials that somebody chose would go to another server, or
        for another client, than they were given with.
    """
    url = _base_url(layers)
    merged: dict[str, Any] = {}
    for strength, layer in enumerate(layers):
        bound = _base_url(layers[strength:])
        is_foreign = bound is not None and url is not None and not is_same_server(bound, url)
        if is_foreign and layer.has_credential and with_credentials and not _is_proven(merged):
            raise ConfigurationError(
                f"The credentials of {layer.label} are for {bound}, not for {url}",
                remedy="Nothing was sent. Give the credentials for that server too, "
                "or make it a profile of its own",
            )
        for name, value in _usable(layer, merged, is_foreign=is_foreign).items():
            merged.setdefault(name, value)
    return merged


def is_same_server(one: str, other: str) -> bool:
    """Tell whether two base URLs stand for the same server."""
    return one == other or _spelled(one) == _spelled(other)


def _usable(layer: Layer, stronger: Mapping[str, Any], *, is_foreign: bool) -> dict[str, Any]:
    """Return what still counts of a layer beside the stronger ones."""
    values = dict(layer.values)
    if is_foreign and not layer.is_chosen:
        return {}
    if _has_one(stronger):
        _leave_out(values, SECRETS)
        if not _fits(values.get("auth_method"), stronger):
            _leave_out(values, _HOW)
    elif layer.has_credential and _is_of_another(values, stronger):
        if layer.is_chosen:
            raise ConfigurationError(
                f"The credentials of {layer.label} are those of the client {values['client_id']}, "
                f"not of {stronger['client_id']}",
                remedy="Give the credentials of that client too, "
                "or for a client without any make a profile of its own",
            )
        _leave_out(values, (*SECRETS, *_HOW, "cert_file", "cert_key_file"))
    if is_foreign:
        _leave_out(values, (*ABOUT_SERVER, *_SHOWS_WHO))
    return values


def _fits(method: str | None, credential: Mapping[str, Any]) -> bool:
    """Tell whether a credential can be used by a method that a weaker layer asks for."""
    return method is None or any(
        name in credential and method.startswith(prefix) for name, prefix in _FITTING.items()
    )


def _is_of_another(values: Mapping[str, Any], stronger: Mapping[str, Any]) -> bool:
    own, asked = values.get("client_id"), stronger.get("client_id")
    return own is not None and asked is not None and own != asked


def _is_proven(stronger: Mapping[str, Any]) -> bool:
    """Tell whether stronger layers say all about how the client shows who it is."""
    return _has_one(stronger) or stronger.get("auth_method") == "none"


def _has_one(values: Mapping[str, Any]) -> bool:
    return any(name in values for name in SECRETS)


def _leave_out(values: dict[str, Any], names: Sequence[str]) -> None:
    for name in names:
        values.pop(name, None)


def _base_url(layers: Sequence[Layer]) -> str | None:
    urls = (layer.values.get("base_url") for layer in layers)
    return next(filter(None, urls), None)


def _spelled(url: str) -> str:
    # Imported late: most often both are the same text, and then this is not needed.
    from urllib.parse import urlsplit  # noqa: PLC0415

    from ostiary_client.protocol.discovery import trim  # noqa: PLC0415
    from ostiary_client.protocol.metadata import origin_of  # noqa: PLC0415

    trimmed = trim(url)
    return origin_of(trimmed) + urlsplit(trimmed).path.removesuffix("/as")
