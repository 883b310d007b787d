"""Users, their passwords and their sessions, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from ostiary_client.management.reading import Members


@dataclass(frozen=True, slots=True)
class PersonName:
    """What somebody is called."""

    given: str | None = None
    family: str | None = None
    middle: str | None = None
    formatted: str | None = None
    honorific_prefix: str | None = None
    honorific_suffix: str | None = None


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Where somebody lives."""

    street_address: str | None = None
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country_code: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A user; `document` is all that the server said, with members that have no name here.

    Spec: PingOne "Users".
    """

    id: str
    username: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    is_email_verified: bool | None = None
    name: PersonName = field(default=PersonName(), repr=False)
    nickname: str | None = field(default=None, repr=False)
    title: str | None = field(default=None, repr=False)
    type: str | None = None
    external_id: str | None = None
    address: PostalAddress = field(default=PostalAddress(), repr=False)
    mobile_phone: str | None = field(default=None, repr=False)
    primary_phone: str | None = field(default=None, repr=False)
    locale: str | None = None
    preferred_language: str | None = None
    timezone: str | None = None
    photo_url: str | None = field(default=None, repr=False)
    population_id: str | None = None
    is_enabled: bool = False
    is_locked: bool = False
    may_sign_on: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        # Of an answer.
        members = Members(document)
        name, address = members.inner("name"), members.inner("address")
        account = members.inner("account")
        return cls(
            id=members.id(),
            **{field: members.text(wire) for field, wire in USER_TEXTS.items()},
            is_email_verified=members.flag("emailVerified"),
            name=PersonName(**{field: name.text(wire) for field, wire in NAME.items()}),
            address=PostalAddress(**{field: address.text(wire) for field, wire in ADDRESS.items()}),
            photo_url=members.inner("photo").text("href"),
            population_id=members.inner_id("population"),
            is_enabled=members.flag("enabled") is True,
            is_locked=account.text("status") == "LOCKED",
            may_sign_on=account.flag("canAuthenticate"),
            created_at=members.moment("createdAt"),
            updated_at=members.moment("updatedAt"),
            document=document,
        )


USER_TEXTS: Mapping[str, str] = {
    "username": "username",
    "email": "email",
    "nickname": "nickname",
    "title": "title",
    "type": "type",
    "external_id": "externalId",
    "mobile_phone": "mobilePhone",
    "primary_phone": "primaryPhone",
    "locale": "locale",
    "preferred_language": "preferredLanguage",
    "timezone": "timezone",
}
NAME: Mapping[str, str] = {
    "given": "given",
    "family": "family",
    "middle": "middle",
    "formatted": "formatted",
    "honorific_prefix": "honorificPrefix",
    "honorific_suffix": "honorificSuffix",
}
ADDRESS: Mapping[str, str] = {
    "street_address": "streetAddress",
    "locality": "locality",
    "region": "region",
    "postal_code": "postalCode",
    "country_code": "countryCode",
}
"""What each field is called on the wire."""


@dataclass(frozen=True, slots=True)
class PasswordState:
    """How things stand with a password; `status` is the server's word, such as `OK`.

    Spec: PingOne "User passwords".
    """

    status: str | None = None
    changed_at: datetime | None = None
    password_policy_id: str | None = None
    seconds_until_unlock: int | None = None
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        # Of an answer.
        members = Members(document)
        return cls(
            status=members.text("status"),
            changed_at=members.moment("lastChangedAt"),
            password_policy_id=members.inner_id("passwordPolicy"),
            seconds_until_unlock=members.count("secondsUntilUnlock"),
            document=document,
        )


@dataclass(frozen=True, slots=True)
class UserSession:
    """Where a user is signed on. Spec: PingOne "Sessions"."""

    id: str
    user_id: str | None = None
    created_at: datetime | None = None
    active_at: datetime | None = None
    signed_on_at: datetime | None = None
    authenticators: tuple[str, ...] = ()
    idle_timeout_minutes: int | None = None
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        # Of an answer.
        members = Members(document)
        signed_on = members.inner("lastSignOn")
        return cls(
            id=members.id(),
            user_id=members.inner_id("user"),
            created_at=members.moment("createdAt"),
            active_at=members.moment("activeAt"),
            signed_on_at=signed_on.moment("at"),
            authenticators=signed_on.words("authenticators"),
            idle_timeout_minutes=members.count("idleTimeoutInMinutes"),
            document=document,
        )
