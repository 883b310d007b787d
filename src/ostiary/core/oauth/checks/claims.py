"""The check of the parameter `claims`: what is wanted beyond the scopes."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from msgspec.structs import replace

from ostiary.core.base import strict_json
from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.model.authorization_request import (
    AuthorizationRequest,
    ClaimsRequest,
    ClaimWish,
)
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.checks.asked import Asked
from ostiary.core.tokens.user_claims import SCOPE_CLAIMS

MAX_CLAIMS_CHARACTERS = 4096
MAX_CLAIMS = 64
MAX_VALUES = 16
_PROTOCOL_CLAIMS = ("sub", "auth_time", "acr", "amr")
MAX_NUMBER = 2**53
"""Larger ones are not the same number to every reader of JSON."""


class UnreadableClaimsError(ValueError):
    """The parameter is not what the specification describes; the message says where."""


def check_claims(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Settle which claims are wanted by name; those that nobody knows are left unanswered later.

    A wish for one value of `sub` is a hint at the user, like an ID token.
    Spec: OpenID Connect Core §5.5, §5.5.1, §5.5.1.1.
    """
    text = asked.params.find("claims")
    if text is None:
        return request
    try:
        claims = _read_claims(text, known_claims(asked.env))
    except ValueError as error:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST,
            "The parameter claims is not a JSON object as OpenID Connect Core 5.5 has it.",
            reason=str(error),
        ) from error
    contexts = _texts(claims.id_token.get("acr"))
    subjects = _texts(claims.id_token.get("sub"))
    hinted = request.hinted_subject
    if hinted is None and len(subjects) == 1:
        hinted = subjects[0]
    acr_values = tuple(dict.fromkeys((*contexts, *request.acr_values)))
    return replace(request, claims=claims, hinted_subject=hinted, acr_values=acr_values)


def known_claims(env: Environment) -> frozenset[str]:
    """Return the claims that may be asked for: the standard's, and those that are configured.

    A user's attributes may hold more; nobody but an administrator makes claims of them.
    """
    standard = chain.from_iterable(SCOPE_CLAIMS.values())
    configured = chain.from_iterable(env.scope_claims.values())
    return frozenset({*_PROTOCOL_CLAIMS, *standard, *configured, *env.claim_attributes})


def _read_claims(text: str, known: frozenset[str]) -> ClaimsRequest:
    if len(text) > MAX_CLAIMS_CHARACTERS:
        raise UnreadableClaimsError("claims is too long")
    value = strict_json.loads(text)
    if not isinstance(value, dict):
        raise UnreadableClaimsError("claims is no object")
    return ClaimsRequest(
        userinfo=_read_wishes(value.get("userinfo"), known),
        id_token=_read_wishes(value.get("id_token"), known),
    )


def _read_wishes(value: object, known: frozenset[str]) -> Mapping[str, ClaimWish]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UnreadableClaimsError("a place for claims is no object")
    if len(value) > MAX_CLAIMS:
        raise UnreadableClaimsError("too many claims")
    wishes = {name: _read_wish(wish) for name, wish in value.items()}
    return {name: wish for name, wish in wishes.items() if name in known}


def _read_wish(value: object) -> ClaimWish:
    if value is None:
        return ClaimWish()
    if not isinstance(value, dict):
        raise UnreadableClaimsError("a claim's wish is neither null nor an object")
    essential = value.get("essential", False)
    if not isinstance(essential, bool):
        raise UnreadableClaimsError("essential is no boolean")
    return ClaimWish(essential, _read_values(value))


def _read_values(wish: Mapping[str, Any]) -> tuple[object, ...]:
    """Return the values that would do: plain ones, since no claim is asked for by any other."""
    listed = wish.get("values", [])
    if not isinstance(listed, list) or len(listed) > MAX_VALUES:
        raise UnreadableClaimsError("values is no short list")
    values = [wish["value"]] if "value" in wish else listed
    return tuple(value for value in values if _is_plain(value))


def _is_plain(value: object) -> bool:
    if isinstance(value, int | float):
        return abs(value) <= MAX_NUMBER
    return isinstance(value, str)


def _texts(wish: ClaimWish | None) -> tuple[str, ...]:
    return tuple(value for value in wish.values if isinstance(value, str)) if wish else ()
