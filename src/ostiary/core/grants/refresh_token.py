"""refresh_token: a client goes on with what a user granted."""

from dataclasses import dataclass
from typing import ClassVar

from ostiary.core.base.clock import Clock
from ostiary.core.base.params import Params
from ostiary.core.grants.contract import Sender
from ostiary.core.grants.narrowing import narrow_scopes
from ostiary.core.grants.refusals import invalid_grant
from ostiary.core.model.authorization import Authorization, Person, RefreshedToken
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import RefreshState, UserGrant
from ostiary.core.ports.user_grants import UserGrants
from ostiary.core.tokens import refresh_tokens
from ostiary.core.tokens.gate import Gate
from ostiary.core.tokens.refresh_tokens import Standing
from ostiary.core.tokens.revoke import Revoker


@dataclass(frozen=True, slots=True)
class RefreshTokenGrant:
    """Spec: RFC 6749 §6; RFC 9700 §4.14."""

    user_grants: UserGrants
    gate: Gate
    revoker: Revoker
    clock: Clock
    grant_type: ClassVar[str] = "refresh_token"

    async def authorize(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        """Grant the next access token, and the next refresh token where they rotate.

        Stores: that the grant is over whose refresh tokens somebody else has had.
        Raises: OAuthError invalid_grant, invalid_scope; UnavailableError.
        """
        presented = params.get("refresh_token")
        grant, state, user = await self._find(env, client, presented)
        standing = refresh_tokens.judge(state, presented, client.refresh, self.clock.now())
        if standing is Standing.SPENT:
            await self.revoker.end_stolen_refresh_token(env, grant)
            raise invalid_grant("the refresh token was used before")
        if standing is Standing.IDLE:
            raise invalid_grant("the refresh token was unused for too long")
        return Authorization(
            grant_type=self.grant_type,
            client=client,
            scopes=narrow_scopes(client, grant.scopes, params),
            subject=grant.subject,
            resources=grant.resources,
            manager_id=grant.manager_id,
            person=await self._find_person(env, grant, user),
            refreshed=_renew(env, client, grant, presented, standing),
        )

    async def after_losing(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        """Decide again: another request with the same token was first, or the grant is over.

        Within the grace it gets the answer that the other one got.
        Raises: as `authorize`.
        """
        return await self.authorize(env, client, params, sender)

    async def _find(
        self, env: Environment, client: Client, presented: str
    ) -> tuple[UserGrant, RefreshState, User | None]:
        """Return the grant of a refresh token's family, which must be this client's.

        And its user, if the store of the grant has it.
        """
        found = None
        if refresh_tokens.is_well_formed(presented):
            family = refresh_tokens.family_of(presented)
            found = await self.user_grants.find_by_family(env, family, now=self.clock.now())
        if found is None or found[0].refresh is None:
            raise invalid_grant("the refresh token is unknown")
        grant, user = found
        if grant.client_id != client.client_id:
            raise invalid_grant("the refresh token is another client's")
        return grant, found[0].refresh, user

    async def _find_person(self, env: Environment, grant: UserGrant, read: User | None) -> Person:
        """Return the user of a grant, without a nonce: that belongs to the sign-on itself."""
        user = await self.gate.find_user_of(env, grant, read)
        if user is None:
            raise invalid_grant("the user is no longer there")
        return Person(
            user, grant.subject, grant.authentication, grant.session_id, claims=grant.claims
        )


def _renew(
    env: Environment, client: Client, grant: UserGrant, presented: str, standing: Standing
) -> RefreshedToken:
    is_repeated = standing is Standing.REPEATED
    rolls = is_repeated or refresh_tokens.is_rolling(client)
    next_token = refresh_tokens.next_of(env, presented) if rolls else None
    return RefreshedToken(grant, presented, next_token, is_repeated)
