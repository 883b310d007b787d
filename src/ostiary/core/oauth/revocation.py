"""Revocation: a client gives one of its tokens back."""

from dataclasses import dataclass

import msgspec

from ostiary.core.base.errors import OAuthCode, OAuthError, ProtocolError
from ostiary.core.base.ids import ClientId, GrantId, TokenId
from ostiary.core.base.params import Params
from ostiary.core.clientauth.contract import Presented
from ostiary.core.model.audit.tokens import TokenRevoked
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.client_authentication import ClientAuthentication
from ostiary.core.oauth.refusals import describe_refusal
from ostiary.core.ports.events import Events
from ostiary.core.tokens.inspect import TokenInspector
from ostiary.core.tokens.known_refresh_tokens import KnownRefreshTokens
from ostiary.core.tokens.revoke import Revoker


class Revoked(msgspec.Struct, frozen=True):
    """What is over now: an access token, or a grant with its refresh token."""

    token_id: TokenId | None
    grant_id: GrantId | None = None


@dataclass(frozen=True, slots=True)
class Revocation:
    """Answers revocation requests."""

    clients: ClientAuthentication
    inspector: TokenInspector
    refresh_tokens: KnownRefreshTokens
    revoker: Revoker
    events: Events

    async def respond(self, env: Environment, params: Params, presented: Presented) -> None:
        """Revoke the client's own token; what is unknown or over needs no revoking.

        An access token goes alone; a refresh token takes its grant along, and all that came of it.
        Spec: RFC 7009 §2, §2.1.
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
                token_id=revoked.token_id if revoked else None,
                address=presented.address,
                grant=revoked.grant_id if revoked else None,
            )
        )

    async def _revoke(self, env: Environment, client: Client, params: Params) -> Revoked | None:
        """Return what is revoked now, or None when there was nothing to revoke.

        `token_type_hint` saves one look at most, and the two kinds do not look alike: it is not
        needed.
        """
        presented = params.get("token")
        found = await self.inspector.find(env, presented)
        if found is not None:
            if not _may_revoke(client, found.token.client_id):
                return None
            await self.revoker.revoke_token(env, found)
            return Revoked(found.token.token_id)
        grant = await self.refresh_tokens.find_grant(env, presented)
        if grant is None or not _may_revoke(client, grant.client_id):
            return None
        await self.revoker.revoke_grant(env, grant)
        return Revoked(None, grant.id)


def _may_revoke(client: Client, owner: ClientId) -> bool:
    """Tell whether a client may revoke a token of `owner`.

    Raises: OAuthError unauthorized_client for a confidential client that is somebody else.
    """
    if owner == client.client_id:
        return True
    if client.is_public:
        return False
    raise OAuthError(OAuthCode.UNAUTHORIZED_CLIENT, "The token was not issued to this client.")
