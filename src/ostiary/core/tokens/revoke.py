"""Ending tokens before their time: one of them, or a grant with all that came of it."""

from dataclasses import dataclass

from ostiary.core.base.ids import GrantId
from ostiary.core.model.audit.tokens import ReplayDetected
from ostiary.core.model.environment import Environment
from ostiary.core.model.user_grant import AuthorizationCode, UserGrant
from ostiary.core.ports.events import Events
from ostiary.core.ports.stores import AccessTokens
from ostiary.core.ports.user_grants import UserGrants
from ostiary.core.tokens.granting import is_transient
from ostiary.core.tokens.inspect import FoundToken


@dataclass(frozen=True, slots=True)
class Revoker:
    """Ends tokens and grants."""

    user_grants: UserGrants
    tokens: AccessTokens
    events: Events

    async def revoke_token(self, env: Environment, found: FoundToken) -> None:
        """Revoke one access token; others of the same grant stay good.

        Stores: the revocation, durably. Raises: UnavailableError.
        """
        token = found.token
        if token.grant_id is not None and is_transient(token.grant_id):
            await self.user_grants.revoke(env, token.grant_id)
        elif found.key is not None:
            await self.tokens.delete(env, found.key)
        else:
            await self.tokens.revoke(env, token.token_id, expires_at=token.expires_at)

    async def revoke_grant(self, env: Environment, grant: UserGrant) -> None:
        """Revoke a grant and with it all of its tokens.

        Stores: the revocation, durably. Raises: UnavailableError.
        """
        await self.user_grants.revoke(env, grant.id)

    async def end_replayed_code(self, env: Environment, code: AuthorizationCode) -> None:
        """Revoke what came of a code that was presented again.

        Spec: RFC 6749 §4.1.2; RFC 9700 §4.2.4.
        Stores: the revocation, durably. Raises: UnavailableError.
        """
        if code.front_channel_token is not None:
            await self.user_grants.revoke(env, GrantId(code.front_channel_token[0]))
        if await self.user_grants.revoke(env, code.grant_id):
            self.events.emit(
                ReplayDetected(
                    environment=env.id,
                    client=code.client_id,
                    grant=code.grant_id,
                    grant_type="authorization_code",
                )
            )

    async def end_stolen_refresh_token(self, env: Environment, grant: UserGrant) -> None:
        """Revoke a grant of whose refresh tokens two parties have had one.

        Spec: RFC 9700 §4.14.2.
        Stores: the revocation, durably. Raises: UnavailableError.
        """
        if await self.user_grants.revoke(env, grant.id):
            self.events.emit(
                ReplayDetected(
                    environment=env.id,
                    client=grant.client_id,
                    grant=grant.id,
                    grant_type="refresh_token",
                )
            )
