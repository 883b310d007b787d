"""Attempts in a store: counted before anything is compared, in one atomic step."""

import asyncio
from pathlib import Path

import pytest

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Admission, Failures, LockoutPolicy, Standing
from ostiary.core.ports.users import Attempt
from tests.support.environments import make_environment
from tests.support.stores import opened
from tests.support.users import NOW, make_attempt, make_user


@pytest.fixture
def env() -> Environment:
    return make_environment("home", lockout=LockoutPolicy(spray_users=0))


async def begin(
    store: StoreBackend, env: Environment, subject: int, *, password: int = 0, now: float = NOW
) -> Admission:
    """Begin an attempt that fails."""
    attempt = make_attempt(subject, password=password)
    return (await count(store, env, attempt, now=now)).admission


async def count(
    store: StoreBackend, env: Environment, attempt: Attempt, *, now: float = NOW
) -> Standing:
    standing = await store.attempts.begin(env, attempt, now=now)
    if standing.is_admitted:
        await store.attempts.fail(env, attempt, now=now)
    return standing


async def test_SEC_146_of_200_attempts_at_once_no_more_are_admitted_than_the_limit(
    store: StoreBackend, env: Environment
) -> None:
    admissions = await asyncio.gather(*(begin(store, env, 1, password=n) for n in range(200)))

    assert admissions.count(Admission.ADMITTED) == 5
    assert admissions.count(Admission.LOCKED) == 195
    kept = await store.attempts.find_failures(env, make_attempt(1).subject, now=NOW)
    assert kept == Failures(5, NOW + 60)


async def test_SEC_146_the_limit_holds_over_several_processes(
    empty_postgres_url: str, env: Environment
) -> None:
    async with opened(empty_postgres_url) as one, opened(empty_postgres_url) as two:
        admissions = await asyncio.gather(
            *(begin(store, env, 1, password=n) for n in range(40) for store in (one, two))
        )

    assert admissions.count(Admission.ADMITTED) == 5


async def test_SEC_145_locks_grow_from_one_minute_to_15(
    store: StoreBackend, env: Environment
) -> None:
    now, locks = NOW, []
    for _ in range(4):
        for _ in range(5):
            assert await begin(store, env, 1, now=now) is Admission.ADMITTED
        kept = await store.attempts.find_failures(env, make_attempt(1).subject, now=now)
        locks.append(kept.locked_until - now)
        assert await begin(store, env, 1, now=kept.locked_until - 0.5) is Admission.LOCKED
        now = kept.locked_until

    assert locks == [60, 300, 900, 900]


async def test_an_attempt_that_was_right_clears_the_count_and_the_lock(
    store: StoreBackend, env: Environment
) -> None:
    for _ in range(5):
        await begin(store, env, 1)

    await store.attempts.clear(env, make_attempt(1), replaces=None)

    assert await store.attempts.find_failures(env, "subject-1", now=NOW) == Failures()
    assert await begin(store, env, 1) is Admission.ADMITTED


async def test_attempts_of_one_subject_do_not_count_for_another(
    store: StoreBackend, env: Environment
) -> None:
    for _ in range(5):
        await begin(store, env, 1)
    await begin(store, env, 2)

    await store.attempts.clear(env, make_attempt(2), replaces=None)

    assert await begin(store, env, 1) is Admission.LOCKED
    assert await begin(store, env, 2) is Admission.ADMITTED


