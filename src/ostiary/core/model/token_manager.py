"""A token manager: how access tokens look, how long they live, which key signs them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ostiary.core.base.ids import TokenManagerId
from ostiary.core.crypto.keys import Algorithm


class TokenKind(StrEnum):
    """Whether a token carries its content or refers to it."""

    JWT = "jwt"
    REFERENCE = "reference"


class ClaimStyle(StrEnum):
    """Whose claim set a JWT access token has."""

    PINGFEDERATE = "pingfederate"
    PINGONE = "pingone"
    RFC9068 = "rfc9068"


class ScopeFormat(StrEnum):
    """How the scope claim is written."""

    ARRAY = "array"
    STRING = "string"


@dataclass(frozen=True, slots=True, eq=False)
class TokenManager:
    """One token manager, as compiled from the configuration.

    Args:
        key_set: name of the key set that signs for this manager and nothing else, so that a
            token's key tells which manager issued it.
        jwks_path: below `/ext/`, where that set is published; None publishes it with the
            environment's keys.
        user_attributes: claims filled from attributes of the token's user, by claim.
        resources: URIs that choose this manager, exactly or as the longest path prefix.
        audiences: `aud` when the request names no resource.
        selector, length: prefix and whole length of a reference token, in characters.
        jti_bytes: random bytes in a token id; the id is their base64url.
        manager_header: put the manager's id into the JOSE header `pi.atm`.
        legacy_claims: style pingone, also `acc`, `environment_id`, `organization_id`.
    """

    id: TokenManagerId
    kind: TokenKind
    style: ClaimStyle
    lifetime_seconds: int
    algorithm: Algorithm
    key_set: str
    jwks_path: str | None = None
    scope_format: ScopeFormat = ScopeFormat.STRING
    client_claim: str = "client_id"
    scope_claim: str = "scope"
    grant_claim: str = "agid"
    jti_bytes: int = 16
    manager_header: bool = False
    authorization_details: bool = False
    legacy_claims: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    user_attributes: Mapping[str, str] = field(default_factory=dict)
    resources: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    selector: str = ""
    length: int = 35
