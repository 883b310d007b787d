"""Users in the configuration, and the policies that their passwords are under."""

import math
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt

from ostiary.core.base.usernames import UsernameRefusedError, username_key
from ostiary.core.configuration.field_types import KeyName, UUIDText
from ostiary.core.configuration.schema_secrets import Secret, Settings
from ostiary.core.crypto.passwords import read_hash
from ostiary.core.model.user import DEFAULT_POPULATION

MAX_FAILURES = 100
"""NIST SP 800-63B-4 §3.2.2 allows no more in a row."""
TEN_YEARS_DAYS = 3650


def _check_username(text: str) -> str:
    try:
        username_key(text)
    except UsernameRefusedError as refused:
        raise ValueError(refused.reason) from None
    if text != text.strip():
        raise ValueError("must not begin or end with a space")
    return text


def _check_hash(text: str) -> str:
    read_hash(text)
    return text


def _check_attributes(attributes: object) -> object:
    for value in attributes.values() if isinstance(attributes, dict) else ():
        _check_json(value)
    return attributes


def _check_json(value: object) -> None:
    match value:
        case None | bool() | int() | str():
            return
        case float() if math.isfinite(value):
            return
        case list():
            for inner in value:
                _check_json(inner)
        case dict():
            for inner in value.values():
                _check_json(inner)
        case _:
            raise ValueError("must be text, numbers, true, false, lists or tables")


Username = Annotated[str, AfterValidator(_check_username)]
Attributes = Annotated[dict[str, Any], BeforeValidator(_check_attributes)]
Minutes = Annotated[StrictInt, Field(ge=1, le=10_080)]
CharacterSet = Annotated[str, Field(min_length=1, max_length=128)]


class LockoutSettings(Settings):
    """What failed attempts to sign on with a password lead to."""

    failures: StrictInt = Field(
        default=5,
        ge=1,
        le=MAX_FAILURES,
        description="So many in a row lock a user; so many more lock it for longer.",
    )
    lock_minutes: tuple[Minutes, ...] = Field(
        default=(1, 5, 15),
        min_length=1,
        max_length=10,
        description="How long the first lock holds, the second, and all further ones.",
    )
    ceiling: StrictInt = Field(
        default=100,
        ge=1,
        le=MAX_FAILURES,
        description="So many in a row lock a user until `ostiary user unlock`.",
    )
    forget_hours: StrictInt = Field(
        default=24,
        ge=1,
        le=8760,
        description="Failures are forgotten when no attempt was made for so long.",
    )
    spray_users: StrictInt = Field(
        default=5,
        ge=0,
        le=1000,
        description="A password tried on so many users is refused for all others, but on devices "
        "that they have signed on before; 0 for never.",
    )
    spray_minutes: Minutes = Field(default=5, description="How long such a trial counts.")


class PasswordPolicySettings(Settings):
    """What a new password must be. Configured ones are only warned about."""

    min_characters: StrictInt = Field(
        default=15, ge=1, le=64, description="8 will do where a second factor is always asked for."
    )
    max_age_days: StrictInt | None = Field(
        default=None,
        ge=1,
        le=TEN_YEARS_DAYS,
        description="A password must be changed after so many days; default: never.",
    )
    excludes_common: StrictBool = Field(
        default=True, description="Not one that everybody tries first."
    )
    excludes_profile: StrictBool = Field(
        default=False, description="Without the username and what else is known of the user in it."
    )
    excludes_similar: StrictBool = Field(
        default=False, description="Not much like the one before, where its user has to say that."
    )
    history: StrictInt = Field(
        default=0, ge=0, le=24, description="None of so many before, the current one among them."
    )
    min_of: dict[CharacterSet, Annotated[StrictInt, Field(ge=1, le=8)]] = Field(
        default_factory=dict,
        description='How many of which characters: `{ "0123456789" = 1 }`. Long passwords are '
        "better than such rules.",
    )
    max_repeated: StrictInt = Field(
        default=0, ge=0, le=64, description="So often one character in a row; 0 for any number."
    )
    min_unique: StrictInt = Field(
        default=0, ge=0, le=32, description="So many different characters."
    )


class UserSettings(Settings):
    """Somebody who signs on, by username: made when absent, left alone when it is there already."""

    id: UUIDText | None = Field(default=None, description="Its id; default: derived.")
    population: KeyName = Field(
        default=DEFAULT_POPULATION, description="Which group of users it belongs to."
    )
    enabled: StrictBool = Field(default=True, description="A disabled user cannot sign on.")
    password: Secret | None = Field(
        default=None, description="Its first password: text, `env` or `file`."
    )
    password_hash: Annotated[str, AfterValidator(_check_hash)] | None = Field(
        default=None,
        description="Instead of a password, its hash: argon2, bcrypt, PBKDF2 or salted SHA.",
    )
    must_change_password: StrictBool = Field(
        default=False, description="The first password is good only for choosing another one."
    )
    attributes: Attributes = Field(
        default_factory=dict, description="What is known of it, by name: `mail`, `given_name`."
    )
