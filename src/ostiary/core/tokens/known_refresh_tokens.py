"""Refresh tokens that somebody asks about or gives back, without using them."""

from dataclasses import dataclass

import msgspec

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import ClientId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import UserGrant
from ostiary.core.ports.user_grants import UserGrants
from ostiary.core.tokens import refresh_tokens
from ostiary.core.tokens.gate import Gate
from ostiary.core.tokens.refresh_tokens import Standing


class RefreshTokenFacts(msgspec.Struct, frozen=True):
    """What a refresh token that is good now stands for.

    Args: manager_id is of the tokens that come of it; None for the client's default.
    """

    client_id: ClientId
    scopes: ScopeSet
    expires_at: float
    subject: str
    manager_id: str | None = None


@dataclass(frozen=True, slots=True)
class KnownRefreshTokens:
    """Finds the grants of refresh tokens."""

    user_grants: UserGrants
    gate: Gate
    clock: Clock

    async def find_grant(self, env: Environment, presented: str) -> UserGrant | None:
        """Return the grant of a refresh token's family: the token itself may be an old one."""
        found = await self._find(env, presented)
        return None if found is None else found[0]

    async def inspect(self, env: Environment, presented: str) -> RefreshTokenFacts | None:
        """Return what a refresh token stands for if it could be used now.

        Raises: UnavailableError.
        """
        found, now = await self._find(env, presented), self.clock.now()
        if found is None:
            return None
        grant, read = found
        user = await self.gate.find_user_of(env, grant, read)
        if user is None or grant.refresh is None:
            return None
        policy = env.clients[grant.client_id].refresh
        if refresh_tokens.judge(grant.refresh, presented, policy, now) is not Standing.CURRENT:
            return None
        expires_at = min(grant.expires_at, grant.refresh.idle_expires_at)
        return RefreshTokenFacts(
            grant.client_id, grant.scopes, expires_at, grant.subject, grant.manager_id
        )

    async def _find(self, env: Environment, presented: str) -> tuple[UserGrant, User | None] | None:
        """Return the grant, and its user if the store of the grant has it."""
        if not refresh_tokens.is_well_formed(presented):
            return None
        family = refresh_tokens.family_of(presented)
        return await self.user_grants.find_by_family(env, family, now=self.clock.now())
