"""Guessing passwords: counted, locked, and answered alike for everybody."""

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import UserId
from ostiary.core.crypto.passwords import read_hash
from ostiary.core.model.audit.accounts import PasswordUpgraded
from ostiary.core.model.audit.sign_on import PasswordAccepted, PasswordLocked, PasswordRefused
from ostiary.core.model.password_policy import LockoutPolicy
from ostiary.core.model.user import UserPassword
from ostiary.core.signon.outcomes import Accepted, Locked, MustChange, Rejected
from ostiary.core.signon.password import KnownDevice, subject_of
from tests.support.environments import make_environment
from tests.support.signon import WRONG, CountedHashing, SignOn
from tests.support.stores import opened
from tests.support.users import HASH, make_user

JOE = make_user(1, username="joe")
DISABLED = make_user(2, username="disabled", enabled=False)
WITHOUT = make_user(3, username="without", password=None)
RIGHT = "Password1"


@pytest.fixture
async def signon() -> SignOn:
    signon = SignOn(env=make_environment(lockout=LockoutPolicy(spray_users=0)))
    await signon.add(JOE, DISABLED, WITHOUT)
    return signon


@pytest.fixture(autouse=True)
def _ended(signon: SignOn) -> Iterator[None]:
    yield
    signon.hashing.close()


async def test_the_right_password_is_accepted_and_recorded(signon: SignOn) -> None:
    assert await signon.attempt("joe", RIGHT) == Accepted(JOE)

    assert signon.events.events == [
        PasswordAccepted(signon.env.id, JOE.id, "test", must_change=False, address="192.0.2.1")
    ]


async def test_a_wrong_password_is_rejected_and_recorded(signon: SignOn) -> None:
    assert await signon.attempt("joe") == Rejected(remaining=4)

    assert signon.events.events == [
        PasswordRefused(signon.env.id, JOE.id, None, "wrong", "test", "192.0.2.1")
    ]


async def test_SEC_145_the_right_password_is_refused_while_the_lock_holds(signon: SignOn) -> None:
    locked_until = signon.clock.now() + 60
    outcomes = [await signon.attempt("joe") for _ in range(5)]
    assert outcomes == [Rejected(4), Rejected(3), Rejected(2), Rejected(1), Rejected(0)]

    signon.clock.advance(59)
    assert await signon.attempt("joe", RIGHT) == await signon.attempt("joe") == Locked(locked_until)
    signon.clock.advance(1)
    assert await signon.attempt("joe", RIGHT) == Accepted(JOE)
    assert await signon.attempt("joe") == Rejected(4)


async def test_SEC_145_locks_grow_and_the_hundredth_failure_needs_somebody_to_unlock(
    signon: SignOn,
) -> None:
    locks = []
    for _ in range(20):
        for _ in range(5):
            await signon.attempt("joe")
        outcome = await signon.attempt("joe")
        assert isinstance(outcome, Locked)
        locks.append(outcome.until - signon.clock.now())
        signon.clock.at = outcome.until

    assert locks == [60, 300, *[900] * 17, 365 * 86_400]
    signon.clock.advance(-86_400)
    assert isinstance(await signon.attempt("joe", RIGHT), Locked)
    await signon.store.attempts.unlock(signon.env, subject_of(JOE))
    assert await signon.attempt("joe", RIGHT) == Accepted(JOE)


async def test_SEC_146_of_60_guesses_at_once_no_more_are_compared_than_the_limit(
    signon: SignOn,
) -> None:
    guesses = [f"guess {n}" for n in range(59)]

    outcomes = await asyncio.gather(*(signon.attempt("joe", guess) for guess in [*guesses, RIGHT]))

    assert signon.hashing.kept.count(HASH) == 5
    assert len(signon.hashing.kept) == 60
    assert sum(isinstance(outcome, Rejected) for outcome in outcomes) == 5
    assert isinstance(outcomes[-1], Locked)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_SEC_146_a_guess_whose_caller_hangs_up_stays_counted(
    kind: str, tmp_path: Path
) -> None:
    url = "memory:" if kind == "memory" else f"sqlite:///{tmp_path / 'store.db'}"
    async with opened(url) as store:
        await store.migrate()
        signon = SignOn(store=store)
        await signon.add(JOE)
        guess = asyncio.create_task(signon.attempt("joe"))
        await signon.hashing.asked.wait()

        guess.cancel()
        with pytest.raises(asyncio.CancelledError):
            await guess

        assert await signon.attempt("joe") == Rejected(remaining=3)
        signon.hashing.close()


