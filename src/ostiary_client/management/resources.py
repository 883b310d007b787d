"""What a managed environment holds, as values; each knows its whole document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from ostiary_client.management.reading import Members
from ostiary_client.secret import Secret


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment. Spec: PingOne "Environments"."""

    id: str
    name: str | None = None
    organization_id: str | None = None
    type: str | None = None
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        # Of an answer.
        members = Members(document)
        return cls(
            id=members.id(),
            name=members.text("name"),
            organization_id=members.inner_id("organization"),
            type=members.text("type"),
            document=document,
        )


@dataclass(frozen=True, slots=True)
class Population:
    """A population: every user belongs to one. Spec: PingOne "Populations"."""

    id: str
    name: str | None = None
    description: str | None = None
    is_default: bool = False
    user_count: int | None = None
    password_policy_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        # Of an answer.
        members = Members(document)
        return cls(
            id=members.id(),
            name=members.text("name"),
            description=members.text("description"),
            is_default=members.flag("default") is True,
            user_count=members.count("userCount"),
            password_policy_id=members.inner_id("passwordPolicy"),
            created_at=members.moment("createdAt"),
            updated_at=members.moment("updatedAt"),
            document=document,
        )


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What new passwords must be; `min_characters` says how many of which characters.

    Spec: PingOne "Password policies".
    """

    id: str
    name: str | None = None
    is_default: bool = False
    min_length: int | None = None
    max_length: int | None = None
    min_characters: Mapping[str, int] = field(default_factory=dict)
    max_repeated_characters: int | None = None
    min_unique_characters: int | None = None
    max_age_days: int | None = None
    history_count: int | None = None
    lockout_failures: int | None = None
    lockout_seconds: int | None = None
    excludes_commonly_used: bool = False
    excludes_profile_data: bool = False
    not_similar_to_current: bool = False
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        # Of an answer.
        members = Members(document)
        length, lockout = members.inner("length"), members.inner("lockout")
        sets = members.inner("minCharacters")
        counts = {characters: sets.count(characters) for characters in sets.document}
        return cls(
            id=members.id(),
            name=members.text("name"),
            is_default=members.flag("default") is True,
            min_length=length.count("min"),
            max_length=length.count("max"),
            min_characters={name: count for name, count in counts.items() if count is not None},
            max_repeated_characters=members.count("maxRepeatedCharacters"),
            min_unique_characters=members.count("minUniqueCharacters"),
            max_age_days=members.count("maxAgeDays"),
            history_count=members.inner("history").count("count"),
            lockout_failures=lockout.count("failureCount"),
            lockout_seconds=lockout.count("durationSeconds"),
            excludes_commonly_used=members.flag("excludesCommonlyUsed") is True,
            excludes_profile_data=members.flag("excludesProfileData") is True,
            not_similar_to_current=members.flag("notSimilarToCurrent") is True,
            document=document,
        )


@dataclass(frozen=True, slots=True)
class Application:
    """An application: a client. Spec: PingOne "Applications"."""

    id: str
    name: str | None = None
    is_enabled: bool = False
    type: str | None = None
    protocol: str | None = None
    grant_types: tuple[str, ...] = ()
    response_types: tuple[str, ...] = ()
    auth_method: str | None = None
    pkce: str | None = None
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        # Of an answer.
        members = Members(document)
        return cls(
            id=members.id(),
            name=members.text("name"),
            is_enabled=members.flag("enabled") is True,
            type=members.text("type"),
            protocol=members.text("protocol"),
            grant_types=members.words("grantTypes"),
            response_types=members.words("responseTypes"),
            auth_method=members.text("tokenEndpointAuthMethod"),
            pkce=members.text("pkceEnforcement"),
            redirect_uris=members.words("redirectUris"),
            post_logout_redirect_uris=members.words("postLogoutRedirectUris"),
            document=document,
        )


@dataclass(frozen=True, slots=True)
class ApplicationSecret:
    """An application's secret, and the one before while that goes on working.

    Spec: PingOne "Application secret".
    """

    secret: Secret
    previous: Secret | None = None
    previous_expires_at: datetime | None = None
