"""The grants that users' tokens come from: begun, and gone on with."""

import msgspec

from ostiary.core.base.ids import GrantId, mint_handle, mint_in_order
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.authorization import Granted, RefreshedToken
from ostiary.core.model.client import Client, RefreshPolicy
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Rotation
from ostiary.core.model.token_manager import TokenManager
from ostiary.core.model.user_grant import UserGrant
from ostiary.core.tokens import refresh_tokens
from ostiary.core.tokens.occasion import Occasion

OFFLINE_ACCESS = "offline_access"
REFRESH_GRANT = "refresh_token"
PERSISTENT_ID_CHARACTERS = 32
"""As long as PingFederate's `agid`."""
TRANSIENT_ID_CHARACTERS = 25
"""A length that no base64url text has, so that no other token's id looks like one."""


class Settled(msgspec.Struct, frozen=True):
    """What an issuance does to a user's grant.

    Args:
        grant: that its access token names.
        made: stored by it.
        refresh_token: that goes out, if one does.
    """

    grant: UserGrant
    made: tuple[UserGrant, ...] = ()
    rotates: Rotation | None = None
    refresh_token: str | None = None


def mint_persistent_id(now: float) -> GrantId:
    """Mint the id of a grant of which many tokens may come.

    Its time in front makes a store's index grow at its end.
    """
    return GrantId(mint_handle(PERSISTENT_ID_CHARACTERS, now))


def mint_transient_id(now: float) -> GrantId:
    """Mint the id of a grant of which one token comes: it is the id of that token too."""
    return GrantId(mint_in_order(TRANSIENT_ID_CHARACTERS, now))


def is_transient(grant_id: str) -> bool:
    """Tell by its id whether one token comes of a grant."""
    return len(grant_id) == TRANSIENT_ID_CHARACTERS


def is_refreshable(env: Environment, client: Client, scopes: ScopeSet) -> bool:
    """Tell whether a user's grant to a client goes on by refresh tokens.

    Spec: OpenID Connect Core §11 (`offline_access`).
    """
    if REFRESH_GRANT not in client.grant_types:
        return False
    must_ask = env.traits.refreshes_on_request and OFFLINE_ACCESS in client.scopes
    return not must_ask or OFFLINE_ACCESS in scopes


def settle(occasion: Occasion, manager: TokenManager) -> Settled:
    """Begin the grant of an authorization, or go on with it.

    Args: manager is of the access token that comes of it now.
    """
    authorization = occasion.authorization
    if authorization.refreshed is not None:
        return _go_on(authorization.refreshed, occasion.client.refresh, occasion.now)
    refresh_token = refresh_tokens.mint(occasion.now) if authorization.wants_refresh else None
    grant = _begin(occasion, manager, refresh_token)
    return Settled(grant, made=(grant,), refresh_token=refresh_token)


def _begin(occasion: Occasion, manager: TokenManager, refresh_token: str | None) -> UserGrant:
    authorization, person, now = occasion.authorization, occasion.person, occasion.now
    granted = authorization.granted or Granted(authorization.scopes, authorization.resources)
    policy, refresh, lifetime_seconds = occasion.client.refresh, None, manager.lifetime_seconds
    if refresh_token is not None:
        refresh = refresh_tokens.begin(refresh_token, policy, now)
        lifetime_seconds = int(policy.lifetime_seconds)
    return UserGrant(
        id=authorization.grant_id or mint_transient_id(now),
        client_id=occasion.client.client_id,
        user_id=person.user.id,
        subject=person.subject,
        scopes=granted.scopes,
        authentication=person.authentication,
        created_at=now,
        expires_at=_end(int(now) + lifetime_seconds, authorization.good_until),
        session_id=person.session_id,
        ends_with_session=OFFLINE_ACCESS not in granted.scopes,
        claims=person.claims,
        resources=granted.resources,
        manager_id=authorization.manager_id,
        refresh=refresh,
        bound_to=authorization.bound_to if occasion.client.is_public else None,
    )


def _end(usual: int, limit: float | None) -> int:
    return usual if limit is None else min(usual, int(limit))


def _go_on(refreshed: RefreshedToken, policy: RefreshPolicy, now: float) -> Settled:
    grant, state = refreshed.grant, refreshed.grant.refresh
    if refreshed.is_repeated or state is None:
        return Settled(grant, refresh_token=refreshed.next_token)
    rotation = Rotation(
        grant_id=grant.id,
        expected=state.current,
        state=refresh_tokens.go_on(state, refreshed.next_token, policy, now),
    )
    return Settled(grant, rotates=rotation, refresh_token=refreshed.next_token)
