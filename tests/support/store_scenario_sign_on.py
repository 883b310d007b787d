"""The part of the scenario that is about sign-on: see `store_scenario`."""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.base.ids import SessionId
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import LogoutNotice
from ostiary.core.model.token import Issuance
from ostiary.core.model.user_grant import AuthorizationCode, UserGrant
from ostiary.core.tokens.codes import redemption_of
from tests.support.stored_sign_on import (
    make_browser_key,
    make_change,
    make_code,
    make_consent,
    make_end,
    make_flow,
    make_grant,
    make_move,
    make_participation,
    make_refresh,
    make_rotation,
    make_session,
    make_user_id,
)
from tests.support.stores import LATER, NOW, is_spent, make_key, make_redemption, make_token

Step = Callable[[StoreBackend], Awaitable[object]]
NEW = 21
MOVED, FINISHED, ROTATED, REVOKED, ENDED, FORGOTTEN, SIGNED_OFF, USED, REPLACED, REPLACING = range(
    60, 70
)
OVER, TOLD, LATE = 70, 71, 72
SOON = NOW + 5


def _grant(number: int) -> UserGrant:
    """Make the grant of session `number`, whose user has the same number."""
    return make_grant(number, user=number, session_id=SessionId(f"session-{number}"))


def _code(number: int) -> AuthorizationCode:
    """Make a code of the user with the same number."""
    return make_code(number, user_id=make_user_id(number))


async def seed(store: StoreBackend, env: Environment) -> None:
    """Store what the steps move, rotate, end and clean up."""
    for flow in (make_flow(MOVED), make_flow(FINISHED), make_flow(OVER, expires_at=NOW)):
        await store.flows.start(env, flow)
    for number in (NEW, ENDED, SIGNED_OFF, USED, REPLACED, TOLD, LATE):
        change, part = make_change(number, user=number), make_participation(number)
        await store.commit(env, Issuance(session=change, participations=(part,)), now=NOW)
    for number in (TOLD, LATE):
        await store.sessions.end(env, make_session(number).id)
    await store.logout_notices.claim(env, now=NOW, until=SOON, limit=9)
    kept = tuple(map(_grant, (ROTATED, REVOKED, ENDED, FORGOTTEN, SIGNED_OFF, REPLACED)))
    over = Issuance(
        codes=(make_code(OVER, kept_until=NOW), _code(FORGOTTEN)),
        grants=(make_grant(OVER, expires_at=NOW), *kept),
        consent=make_consent(FORGOTTEN),
        participations=(make_participation(OVER, expires_at=NOW),),
    )
    await store.commit(env, over, now=NOW)


COMMITS = {
    "exchange": Issuance(
        (make_redemption(NEW),),
        (make_token(NEW),),
        grants=(_grant(NEW),),
        needs_session=make_session(NEW).id,
    ),
    "refresh": Issuance((), (make_token(ROTATED),), rotates=make_rotation(ROTATED)),
    "advance": Issuance(moves=make_move(MOVED)),
    "finish": Issuance(
        codes=(make_code(FINISHED),),
        moves=make_end(FINISHED),
        session=make_change(FINISHED),
        consent=make_consent(FINISHED),
        participations=(make_participation(FINISHED),),
    ),
    "replace": Issuance(session=make_change(REPLACING, replaces=REPLACED)),
}
FAMILY = make_refresh(ROTATED).family
LASTING = make_browser_key(USED + 1000)


def steps(env: Environment) -> tuple[Step, ...]:
    """Return the steps: each statement about sign-on is reached by one of them."""

    def commit(issuance: Issuance) -> Step:
        return lambda store: store.commit(env, issuance, now=NOW)

    used = replace(make_session(USED, user=USED), used_at=NOW + 60)
    consent = make_consent(FORGOTTEN)
    forgotten = consent.user_id
    told, late = (LogoutNotice(make_participation(number), 1, SOON) for number in (TOLD, LATE))
    return (
        lambda store: store.flows.start(env, make_flow(NEW)),
        *(commit(issuance) for issuance in COMMITS.values()),
        lambda store: store.user_grants.revoke(env, _grant(REVOKED).id),
        lambda store: store.user_grants.revoke_of_user(env, forgotten, consent.client_id),
        lambda store: store.sessions.end(env, make_session(ENDED).id),
        lambda store: store.sessions.end_of_user(env, make_user_id(SIGNED_OFF)),
        lambda store: store.sessions.touch(env, used, expires_at=LATER + 60),
        lambda store: store.flows.find(env, make_flow(MOVED).id, now=NOW),
        lambda store: store.sessions.find(env, used.key, now=NOW),
        lambda store: store.sessions.find_persistent(env, LASTING, now=NOW),
        lambda store: store.sessions.find_by_id(env, used.id, now=NOW),
        lambda store: store.sessions.select_of_user(env, make_user_id(USED), now=NOW),
        lambda store: store.codes.find(env, make_key(FINISHED), now=NOW),
        lambda store: store.user_grants.find(env, _grant(ROTATED).id, now=NOW),
        lambda store: store.user_grants.find_by_family(env, FAMILY, now=NOW),
        lambda store: store.consents.find(env, consent.user_id, consent.client_id),
        lambda store: store.user_grants.select_of_user(env, make_user_id(USED), now=NOW, limit=9),
        lambda store: store.consents.select_of_user(env, make_user_id(USED)),
        lambda store: store.logout_notices.find_participants(env, used.id, now=NOW),
        # A claim that is over at once: what was due stays due.
        lambda store: store.logout_notices.claim(env, now=NOW, until=NOW, limit=9),
        lambda store: store.logout_notices.settle(env, told),
        lambda store: store.logout_notices.postpone(env, late, due_at=LATER),
    )


