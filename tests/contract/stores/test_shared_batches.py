"""What many callers want at once is one transaction: one flush of the disk serves them all."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Issuance
from tests.support.stored_sign_on import (
    make_change,
    make_code,
    make_end,
    make_flow,
    make_grant,
    make_move,
    make_rotation,
    make_session,
)
from tests.support.stores import LATER, NOW, make_issuance, make_redemption, opened
from tests.support.users import make_attempt

CALLERS = 32
Verb = Callable[[StoreBackend, Environment, int], Awaitable[object]]


def commit(make: Callable[[int], Issuance]) -> Verb:
    return lambda store, env, n: store.commit(env, make(n), now=NOW)


VERBS: dict[str, Verb] = {
    "a flow begins": lambda store, env, n: store.flows.start(env, make_flow(n + 1000)),
    "an attempt fails": lambda store, env, n: store.attempts.fail(env, make_attempt(n), now=NOW),
    "an attempt was right": lambda store, env, n: store.attempts.clear(
        env, make_attempt(n), replaces=None
    ),
    "a flow moves on": commit(lambda n: Issuance(moves=make_move(n))),
    "a flow is finished": commit(
        lambda n: Issuance(codes=(make_code(n),), moves=make_end(n), session=make_change(n + 1000))
    ),
    "a code is exchanged": commit(
        lambda n: Issuance(
            (make_redemption(n),),
            grants=(make_grant(n + 1000),),
            needs_session=make_session(n).id,
        )
    ),
    "a refresh token rotates": commit(lambda n: Issuance(rotates=make_rotation(n))),
    "a session is used": lambda store, env, n: store.sessions.touch(
        env, make_session(n), expires_at=LATER
    ),
    "a session ends": lambda store, env, n: store.sessions.end(env, make_session(n).id),
    "a grant is revoked": lambda store, env, n: store.user_grants.revoke(env, make_grant(n).id),
}


class Gate:
    """A hook that lets the writer wait at the beginning of its next transaction."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.opened.set()
        self.reached = threading.Event()
        self.transactions = 0

    def __call__(self, point: str) -> None:
        if point == "sqlite.write.begin":
            self.transactions += 1
            self.reached.set()
            self.opened.wait()

    async def hold(self, store: StoreBackend, env: Environment) -> "asyncio.Task[None]":
        """Let somebody begin a transaction, and stop it there."""
        self.opened.clear()
        self.reached.clear()
        first = asyncio.create_task(store.commit(env, make_issuance(999), now=NOW))
        await asyncio.to_thread(self.reached.wait)
        self.transactions = 0
        return first


async def prepare(store: StoreBackend, env: Environment) -> None:
    for number in range(CALLERS):
        await store.flows.start(env, make_flow(number))
        session = make_change(number)
        grants = (make_grant(number, session_id=None),)
        await store.commit(env, Issuance(grants=grants, session=session), now=NOW)


@pytest.mark.parametrize("verb", VERBS)
async def test_what_many_do_at_once_is_one_transaction(
    sqlite_url: str, env: Environment, verb: str
) -> None:
    gate = Gate()
    async with opened(sqlite_url, gate) as store:
        await prepare(store, env)
        first = await gate.hold(store, env)
        callers = [asyncio.ensure_future(VERBS[verb](store, env, n)) for n in range(CALLERS)]
        await asyncio.sleep(0)
        gate.opened.set()

        await asyncio.gather(first, *callers)

    assert gate.transactions == 1


async def test_what_one_turn_of_the_loop_brings_is_one_transaction(
    sqlite_url: str, env: Environment
) -> None:
    gate = Gate()
    async with opened(sqlite_url, gate) as store:
        await prepare(store, env)
        gate.transactions = 0

        await asyncio.gather(*(VERBS["a code is exchanged"](store, env, n) for n in range(CALLERS)))

    assert gate.transactions == 1


async def test_what_different_callers_do_at_once_is_one_transaction(
    sqlite_url: str, env: Environment
) -> None:
    gate = Gate()
    async with opened(sqlite_url, gate) as store:
        await prepare(store, env)
        first = await gate.hold(store, env)
        verbs = enumerate(VERBS.values())
        callers = [asyncio.ensure_future(verb(store, env, number)) for number, verb in verbs]
        await asyncio.sleep(0)
        gate.opened.set()

        await asyncio.gather(first, *callers)

    assert gate.transactions == 1


async def test_a_refusal_costs_those_beside_it_nothing(sqlite_url: str, env: Environment) -> None:
    gate = Gate()
    async with opened(sqlite_url, gate) as store:
        await prepare(store, env)
        first = await gate.hold(store, env)
        wanted = [
            *(Issuance(moves=make_move(0)) for _ in range(4)),
            *(Issuance(rotates=make_rotation(0)) for _ in range(4)),
            *(Issuance((make_redemption(0),), grants=(make_grant(1000 + n),)) for n in range(4)),
        ]
        commits = [asyncio.ensure_future(store.commit(env, one, now=NOW)) for one in wanted]
        await asyncio.sleep(0)
        gate.opened.set()
        await first

        results = await asyncio.gather(*commits, return_exceptions=True)

    assert [number for number, result in enumerate(results) if result is None] == [0, 4, 8]
    assert gate.transactions == 1
