"""Attempts take the same time, measured: whether a user exists cannot be told by a clock."""

import time

import pytest

from ostiary.core.model.password_policy import LockoutPolicy
from tests.support.environments import make_environment
from tests.support.signon import SignOn
from tests.support.timing import compare, in_turn, quiet
from tests.support.users import make_user

pytestmark = pytest.mark.prove

SAMPLES = 5_000
NAMES = ("known", "nobod", "disab", "locke", "witho")
"""Of one length, so that nothing but who it is differs; the first is compared with each other."""


@pytest.fixture(scope="module")
async def samples() -> dict[str, list[int]]:
    """Measure attempts at each kind of user, interleaved, without a network."""
    policy = LockoutPolicy(failures=10**9, ceiling=10**9, spray_users=0)
    site = SignOn(env=make_environment(lockout=policy))
    await site.add(
        make_user(1, username="known"),
        make_user(2, username="disab", enabled=False),
        make_user(3, username="locke"),
        make_user(4, username="witho", password=None),
    )
    strict = make_environment(lockout=LockoutPolicy(spray_users=0, lock_seconds=(10.0**9,)))
    assert strict.id == site.env.id
    lenient, site.env = site.env, strict
    for _ in range(5):
        await site.attempt("locke")
    site.env = lenient
    measured: dict[str, list[int]] = {name: [] for name in NAMES}
    try:
        with quiet():
            for name in in_turn(NAMES, SAMPLES):
                started = time.perf_counter_ns()
                await site.attempt(name)
                measured[name].append(time.perf_counter_ns() - started)
                site.events.events.clear()
                site.events.log.clear()
                site.hashing.kept.clear()
    finally:
        site.hashing.close()
    return measured


@pytest.mark.parametrize("name", NAMES[1:])
async def test_SEC_152_an_attempt_takes_as_long_whoever_it_is_for(
    samples: dict[str, list[int]], name: str
) -> None:
    """Medians and Welch's t over 5 000 attempts each; the slow tenth is noise."""
    assert compare(samples["known"], samples[name]).is_alike
