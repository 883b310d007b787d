"""Reading an access token back: what it stands for, if it is one of ours and still good."""

from dataclasses import dataclass, field
from math import inf

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import HandleKey, KeyId, handle_key
from ostiary.core.crypto import jws
from ostiary.core.formats import jwt
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken
from ostiary.core.model.token_manager import TokenKind, TokenManager
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import UserGrant
from ostiary.core.ports.stores import AccessTokens
from ostiary.core.ports.user_grants import UserGrants
from ostiary.core.tokens import claims
from ostiary.core.tokens.gate import Gate
from ostiary.core.tokens.granting import is_transient
from ostiary.core.tokens.verified import VerifiedToken, VerifiedTokens


@dataclass(frozen=True, slots=True)
class FoundToken:
    """A genuine, unexpired access token; `key` is where a reference token is stored."""

    token: AccessToken
    key: HandleKey | None


@dataclass(frozen=True, slots=True)
class UserToken:
    """An access token that is good now, and the user whose data it opens."""

    token: AccessToken
    user: User


@dataclass(frozen=True, slots=True)
class TokenInspector:
    """Tells what an access token stands for."""

    tokens: AccessTokens
    user_grants: UserGrants
    gate: Gate
    clock: Clock
    verified: VerifiedTokens = field(default_factory=VerifiedTokens)

    async def find(self, env: Environment, presented: str) -> FoundToken | None:
        """Return a token that this environment issued and that has not expired, or None.

        Raises: UnavailableError when a reference token cannot be looked up.
        """
        if presented.count(".") == 2:
            token = self._find_jwt(env, presented)
            return FoundToken(token, None) if token else None
        return await self._find_reference(env, presented)

    async def inspect(self, env: Environment, presented: str) -> AccessToken | None:
        """Return a token that is good now: genuine, unexpired, not revoked, its client open to it.

        One for a user's data needs its grant and its user too.
        Raises: UnavailableError when the store cannot say whether it was revoked.
        """
        found = await self.find(env, presented)
        if found is None or not _may_client_have(env, found.token):
            return None
        if found.token.grant_id is not None:
            about = await self._find_user(env, found)
            return about.token if about else None
        if found.key is None and await self.tokens.is_revoked(env, found.token.token_id):
            return None
        return found.token

    async def inspect_for_user(self, env: Environment, presented: str) -> UserToken | None:
        """Return a token that is good now for a user's data, with that user.

        Raises: UnavailableError.
        """
        found = await self.find(env, presented)
        if found is None or not _may_client_have(env, found.token):
            return None
        return await self._find_user(env, found)

    async def _find_user(self, env: Environment, found: FoundToken) -> UserToken | None:
        token = found.token
        if token.grant_id is None:
            return None
        grant = await self.user_grants.find(env, token.grant_id, now=self.clock.now())
        if grant is None or grant.client_id != token.client_id:
            return None
        is_one_of_many = found.key is None and not is_transient(grant.id)
        if is_one_of_many and await self.tokens.is_revoked(env, token.token_id):
            return None
        user = await self.gate.find_user(env, grant.client_id, grant.user_id, grant.authentication)
        return UserToken(_with_grant(token, grant), user) if user else None

    def _find_jwt(self, env: Environment, presented: str) -> AccessToken | None:
        now = self.clock.now()
        known = self.verified.find(env, presented, now)
        if known is None:
            known = _read_jwt(env, presented, now)
            if known is None or known.good_until <= now:
                return None
            self.verified.remember(env, presented, known)
        return known.token

    async def _find_reference(self, env: Environment, presented: str) -> FoundToken | None:
        manager = _manager_of_handle(env, presented)
        if manager is None:
            return None
        key = handle_key(presented, prefix_length=len(manager.selector))
        if key is None:
            return None
        token = await self.tokens.find(env, key, now=self.clock.now())
        if token is None or token.manager_id != manager.id:
            return None
        return FoundToken(token, key)


def _may_client_have(env: Environment, token: AccessToken) -> bool:
    """Tell whether a token's client is open, and may still have all that the token permits.

    A scope that is taken from a client is gone from what it holds, too: as at each refresh, the
    whole token goes, and the user is asked anew.
    """
    client = env.clients.get(token.client_id)
    return client is not None and client.enabled and token.scopes.is_subset_of(client.scopes)


def _with_grant(token: AccessToken, grant: UserGrant) -> AccessToken:
    """Fill in what the style of a JWT leaves out."""
    return replace(
        token,
        subject=grant.subject,
        user_id=grant.user_id,
        session_id=grant.session_id,
        authenticated_at=grant.authentication.at,
        claims=grant.claims,
    )


def _manager_of_handle(env: Environment, presented: str) -> TokenManager | None:
    for manager in env.token_managers.values():
        if (
            manager.kind is TokenKind.REFERENCE
            and len(presented) == manager.length
            and presented.startswith(manager.selector)
            and presented.isalnum()
            and presented.isascii()
        ):
            return manager
    return None


def _read_jwt(env: Environment, presented: str, now: float) -> VerifiedToken | None:
    """Verify a JWT by the key that its `kid` names, and read it by that key's manager."""
    try:
        unverified = jws.parse(presented)
        found = env.find_key(KeyId(unverified.kid)) if unverified.kid else None
        if found is None:
            return None
        key, key_set = found
        published_until = inf if key.published_until is None else key.published_until
        if published_until <= now:
            return None  # nobody else could verify it any more
        payload = jws.verify(key.public_key, key.algorithm, unverified)
        manager = _manager_of_jwt(env, key_set, unverified)
        if manager is None:
            return None
        token = claims.read_token(manager, jwt.read_claims(payload))
    except (jws.InvalidJWSError, jwt.InvalidClaimsError):
        return None
    return VerifiedToken(token, min(token.expires_at, published_until))


def _manager_of_jwt(
    env: Environment, key_set: str, unverified: jws.UnverifiedJWS
) -> TokenManager | None:
    """Return the manager that alone signs with this key set, if the header is of its kind."""
    for manager in env.token_managers.values():
        if manager.kind is TokenKind.JWT and manager.key_set == key_set:
            members = dict(claims.headers(manager))
            if all(unverified.header.get(name) == value for name, value in members.items()):
                return manager
    return None
