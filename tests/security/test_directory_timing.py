"""Attempts take the same time wherever a user is kept, measured with a directory that is asked."""

import itertools
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from ostiary.adapters.steady_pace import SteadyPace
from ostiary.core.model.password_policy import LockoutPolicy
from tests.support.directory_sign_on import Entrances, opened
from tests.support.slapd import Slapd, person
from tests.support.timing import LIMIT_OF_MEDIANS, compare, in_turn, quiet
from tests.support.users import make_user

pytestmark = pytest.mark.prove

SAMPLES = 800
PEOPLE = 200
"""Each is tried less often than would lock it in the directory."""
KINDS = ("nobod", "local", "there", "locke", "disab")
"""How names begin, all of one length; the first is compared with each other."""
LENIENT = LockoutPolicy(failures=10**9, ceiling=10**9, spray_users=0)
STRICT = LockoutPolicy(failures=1, spray_users=0, lock_seconds=(10.0**9,))


@pytest.fixture(scope="module")
def slapd() -> Iterator[Slapd]:
    running = Slapd([person(f"there{number:03}") for number in range(PEOPLE)])
    yield running
    running.close()


@pytest.fixture(scope="module")
async def samples(slapd: Slapd) -> AsyncIterator[dict[str, list[int]]]:
    """Measure attempts at each kind of name, interleaved."""
    with opened(slapd) as entrances:
        entrances.directory.pace = SteadyPace()
        await _fill(entrances)
        numbers = {kind: itertools.cycle(range(PEOPLE)) for kind in KINDS}
        measured: dict[str, list[int]] = {kind: [] for kind in KINDS}
        with quiet():
            for kind in in_turn(KINDS, SAMPLES):
                name = f"{kind}{next(numbers[kind]):03}"
                started = time.perf_counter_ns()
                answer = await entrances.answer(name)
                measured[kind].append(time.perf_counter_ns() - started)
                assert answer == ("Locked" if kind == "locke" else "Rejected")
                entrances.events.events.clear()
                entrances.events.log.clear()
                entrances.hashing.kept.clear()
        yield measured


async def _fill(entrances: Entrances) -> None:
    directories = entrances.env.directories
    numbered = list(itertools.product(("local", "locke", "disab"), range(PEOPLE)))
    await entrances.add(
        *(
            make_user(place, username=f"{kind}{number:03}", enabled=kind != "disab")
            for place, (kind, number) in enumerate(numbered)
        )
    )
    entrances.keep_in(directories, lockout=STRICT)
    for number in range(PEOPLE):
        await entrances.answer(f"locke{number:03}", directories=("local",))
    entrances.keep_in(directories, lockout=LENIENT)
    for kind in KINDS:
        await entrances.answer(f"{kind}000")


@pytest.mark.parametrize("kind", KINDS[1:])
async def test_SEC_152_an_attempt_takes_as_long_wherever_a_user_is_kept(
    samples: dict[str, list[int]], kind: str
) -> None:
    """Medians and Welch's t; the slower half is noise of the machine and of the directory."""
    found = compare(samples["nobod"], samples[kind], kept=0.5)

    assert found.resolution < LIMIT_OF_MEDIANS, found
    assert found.is_alike, found
