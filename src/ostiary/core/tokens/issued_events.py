"""The events of what was issued."""

from ostiary.core.base.ids import GrantId
from ostiary.core.model.audit.tokens import AuthorizationAnswered, TokenIssued, UserTokenIssued
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken
from ostiary.core.tokens.granting import Settled
from ostiary.core.tokens.occasion import Occasion


def token_issued(
    env: Environment, authorization: Authorization, token: AccessToken, address: str
) -> TokenIssued:
    """Return the event of a token of a client itself."""
    return TokenIssued(
        environment=env.id,
        client=token.client_id,
        grant_type=authorization.grant_type,
        manager=token.manager_id,
        token_id=token.token_id,
        scope=str(token.scopes),
        address=address,
    )


def user_token_issued(occasion: Occasion, settled: Settled, token: AccessToken) -> UserTokenIssued:
    """Return the event of an access token for a user's data."""
    return UserTokenIssued(
        environment=occasion.env.id,
        client=token.client_id,
        user=occasion.person.user.id,
        session=occasion.person.session_id,
        grant=settled.grant.id,
        grant_type=occasion.authorization.grant_type,
        manager=token.manager_id,
        token_id=token.token_id,
        scope=str(token.scopes),
        has_refresh_token=settled.refresh_token is not None,
        is_deprecated=occasion.authorization.is_deprecated,
        address=occasion.address,
    )


def authorization_answered(
    occasion: Occasion, wants: frozenset[str], grant_id: GrantId | None
) -> AuthorizationAnswered:
    """Return the event of an answer that went back through the browser."""
    return AuthorizationAnswered(
        environment=occasion.env.id,
        client=occasion.client.client_id,
        user=occasion.person.user.id,
        session=occasion.person.session_id,
        grant=grant_id,
        response_type=" ".join(sorted(wants)) or "none",
        scope=str(occasion.authorization.scopes),
        address=occasion.address,
    )
