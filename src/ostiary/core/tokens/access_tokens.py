"""What an access token is to say, and the handle of one that is stored."""

import os

from ostiary.core.base import b64
from ostiary.core.base.ids import TokenId, handle_key, mint_handle
from ostiary.core.model.authorization import Authorization, Person
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken, ReferenceToken
from ostiary.core.model.token_manager import TokenManager
from ostiary.core.model.user_grant import UserGrant
from ostiary.core.tokens.granting import is_transient
from ostiary.core.tokens.occasion import Occasion
from ostiary.core.tokens.targets import choose_audiences
from ostiary.core.tokens.user_claims import attribute_of


def describe(
    env: Environment, authorization: Authorization, manager: TokenManager, now: float
) -> AccessToken:
    """Return the access token of a client that acts for itself.

    Raises: OAuthError invalid_scope from the audience.
    """
    issued_at = int(now)
    expires_at = issued_at + manager.lifetime_seconds
    if authorization.good_until is not None:
        expires_at = min(expires_at, int(authorization.good_until))
    attributes: dict[str, object] = {**manager.attributes, **authorization.claims}
    return AccessToken(
        token_id=TokenId(b64.encode(os.urandom(manager.jti_bytes))),
        client_id=authorization.client.client_id,
        manager_id=manager.id,
        scopes=authorization.scopes,
        expires_at=expires_at,
        issued_at=issued_at,
        subject=authorization.subject,
        audiences=choose_audiences(env, manager, authorization.scopes, authorization.resources),
        attributes=attributes,
        bound_to=authorization.bound_to,
    )


def describe_for_user(occasion: Occasion, manager: TokenManager, grant: UserGrant) -> AccessToken:
    """Return the access token that a grant gives to a client for a user.

    Raises: OAuthError invalid_scope from the audience.
    """
    authorization, person = occasion.authorization, occasion.person
    scopes, resources = authorization.scopes, authorization.resources
    issued_at = int(occasion.now)
    attributes = {**manager.attributes, **_user_attributes(manager, person), **authorization.claims}
    return AccessToken(
        token_id=TokenId(grant.id) if is_transient(grant.id) else _mint_id(manager),
        client_id=occasion.client.client_id,
        manager_id=manager.id,
        scopes=scopes,
        # Nothing outlives the grant; a transient one is over with its token.
        expires_at=min(issued_at + manager.lifetime_seconds, int(grant.expires_at)),
        issued_at=issued_at,
        subject=person.subject,
        audiences=choose_audiences(occasion.env, manager, scopes, resources),
        attributes=attributes,
        user_id=person.user.id,
        grant_id=grant.id,
        session_id=person.session_id,
        authenticated_at=int(person.authentication.at),
        context=person.authentication.context,
        bound_to=authorization.bound_to,
    )


def refer(manager: TokenManager, token: AccessToken, now: float) -> tuple[str, ReferenceToken]:
    """Mint the handle of a stored access token, and return it with what is stored."""
    handle = mint_handle(manager.length, now, prefix=manager.selector)
    key = handle_key(handle, prefix_length=len(manager.selector))
    if key is None:
        raise ValueError("the clock is past the year 2106: handles cannot carry its time")
    return handle, ReferenceToken(key=key, token=token)


def _mint_id(manager: TokenManager) -> TokenId:
    return TokenId(b64.encode(os.urandom(manager.jti_bytes)))


def _user_attributes(manager: TokenManager, person: Person) -> dict[str, object]:
    found = (
        (claim, attribute_of(person.user, name)) for claim, name in manager.user_attributes.items()
    )
    return {claim: value for claim, value in found if value is not None}
