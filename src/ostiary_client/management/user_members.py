"""What a program says of a user: in Python's words, and as it goes over the wire."""

from collections.abc import Mapping
from typing import Any, TypedDict

from ostiary_client.errors import ConfigurationError
from ostiary_client.management.people import ADDRESS, NAME, USER_TEXTS


class NameMembers(TypedDict, total=False):
    """What of a name is said; None removes."""

    given: str | None
    family: str | None
    middle: str | None
    formatted: str | None
    honorific_prefix: str | None
    honorific_suffix: str | None


class AddressMembers(TypedDict, total=False):
    """What of an address is said; None removes."""

    street_address: str | None
    locality: str | None
    region: str | None
    postal_code: str | None
    country_code: str | None


class UserMembers(TypedDict, total=False):
    """What can be said of a user; None removes, and what is left out stays as it is.

    members: further ones by the server's own names, such as attributes of one's own.
    """

    email: str | None
    name: NameMembers | None
    nickname: str | None
    title: str | None
    type: str | None
    external_id: str | None
    address: AddressMembers | None
    mobile_phone: str | None
    primary_phone: str | None
    locale: str | None
    preferred_language: str | None
    timezone: str | None
    photo_url: str | None
    population_id: str
    enabled: bool
    members: Mapping[str, Any]


_GROUPS = {"name": NAME, "address": ADDRESS}
_NESTED = {"photo_url": ("photo", "href"), "population_id": ("population", "id")}


def body_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of a user as the body of a request.

    Raises: ConfigurationError for a word that there is not.
    """
    body: dict[str, Any] = {}
    for word, value in said.items():
        if word in _NESTED:
            outer, inner = _NESTED[word]
            body[outer] = None if value is None else {inner: value}
        elif word in _GROUPS:
            body[word] = None if value is None else _group(word, value)
        elif word == "enabled":
            body[word] = value
        elif word in USER_TEXTS:
            body[USER_TEXTS[word]] = value
        elif word != "members":
            raise _unknown(word, UserMembers.__annotations__)
    return {**dict(said.get("members", {})), **body}


def _group(group: str, value: Mapping[str, Any]) -> dict[str, Any]:
    wire = _GROUPS[group]
    for word in value:
        if word not in wire:
            raise _unknown(f"{group}.{word}", wire)
    return {wire[word]: text for word, text in value.items()}


def _unknown(word: str, known: Mapping[str, Any]) -> ConfigurationError:
    return ConfigurationError(
        f"A user has no {word} here",
        remedy=f"There are {', '.join(known)}; others by the server's names in members=…",
    )