async def test_right_passwords_at_once_are_all_accepted(signon: SignOn) -> None:
    outcomes = await asyncio.gather(*(signon.attempt("joe", RIGHT) for _ in range(12)))

    assert outcomes == [Accepted(JOE)] * 12


@pytest.mark.parametrize("name", ["joe", "nobody"])
async def test_SEC_147_every_spelling_of_a_name_counts_for_the_same_user(
    signon: SignOn, name: str
) -> None:
    for spelling in (name, name.upper(), f" {name}", f"{name} ", name.title()):
        assert isinstance(await signon.attempt(spelling), Rejected)

    assert isinstance(await signon.attempt(name), Locked)


async def test_SEC_148_failures_at_one_entrance_count_at_every_other(signon: SignOn) -> None:
    for entrance in ("password_grant", "flow", "device", "saml", "admin"):
        assert isinstance(await signon.attempt("joe", entrance=entrance), Rejected)

    assert isinstance(await signon.attempt("joe", RIGHT, entrance="flow"), Locked)


async def test_SEC_149_one_password_tried_on_many_users_is_refused_for_the_next() -> None:
    signon = SignOn()
    users = [make_user(n, username=f"user{n}") for n in range(8)]
    await signon.add(*users)
    for number in range(5):
        await signon.attempt(f"user{number}", "Summer2025")

    sprayed = await signon.attempt("user5", "Summer2025")

    assert sprayed == Rejected(remaining=5)
    assert signon.hashing.kept[-1] is None
    refused = signon.emitted(PasswordRefused)[-1]
    assert isinstance(refused, PasswordRefused)
    assert refused.reason == "sprayed"
    assert await signon.attempt("user5", RIGHT) == Accepted(users[5])
    signon.clock.advance(301)
    assert await signon.attempt("user6", "Summer2025") == Rejected(remaining=4)


async def test_SEC_149_names_that_nobody_has_count_as_users() -> None:
    signon = SignOn()
    await signon.add(JOE)
    for number in range(5):
        await signon.attempt(f"nobody{number}", RIGHT)

    assert isinstance(await signon.attempt("joe", RIGHT), Rejected)


async def test_SEC_150_a_known_device_gets_in_while_strangers_have_the_user_locked(
    signon: SignOn,
) -> None:
    for _ in range(5):
        await signon.attempt("joe")
    mine = KnownDevice(JOE.id, "phone")
    anothers = KnownDevice(UserId("somebody else"), "phone")

    assert isinstance(await signon.attempt("joe", RIGHT), Locked)
    assert isinstance(await signon.attempt("joe", RIGHT, known_device=anothers), Locked)
    assert await signon.attempt("joe", RIGHT, known_device=mine) == Accepted(JOE)
    assert isinstance(await signon.attempt("joe", RIGHT), Locked)


async def test_SEC_150_a_known_device_is_locked_for_its_own_failures(signon: SignOn) -> None:
    mine = KnownDevice(JOE.id, "phone")
    for _ in range(5):
        await signon.attempt("joe", known_device=mine)

    assert isinstance(await signon.attempt("joe", RIGHT, known_device=mine), Locked)
    assert await signon.attempt("joe", RIGHT) == Accepted(JOE)


