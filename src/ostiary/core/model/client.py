"""A client: the program that asks for tokens (PingOne: application)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ostiary.core.base.ids import ClientId, TokenManagerId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.keys import VerificationKey
from ostiary.core.crypto.secret_digests import SecretDigest


class AuthMethod(StrEnum):
    """Ways in which a client proves who it is at the token endpoint.

    Spec: OpenID Connect Core §9; RFC 7591 §2 (`token_endpoint_auth_method`).
    """

    CLIENT_SECRET_BASIC = "client_secret_basic"  # noqa: S105 - a method's name
    CLIENT_SECRET_POST = "client_secret_post"  # noqa: S105 - a method's name
    CLIENT_SECRET_JWT = "client_secret_jwt"  # noqa: S105 - a method's name
    PRIVATE_KEY_JWT = "private_key_jwt"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ReadableSecret:
    """A client secret in plain, for a method that must compute with it.

    Args:
        expires_at: seconds since the epoch, for a secret on its way out; None while current.
    """

    value: Secret[str]
    expires_at: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """One registered client, as compiled from the configuration.

    Args:
        id: the stable UUID; `client_id` is what goes over the wire.
        secrets: at most two that are alive: the current one and one on its way out.
        readable_secrets: the same in plain, only where a method must compute with them
            (`client_secret_jwt`).
        default_scopes: granted when a request names no scope.
        token_managers: the managers open to it; the first is its default. Never empty.
        may_introspect: it may ask about tokens of the managers open to it.
        issuer_audience_only: its assertions must name the issuer as audience, nothing else.
    """

    id: str
    key: str
    client_id: ClientId
    name: str
    enabled: bool
    auth_methods: frozenset[AuthMethod]
    grant_types: frozenset[str]
    scopes: frozenset[str]
    default_scopes: ScopeSet
    token_managers: tuple[TokenManagerId, ...]
    secrets: tuple[SecretDigest, ...] = field(default=(), repr=False)
    readable_secrets: tuple[ReadableSecret, ...] = field(default=(), repr=False)
    jwks: tuple[VerificationKey, ...] = field(default=(), repr=False)
    may_introspect: bool = False
    issuer_audience_only: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    granted_before: dict[str, ScopeSet] = field(default_factory=dict, repr=False)
    """What requests for scopes, as they were written, came to: a few, so that each is read once."""
    is_public: bool = field(init=False)
    """A public client cannot authenticate (RFC 6749 §2.1)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_public", self.auth_methods == frozenset({AuthMethod.NONE}))
