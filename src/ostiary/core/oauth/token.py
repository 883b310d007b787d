"""The token endpoint: authenticate, decide by grant, mint, once."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from ostiary.core.base.errors import OAuthCode, OAuthError, ProtocolError
from ostiary.core.base.params import Params
from ostiary.core.clientauth.contract import Presented
from ostiary.core.grants.contract import ContestedGrant, Grant
from ostiary.core.grants.refusals import invalid_grant
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import IssuedTokens
from ostiary.core.model.token_manager import TokenManager
from ostiary.core.oauth.client_authentication import ClientAuthentication
from ostiary.core.oauth.refusals import describe_refusal
from ostiary.core.ports.events import Events
from ostiary.core.ports.stores import AlreadyRedeemedError, SessionEndedError
from ostiary.core.tokens.binding import bind, check_certificate_shown
from ostiary.core.tokens.issue import TokenIssuer
from ostiary.core.tokens.targets import TokenTarget, choose_manager, settle_target

CODE_GRANT = "authorization_code"
CODE_GRANT_ALIAS = "authorization"


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Answers token requests of every grant type.

    Args:
        grants: by their `grant_type`.
    """

    clients: ClientAuthentication
    grants: Mapping[str, Grant]
    issuer: TokenIssuer
    events: Events

    async def respond(
        self, env: Environment, params: Params, presented: Presented, target: TokenTarget
    ) -> IssuedTokens:
        """Return the tokens that a request earns.

        Spec: RFC 6749 §3.2.
        Raises: OAuthError, RetryLaterError.
        """
        client: Client | None = None
        try:
            params.get("grant_type")
            client = await self.clients.authenticate(env, params, presented)
            return await self._issue(env, client, params, presented, target)
        except ProtocolError as error:
            refusal = describe_refusal(env, "token", error, client=client, presented=presented)
            self.events.emit(refusal)
            raise

    async def _issue(
        self,
        env: Environment,
        client: Client,
        params: Params,
        presented: Presented,
        target: TokenTarget,
    ) -> IssuedTokens:
        grant_type = params.get("grant_type")
        grant = self.grants.get(grant_type)
        if grant is None or grant_type not in client.grant_types:
            grant = self._find_by_alias(client, grant_type)
        manager = choose_manager(env, client, target)
        if client.binds_tokens:
            check_certificate_shown(presented.certificate)
        authorization = await grant.authorize(env, client, params, presented)
        if client.binds_tokens or authorization.refreshed is not None:
            authorization = bind(authorization, presented.certificate)
        address = presented.address
        try:
            if authorization.person is not None or target.resources or authorization.audience_limit:
                authorization, manager = _settle(env, authorization, manager, target, params)
            return await self.issuer.issue(env, authorization, manager, address=address)
        except SessionEndedError as error:
            raise invalid_grant("the session ended meanwhile") from error
        except AlreadyRedeemedError as error:
            if not isinstance(grant, ContestedGrant):
                raise invalid_grant("another request was first") from error
        authorization = await grant.after_losing(env, client, params, presented)
        authorization = bind(authorization, presented.certificate)
        authorization, manager = _settle(env, authorization, manager, target, params)
        try:
            return await self.issuer.issue(env, authorization, manager, address=address)
        except AlreadyRedeemedError as error:
            raise invalid_grant("another request was first") from error

    def _find_by_alias(self, client: Client, grant_type: str) -> Grant:
        """Return the grant that a client means by an old word for it, where it is allowed that.

        Raises: OAuthError unsupported_grant_type, unauthorized_client.
        """
        if grant_type == CODE_GRANT_ALIAS and client.allows_authorization_alias:
            grant_type = CODE_GRANT
        grant = self.grants.get(grant_type)
        if grant is None:
            raise OAuthError(
                OAuthCode.UNSUPPORTED_GRANT_TYPE, "This grant_type is not supported here."
            )
        if grant_type not in client.grant_types:
            raise OAuthError(
                OAuthCode.UNAUTHORIZED_CLIENT, "This client may not use this grant_type."
            )
        return grant


def _settle(
    env: Environment,
    authorization: Authorization,
    manager: TokenManager,
    target: TokenTarget,
    params: Params,
) -> tuple[Authorization, TokenManager]:
    """Return the authorization for its token alone, and the manager that issues it."""
    if authorization.person is None:
        target = TokenTarget(target.manager_id, target.resources or authorization.resources)
    else:
        target = settle_target(env, authorization, target)
    limit = authorization.audience_limit
    if limit is not None and not (target.resources and limit.issuperset(target.resources)):
        raise OAuthError(
            OAuthCode.INVALID_TARGET, "This client may not get tokens for that audience."
        )
    is_old = authorization.is_deprecated or params.find("grant_type") == CODE_GRANT_ALIAS
    if is_old or authorization.resources != target.resources:
        authorization = replace(authorization, resources=target.resources, is_deprecated=is_old)
    return authorization, choose_manager(env, authorization.client, target)
