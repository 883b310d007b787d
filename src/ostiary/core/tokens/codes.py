"""Authorization codes: minted, and what spends one."""

from ostiary.core.base.ids import HandleKey, TokenId, handle_key, mint_handle
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Redemption
from ostiary.core.model.user_grant import CODE_USE, AuthorizationCode
from ostiary.core.tokens.granting import is_refreshable, mint_persistent_id, mint_transient_id
from ostiary.core.tokens.occasion import Occasion

CHARACTERS = 49
"""Six say when it was minted; the others carry 256 bits."""
REPLAY_SECONDS = 3600
"""So long after its time a code is still known, and its replay ends what came of it."""


def mint_code(
    occasion: Occasion,
    request: AuthorizationRequest,
    *,
    beside: tuple[TokenId, float] | None = None,
) -> tuple[str, AuthorizationCode]:
    """Mint a code, and return it with what is kept of it.

    Args: beside is the access token that goes out with it, and its expiry.
    """
    authorization, person, now = occasion.authorization, occasion.person, occasion.now
    code = mint_handle(CHARACTERS, now)
    key = handle_key(code)
    if key is None:
        raise ValueError("the clock is past the year 2106: handles cannot carry its time")
    goes_on = is_refreshable(occasion.env, occasion.client, authorization.scopes)
    expires_at = now + occasion.env.code_lifetime_seconds
    return code, AuthorizationCode(
        key=key,
        grant_id=mint_persistent_id(now) if goes_on else mint_transient_id(now),
        client_id=occasion.client.client_id,
        user_id=person.user.id,
        subject=person.subject,
        scopes=authorization.scopes,
        authentication=person.authentication,
        expires_at=expires_at,
        kept_until=expires_at + REPLAY_SECONDS,
        redirect_uri=request.redirect_uri,
        is_redirect_uri_sent=request.is_redirect_uri_sent,
        code_challenge=request.code_challenge,
        code_challenge_method=request.code_challenge_method,
        nonce=person.nonce,
        session_id=person.session_id,
        claims=person.claims,
        resources=authorization.resources,
        manager_id=authorization.manager_id,
        front_channel_token=beside,
    )


def key_of_code(presented: str) -> HandleKey | None:
    """Return the key under which a code is kept, or None for what can be none."""
    if len(presented) != CHARACTERS or not presented.isascii() or not presented.isalnum():
        return None
    return handle_key(presented)


def first_live_key(env: Environment, now: float) -> bytes:
    """Return what no key of a code that may be exchanged now is smaller than."""
    return max(0, int(now) - env.code_lifetime_seconds).to_bytes(4, "big")


def redemption_of(code: AuthorizationCode) -> Redemption:
    """Return what spends a code; it stays spent for as long as the code is known."""
    return Redemption(use=CODE_USE, key=code.key, expires_at=code.kept_until)
