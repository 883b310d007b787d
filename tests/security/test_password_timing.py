"""Attempts take the same time, measured: whether a user exists cannot be told by a clock."""

import gc
import itertools
import math
import random
import statistics
import time

import pytest

from ostiary.core.model.password_policy import LockoutPolicy
from tests.support.environments import make_environment
from tests.support.signon import SignOn
from tests.support.users import make_user

pytestmark = pytest.mark.prove

SAMPLES = 5_000
LIMIT_T = 4.5
LIMIT_OF_MEDIANS = 0.05
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
    order = list(itertools.chain.from_iterable(itertools.repeat(NAMES, SAMPLES)))
    random.Random(1).shuffle(order)
    gc.collect()
    gc.disable()
    try:
        for name in order:
            started = time.perf_counter_ns()
            await site.attempt(name)
            measured[name].append(time.perf_counter_ns() - started)
            site.events.events.clear()
            site.events.log.clear()
            site.hashing.kept.clear()
    finally:
        gc.enable()
        site.hashing.close()
    return measured


@pytest.mark.parametrize("name", NAMES[1:])
async def test_SEC_152_an_attempt_takes_as_long_whoever_it_is_for(
    samples: dict[str, list[int]], name: str
) -> None:
    """Medians and Welch's t over 5 000 attempts each; the slow tenth is noise."""
    known, other = (sorted(samples[who])[: SAMPLES * 9 // 10] for who in ("known", name))
    medians = statistics.median(known), statistics.median(other)
    spread = statistics.variance(known) / len(known) + statistics.variance(other) / len(other)
    t = (statistics.fmean(known) - statistics.fmean(other)) / math.sqrt(spread)
    assert abs(medians[0] - medians[1]) < LIMIT_OF_MEDIANS * medians[0]
    assert abs(t) < LIMIT_T
