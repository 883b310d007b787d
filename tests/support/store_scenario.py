"""A scenario that walks through every statement of a store, and a check that nothing is half done.

Run as a program (URL, fault point) it ends without a trace at that point, with exit code 86.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.base.ids import TokenId
from ostiary.core.base.usernames import username_key
from ostiary.core.model.token import Issuance
from ostiary.core.ports.configuration import Document, DocumentId
from ostiary.core.ports.users import Attempt
from tests.support import (
    store_scenario_authenticators,
    store_scenario_devices,
    store_scenario_references,
    store_scenario_sign_on,
)
from tests.support.environments import make_environment
from tests.support.stores import (
    LATER,
    NOW,
    is_spent,
    make_key,
    make_redemption,
    make_token,
    opened,
)
from tests.support.users import make_attempt, make_user

EXIT_CODE = 86
ENV = make_environment("scenario")
OLD = Document(DocumentId("", "server", "old"), b"1")
NEW = Document(DocumentId("", "server", "new"), b"2")
REVOKED = TokenId("jti")
KNOWN, RENAMED, GONE, UPGRADED = (make_user(number) for number in range(90, 94))
LOCKED, COUNTED, CLEARED, RIGHT = (make_attempt(number) for number in range(90, 94))


class FaultError(Exception):
    """What a test lets happen at a fault point."""


async def seed(store: StoreBackend) -> None:
    """Store what the scenario deletes, replaces and cleans up."""
    over = Issuance(
        (make_redemption(90, expires_at=NOW),), (make_token(90, expires_at=NOW), make_token(91))
    )
    await store.commit(ENV, over, now=NOW - 1)
    await store.replace(expected_version=0, put=[OLD], delete=[])
    await store.users.create(ENV, [KNOWN, RENAMED, GONE, UPGRADED])
    for attempt in (LOCKED, CLEARED, RIGHT):
        await _count(store, attempt)
    await store_scenario_sign_on.seed(store, ENV)
    await store_scenario_authenticators.seed(store, ENV, GONE)
    await store_scenario_references.seed(store, ENV)
    await store_scenario_devices.seed(store, ENV)


Step = Callable[[StoreBackend], Awaitable[object]]
COMMITS = {
    "a token": Issuance(reference_tokens=(make_token(1),)),
    "a redemption": Issuance(redeems=(make_redemption(2),)),
    "a redemption for tokens": Issuance((make_redemption(3),), (make_token(3), make_token(4))),
    "redemptions for tokens": Issuance(
        (make_redemption(5), make_redemption(6)), (make_token(5), make_token(6))
    ),
}


def _commit(issuance: Issuance) -> Step:
    return lambda store: store.commit(ENV, issuance, now=NOW)


async def _count(store: StoreBackend, attempt: Attempt) -> None:
    await store.attempts.begin(ENV, attempt, now=NOW)
    await store.attempts.fail(ENV, attempt, now=NOW)


STEPS: tuple[Step, ...] = (
    *(_commit(issuance) for issuance in COMMITS.values()),
    lambda store: store.delete(ENV, make_key(91)),
    lambda store: store.revoke(ENV, REVOKED, expires_at=LATER),
    lambda store: store.replace(expected_version=1, put=[NEW], delete=[OLD.id]),
    lambda store: store.users.create(ENV, [make_user(1), make_user(2)]),
    lambda store: store.users.save(ENV, replace(RENAMED, username="new"), expected_version=1),
    lambda store: store.users.delete(ENV, GONE.id),
    lambda store: _count(store, COUNTED),
    lambda store: store.attempts.clear(ENV, CLEARED, replaces=replace(UPGRADED, enabled=False)),
    lambda store: store.attempts.clear(ENV, RIGHT, replaces=None),
    lambda store: store.attempts.unlock(ENV, LOCKED.subject),
    *store_scenario_sign_on.steps(ENV),
    *store_scenario_authenticators.steps(ENV),
    *store_scenario_references.steps(ENV),
    *store_scenario_devices.steps(ENV),
    lambda store: store.prune(now=NOW),
    lambda store: store.find(ENV, make_key(1), now=NOW),
    lambda store: store.is_revoked(ENV, REVOKED),
    lambda store: store.users.find(ENV, KNOWN.id),
    lambda store: store.users.find_by_name(ENV, username_key(KNOWN.username)),
    lambda store: store.users.select(ENV),
    lambda store: store.users.scan(ENV),
    lambda store: store.users.select_by_address(ENV, "user90@example.com"),
    lambda store: store.users.count(ENV),
    lambda store: store.attempts.find_failures(ENV, COUNTED.subject, now=NOW),
    lambda store: store.version(),
    lambda store: store.load(),
    lambda store: store.ping(),
    lambda store: store.schema_revision(),
)


async def run(store: StoreBackend) -> None:
    """Take every step; a fault is passed over."""
    for step in STEPS:
        with suppress(FaultError):
            await step(store)


async def check(store: StoreBackend) -> dict[str, bool]:
    """Tell of every step whether it is done; a half-done one fails the check."""
    done = {name: await _is_committed(store, issuance) for name, issuance in COMMITS.items()}
    stored = await store.load()
    assert (stored.version, stored.documents) in {(1, (OLD,)), (2, (NEW,))}
    done["replace"] = stored.version == 2
    done["delete"] = await store.find(ENV, make_key(91), now=NOW) is None
    done["revoke"] = await store.is_revoked(ENV, REVOKED)
    done |= await _check_users(store) | await _check_attempts(store)
    done |= await store_scenario_authenticators.check(store, ENV, GONE)
    done |= await store_scenario_references.check(store, ENV)
    done |= await store_scenario_devices.check(store, ENV)
    return done | await store_scenario_sign_on.check(store, ENV)


async def _check_users(store: StoreBackend) -> dict[str, bool]:
    created = [await store.users.find(ENV, make_user(number).id) for number in (1, 2)]
    assert len({user is None for user in created}) == 1, "half created"
    renamed = await store.users.find(ENV, RENAMED.id)
    assert renamed is not None
    by_names = [
        await store.users.find_by_name(ENV, username_key(name))
        for name in (RENAMED.username, "new")
    ]
    assert by_names in ([renamed, None], [None, renamed])
    return {
        "create": created[0] is not None,
        "save": renamed.version == 2,
        "delete_user": await store.users.find(ENV, GONE.id) is None,
    }


async def _check_attempts(store: StoreBackend) -> dict[str, bool]:
    failures = {
        name: (await store.attempts.find_failures(ENV, attempt.subject, now=NOW)).failures
        for name, attempt in (
            *(("begin", COUNTED), ("clear", CLEARED)),
            *(("clear_right", RIGHT), ("unlock", LOCKED)),
        )
    }
    upgraded = await store.users.find(ENV, UPGRADED.id)
    assert upgraded is not None
    assert (failures["clear"] == 0) is not upgraded.enabled, "cleared without its replacement"
    return {
        "begin": failures["begin"] == 1,
        "clear": failures["clear"] == 0,
        "clear_right": failures["clear_right"] == 0,
        "unlock": failures["unlock"] == 0,
    }


async def _is_committed(store: StoreBackend, issuance: Issuance) -> bool:
    parts = [
        await store.find(ENV, token.key, now=NOW) is not None for token in issuance.reference_tokens
    ] + [await is_spent(store, ENV, redemption) for redemption in issuance.redeems]
    assert len(set(parts)) == 1, f"half done: {parts}"
    return parts[0]


async def _crash(url: str, point: str) -> None:
    def reach(reached: str) -> None:
        if reached == point:
            os._exit(EXIT_CODE)

    async with opened(url, reach) as store:
        await run(store)


if __name__ == "__main__":
    asyncio.run(_crash(sys.argv[1], sys.argv[2]))