async def check(store: StoreBackend, env: Environment) -> dict[str, bool]:
    """Tell of every step whether it is done; a half-done one fails the check."""
    seen = _Seen(store, env)
    rotated = await store.user_grants.find(env, _grant(ROTATED).id, now=NOW)
    moved = await store.flows.find(env, make_flow(MOVED).id, now=NOW)
    used = await store.sessions.find(env, make_session(USED).key, now=NOW)
    assert rotated is not None
    assert moved is not None
    assert used is not None
    due = await seen.due()
    return {
        "start": await seen.flow(NEW),
        "exchange": seen.all_or_nothing(
            await seen.token(NEW),
            await seen.grant(NEW),
            await is_spent(store, env, make_redemption(NEW)),
        ),
        "refresh": seen.all_or_nothing(
            await seen.token(ROTATED), rotated.refresh == make_refresh(ROTATED, turn=1)
        ),
        "advance": moved.version == 2,
        "finish": seen.all_or_nothing(
            not await seen.flow(FINISHED),
            await store.codes.find(env, make_key(FINISHED), now=NOW) is not None,
            await seen.session(FINISHED),
            await seen.consent(FINISHED),
            await seen.participant(FINISHED),
        ),
        "replace": seen.all_or_nothing(
            await seen.session(REPLACING),
            not await seen.session(REPLACED),
            REPLACED in due,
            not await seen.grant(REPLACED),
        ),
        "revoke": not await seen.grant(REVOKED),
        "revoke_of_user": seen.all_or_nothing(
            not await seen.grant(FORGOTTEN),
            not await seen.consent(FORGOTTEN),
            await is_spent(store, env, redemption_of(_code(FORGOTTEN))),
        ),
        **{
            name: seen.all_or_nothing(
                not await seen.grant(number), not await seen.session(number), number in due
            )
            for name, number in (("end", ENDED), ("end_of_user", SIGNED_OFF))
        },
        "touch": used.used_at == NOW + 60,
        "settle": TOLD not in due,
        "postpone": LATE not in due,
    }


class _Seen:
    """What is in a store."""

    def __init__(self, store: StoreBackend, env: Environment) -> None:
        self.store = store
        self.env = env

    async def token(self, number: int) -> bool:
        return await self.store.find(self.env, make_key(number), now=NOW) is not None

    async def flow(self, number: int) -> bool:
        return await self.store.flows.find(self.env, make_flow(number).id, now=NOW) is not None

    async def grant(self, number: int) -> bool:
        grant_id = _grant(number).id
        return await self.store.user_grants.find(self.env, grant_id, now=NOW) is not None

    async def session(self, number: int) -> bool:
        key = make_session(number).key
        return await self.store.sessions.find(self.env, key, now=NOW) is not None

    async def consent(self, number: int) -> bool:
        kept = make_consent(number)
        return await self.store.consents.find(self.env, kept.user_id, kept.client_id) is not None

    async def participant(self, number: int) -> bool:
        session_id = make_session(number).id
        return bool(
            await self.store.logout_notices.find_participants(self.env, session_id, now=NOW)
        )

    async def due(self) -> set[int]:
        """Return the numbers of the sessions of whose end somebody is to be told now."""
        notices = self.store.logout_notices
        claimed = await notices.claim(self.env, now=SOON, until=NOW, limit=99)
        ids = {notice.participation.session_id for notice in claimed}
        return {number for number in range(100) if make_session(number).id in ids}

    @staticmethod
    def all_or_nothing(*parts: bool) -> bool:
        assert len(set(parts)) == 1, f"half done: {parts}"
        return parts[0]