async def test_SEC_151_known_unknown_disabled_and_locked_users_get_the_same_outcomes(
    signon: SignOn,
) -> None:
    passwords = [WRONG] * 4 + ["", "x" * 2000, RIGHT]
    names = {"nobody": RIGHT, "disabled": RIGHT, "without": RIGHT, "joe": WRONG, "\0": RIGHT}
    seen = []
    for name, last in names.items():
        seen.append([await signon.attempt(name, password) for password in [*passwords[:-1], last]])

    assert all(outcomes == seen[0] for outcomes in seen)
    assert isinstance(seen[0][0], Rejected)
    assert isinstance(seen[0][-1], Locked)


@pytest.mark.parametrize("name", ["joe", "nobody", "disabled", "without"])
async def test_SEC_152_every_attempt_costs_one_hash_locked_or_not(
    signon: SignOn, name: str
) -> None:
    for _ in range(8):
        await signon.attempt(name)

    assert len(signon.hashing.kept) == 8
    assert signon.hashing.kept[5:] == [None] * 3


async def test_SEC_153_an_attempt_that_finds_no_room_is_not_counted() -> None:
    signon = SignOn(hashing=CountedHashing(max_waiting=1))
    await signon.add(JOE)

    outcomes = await asyncio.gather(
        *(signon.attempt("joe", RIGHT) for _ in range(8)), return_exceptions=True
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, UnavailableError)]
    assert len(refused) == 5
    assert outcomes.count(Accepted(JOE)) == 3
    assert await signon.attempt("joe") == Rejected(4)


async def test_SEC_155_an_imported_hash_is_upgraded_when_its_user_signs_on(signon: SignOn) -> None:
    salted = hashlib.sha1(b"Password1salt", usedforsecurity=False).digest() + b"salt"
    kept = UserPassword("{SSHA}" + b64encode(salted).decode(), changed_at=5.0)
    await signon.add(make_user(9, username="old", password=kept))

    assert await signon.attempt("old") == Rejected(4)
    before = await signon.store.users.find(signon.env, make_user(9).id)
    assert isinstance(await signon.attempt("old", RIGHT), Accepted)
    after = await signon.store.users.find(signon.env, make_user(9).id)

    assert before is not None
    assert before.password == kept
    assert after is not None
    assert after.password is not None
    assert read_hash(after.password.hash).is_current
    assert after.password == replace(kept, hash=after.password.hash)
    assert signon.emitted(PasswordUpgraded) == [PasswordUpgraded(signon.env.id, make_user(9).id)]
    assert isinstance(await signon.attempt("old", RIGHT), Accepted)
    assert len(signon.emitted(PasswordUpgraded)) == 1


@pytest.mark.parametrize(
    "password",
    [
        UserPassword(HASH, 0.0, must_change=True),
        UserPassword(HASH, 0.0, expires_at=1_750_000_000.0),
    ],
    ids=["set by others", "expired"],
)
async def test_a_password_that_is_to_be_changed_says_so_only_when_it_is_right(
    signon: SignOn, password: UserPassword
) -> None:
    user = make_user(9, username="new", password=password)
    await signon.add(user)

    assert await signon.attempt("new") == Rejected(4)
    assert await signon.attempt("new", RIGHT) == MustChange(user)
    assert await signon.attempt("new") == Rejected(4)


async def test_a_lock_is_recorded_once(signon: SignOn) -> None:
    for _ in range(7):
        await signon.attempt("joe")

    assert signon.emitted(PasswordLocked) == [
        PasswordLocked(signon.env.id, JOE.id, None, 5, "test", "192.0.2.1")
    ]


async def test_SEC_244_neither_password_nor_unknown_name_is_in_the_events(signon: SignOn) -> None:
    for name in ("joe", "canary-name", "CANARY-name", "canary\0name"):
        await signon.attempt(name, "canary-password")

    logged = "\n".join(signon.events.log).lower()
    assert "canary" not in logged
    known, unknown, again, _ = signon.emitted(PasswordRefused)
    assert isinstance(known, PasswordRefused)
    assert isinstance(unknown, PasswordRefused)
    assert isinstance(again, PasswordRefused)
    assert (known.claimed, unknown.user) == (None, None)
    assert unknown.claimed == again.claimed is not None
