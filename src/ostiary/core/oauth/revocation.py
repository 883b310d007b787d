"""Revocation: a client gives one of its tokens back."""

from dataclasses import dataclass

from ostiary.core.base.errors import OAuthCode, OAuthError, ProtocolError
from ostiary.core.base.ids import TokenId
from ostiary.core.base.params import Params
from ostiary.core.clientauth.contract import Presented
from ostiary.core.model.audit import TokenRevoked
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.client_authentication import ClientAuthentication
from ostiary.core.oauth.refusals import describe_refusal
from ostiary.core.ports.events import Events
from ostiary.core.ports.stores import AccessTokens
from ostiary.core.tokens.inspect import TokenInspector


@dataclass(frozen=True, slots=True)
class Revocation:
    """Answers revocation requests."""

    clients: ClientAuthentication
    inspector: TokenInspector
    tokens: AccessTokens
    events: Events

    async def respond(self, env: Environment, params: Params, presented: Presented) -> None:
        """Revoke the client's own token; what is unknown or over needs no revoking.

        Spec: RFC 7009 §2.
        Stores: the revocation, durably, before this returns.
        Raises: OAuthError unauthorized_client when a confidential client names another client's
            token (a public one cannot prove who it is, so it learns nothing); UnavailableError.
        """
        client: Client | None = None
        try:
            client = await self.clients.authenticate(env, params, presented)
            revoked = await self._revoke(env, client, params)
        except ProtocolError as error:
            refusal = describe_refusal(env, "revoke", error, client=client, presented=presented)
            self.events.emit(refusal)
            raise
        self.events.emit(
            TokenRevoked(
                environment=env.id,
                client=client.client_id,
                token_id=revoked,
                address=presented.address,
            )
        )

    async def _revoke(self, env: Environment, client: Client, params: Params) -> TokenId | None:
        """Return the token that is revoked now, or None when there was nothing to revoke."""
        found = await self.inspector.find(env, params.get("token"))
        if found is None:
            return None
        token = found.token
        if token.client_id != client.client_id:
            if client.is_public:
                return None
            raise OAuthError(
                OAuthCode.UNAUTHORIZED_CLIENT, "The token was not issued to this client."
            )
        if found.key is not None:
            await self.tokens.delete(env, found.key)
        else:
            await self.tokens.revoke(env, token.token_id, expires_at=token.expires_at)
        return token.token_id
