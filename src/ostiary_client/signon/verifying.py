"""The ID token beside other tokens: of this sign-on, or of the person whose tokens it renews."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ostiary_client.errors import InvalidTokenError
from ostiary_client.protocol.messages import Exchange
from ostiary_client.signon.authorization_request import AuthorizationRequest
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.verification.id_token import Login
from ostiary_client.verification.reading.claims import read_texts
from ostiary_client.verification.relying_party import RelyingParty

_KEPT = ("iss", "sub", "azp")
_SAME = ("auth_time", "nonce")
"""What need not be there again, and cannot change."""


def verified_sign_on(
    party: RelyingParty, tokens: TokenSet, request: AuthorizationRequest, *, by_browser: bool
) -> Exchange[TokenSet]:
    """Return the tokens of a sign-on with the claims of their ID token.

    Args: by_browser says that all of them came with the way back, and not from the token endpoint.
    Spec: OpenID Connect Core 1.0 §3.1.3.7, §3.1.3.8, §3.2.2.9.
    Raises: InvalidTokenError; KeysUnavailableError.
    """
    login = Login(
        nonce=request.nonce,
        access_token=tokens.access_token,
        needs_at_hash=by_browser,
        max_age_seconds=request.max_age_seconds,
    )
    verified = yield from party.id_token(tokens.id_token or "", login)
    return replace(tokens, claims=verified.claims)


def verified_refresh(party: RelyingParty, new: TokenSet, old: TokenSet) -> Exchange[TokenSet]:
    """Return renewed tokens with the claims of their ID token, which must be of the same person.

    Spec: OpenID Connect Core 1.0 §12.2.
    Raises: InvalidTokenError; KeysUnavailableError.
    """
    login = Login(access_token=new.access_token)
    verified = yield from party.id_token(new.id_token or "", login)
    claims = verified.claims
    if old.claims and not _is_same_person(claims, old):
        raise InvalidTokenError(
            "The new ID token is of somebody else than the one who signed on",
            remedy="Nothing of it was used; have the person sign on again",
        )
    return replace(new, claims=claims)


def _is_same_person(claims: Mapping[str, Any], old: TokenSet) -> bool:
    audience, old_audience = read_texts(claims, "aud") or (), read_texts(old.claims, "aud") or ()
    return (
        all(claims.get(name) == old.claims.get(name) for name in _KEPT)
        and set(old_audience) <= set(audience)
        and all(claims[name] == old.claims[name] for name in _SAME if _both(name, claims, old))
    )


def _both(name: str, claims: Mapping[str, Any], old: TokenSet) -> bool:
    return name in claims and name in old.claims