async def test_attempts_in_one_environment_do_not_count_in_another(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    for _ in range(5):
        await begin(store, env, 1)

    assert await begin(store, other_env, 1) is Admission.ADMITTED
    await store.attempts.clear(other_env, make_attempt(1), replaces=None)
    await store.attempts.unlock(other_env, "subject-1")
    assert await store.attempts.find_failures(other_env, "subject-1", now=NOW) == Failures()
    assert await begin(store, env, 1) is Admission.LOCKED


async def test_a_known_device_is_counted_apart_and_unlocked_with_the_rest(
    store: StoreBackend, env: Environment
) -> None:
    known = make_attempt(1, device="phone")
    for _ in range(5):
        await begin(store, env, 1)

    for _ in range(5):
        assert (await count(store, env, known)).is_admitted
    assert not (await count(store, env, known)).is_admitted

    await store.attempts.unlock(env, known.subject)
    assert (await count(store, env, known)).is_admitted
    assert await begin(store, env, 1) is Admission.ADMITTED


async def test_failures_are_forgotten_after_their_time_and_then_pruned(
    store: StoreBackend, env: Environment
) -> None:
    for _ in range(4):
        await begin(store, env, 1)
    over = NOW + env.lockout.forget_seconds

    assert (await store.attempts.find_failures(env, "subject-1", now=over - 1)).failures == 4
    assert await store.attempts.find_failures(env, "subject-1", now=over) == Failures()
    assert await store.prune(now=over) == 2
    assert await store.prune(now=over) == 0


async def test_SEC_149_a_password_tried_on_five_users_is_refused_for_all_others(
    store: StoreBackend, other_env: Environment
) -> None:
    env = other_env
    for subject in range(5):
        assert await begin(store, env, subject) is Admission.ADMITTED

    assert await begin(store, env, 5) is Admission.SPRAYED
    assert await begin(store, env, 5, password=1) is Admission.ADMITTED
    assert await begin(store, env, 0) is Admission.ADMITTED
    assert (await store.attempts.find_failures(env, "subject-5", now=NOW)).failures == 1
    assert await begin(store, env, 5, now=NOW + 300) is Admission.ADMITTED


async def test_SEC_149_users_with_the_same_right_password_do_not_count(
    store: StoreBackend, other_env: Environment
) -> None:
    for subject in range(20):
        right = make_attempt(subject)
        assert (await store.attempts.begin(other_env, right, now=NOW)).is_admitted
        await store.attempts.clear(other_env, right, replaces=None)


async def test_SEC_149_a_password_tried_on_100_users_at_once_is_compared_five_times(
    store: StoreBackend, other_env: Environment
) -> None:
    admissions = await asyncio.gather(*(begin(store, other_env, n) for n in range(100)))

    assert admissions.count(Admission.ADMITTED) == 5
    assert admissions.count(Admission.SPRAYED) == 95


async def test_SEC_149_a_password_sprayed_in_one_environment_is_free_in_another(
    store: StoreBackend, other_env: Environment
) -> None:
    for subject in range(6):
        await begin(store, other_env, subject)

    assert await begin(store, make_environment("third"), 6) is Admission.ADMITTED


async def test_SEC_149_a_sprayed_password_still_lets_its_owner_in_on_a_known_device(
    store: StoreBackend, other_env: Environment
) -> None:
    for subject in range(6):
        await begin(store, other_env, subject)

    known = make_attempt(6, device="phone")
    assert (await count(store, other_env, known)).is_admitted


async def test_a_stronger_hash_is_kept_in_the_transaction_that_clears(
    store: StoreBackend, env: Environment
) -> None:
    await store.users.create(env, [make_user(1)])
    await begin(store, env, 1)

    await store.attempts.clear(env, make_attempt(1), replaces=make_user(1, population="new"))

    kept = await store.users.find(env, make_user(1).id)
    assert kept == make_user(1, population="new", version=2)


async def test_a_stronger_hash_never_undoes_a_change_that_came_between(
    store: StoreBackend, env: Environment
) -> None:
    await store.users.create(env, [make_user(1)])
    await begin(store, env, 1)
    disabled = await store.users.save(env, make_user(1, enabled=False), expected_version=1)

    await store.attempts.clear(env, make_attempt(1), replaces=make_user(1))

    assert await store.users.find(env, disabled.id) == disabled
    assert await store.attempts.find_failures(env, "subject-1", now=NOW) == Failures()


async def test_SEC_146_attempts_that_nobody_has_answered_yet_count_too(
    store: StoreBackend, env: Environment
) -> None:
    attempts = [make_attempt(1, password=n) for n in range(200)]
    standings = [await store.attempts.begin(env, attempt, now=NOW) for attempt in attempts]

    assert [standing.admission for standing in standings].count(Admission.ADMITTED) == 5
    for attempt in attempts[:5]:
        await store.attempts.fail(env, attempt, now=NOW)
    kept = await store.attempts.find_failures(env, "subject-1", now=NOW)
    assert kept == Failures(5, NOW + 60)


async def test_SEC_149_a_password_counts_for_others_before_anybody_has_answered_it(
    store: StoreBackend, other_env: Environment
) -> None:
    attempts = [make_attempt(n) for n in range(6)]
    standings = [await store.attempts.begin(other_env, attempt, now=NOW) for attempt in attempts]

    assert standings[-1].admission is Admission.SPRAYED
    for attempt in attempts[:5]:
        await store.attempts.clear(other_env, attempt, replaces=None)
    assert await begin(store, other_env, 6) is Admission.ADMITTED


async def test_a_right_attempt_beside_a_wrong_one_clears_the_count_of_both(
    store: StoreBackend, env: Environment
) -> None:
    wrong, right = make_attempt(1), make_attempt(1, password=1)
    await store.attempts.begin(env, wrong, now=NOW)
    await store.attempts.begin(env, right, now=NOW)

    await store.attempts.clear(env, right, replaces=None)
    await store.attempts.fail(env, wrong, now=NOW)

    assert await store.attempts.find_failures(env, "subject-1", now=NOW) == Failures()
    assert (await store.attempts.begin(env, right, now=NOW)).failures == Failures(1)


async def test_a_wrong_attempt_beside_a_right_one_leaves_nothing_when_it_was_answered_first(
    store: StoreBackend, env: Environment
) -> None:
    wrong, right = make_attempt(1), make_attempt(1, password=1)
    await store.attempts.begin(env, wrong, now=NOW)
    await store.attempts.begin(env, right, now=NOW)

    await store.attempts.fail(env, wrong, now=NOW)
    await store.attempts.clear(env, right, replaces=None)

    assert await store.attempts.find_failures(env, "subject-1", now=NOW) == Failures()


async def test_an_unlocked_subject_begins_anew_while_an_attempt_is_open(
    store: StoreBackend, env: Environment
) -> None:
    for _ in range(4):
        await begin(store, env, 1)
    last = make_attempt(1)
    await store.attempts.begin(env, last, now=NOW)

    await store.attempts.unlock(env, "subject-1")
    await store.attempts.fail(env, last, now=NOW)

    assert await begin(store, env, 1) is Admission.ADMITTED
    assert (await store.attempts.find_failures(env, "subject-1", now=NOW)).locked_until == 0


async def test_a_right_attempt_of_somebody_who_never_failed_writes_nothing_to_the_file(
    tmp_path: Path, env: Environment
) -> None:
    reached: list[str] = []
    async with opened(f"sqlite:///{tmp_path / 'store.db'}", reach=reached.append) as store:
        await store.migrate()
        right = make_attempt(1)
        await store.attempts.begin(env, right, now=NOW)
        reached.clear()

        await store.attempts.clear(env, right, replaces=None)

        assert reached == []
