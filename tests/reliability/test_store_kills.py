"""Processes that are killed while they commit: what they acknowledged is there, nothing is half."""

import asyncio
import random
import sys
from pathlib import Path

import pytest

from tests.support.store_committer import ENV, TASKS
from tests.support.stored_sign_on import make_grant
from tests.support.stores import (
    NOW,
    empty_postgres,
    is_spent,
    make_key,
    make_redemption,
    opened,
    prepare_postgres,
    prepare_sqlite,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return prepare_sqlite(tmp_path / "store.db")
    url = str(request.getfixturevalue("postgres_url"))
    prepare_postgres(url)
    empty_postgres(url)
    return url


async def start(url: str, first: int, count: int, token_offset: int) -> asyncio.subprocess.Process:
    """Start a process that is ready to commit."""
    arguments = [url, *map(str, (first, count, token_offset))]
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "tests.support.store_committer", *arguments],
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def kill_while_committing(url: str, first: int) -> set[int]:
    """Return what a process acknowledged before it was killed, 5 to 200 ms after it began."""
    process = await start(url, first, 1_000_000, 0)
    reading = asyncio.create_task(process.communicate(b"go\n"))
    await asyncio.sleep(random.uniform(0.005, 0.2))
    process.kill()
    output, _ = await reading
    # The kill may have cut the last line short.
    return {int(line) for line in output.splitlines(keepends=True) if line.endswith(b"\n")}


async def check(url: str, first: int, acknowledged: set[int]) -> None:
    async with opened(url) as store:
        for number in range(first, max(acknowledged, default=first) + 2 * TASKS):
            is_stored = await store.find(ENV, make_key(number), now=NOW) is not None
            granted = await store.user_grants.find(ENV, make_grant(number).id, now=NOW)
            assert (granted is not None) == is_stored, "half done"
            assert await is_spent(store, ENV, make_redemption(number)) == is_stored, "half done"
            assert is_stored or number not in acknowledged, "acknowledged and lost"


@pytest.mark.parametrize("cycles", [3, pytest.param(200, marks=pytest.mark.prove)])
async def test_REL_47_what_a_killed_process_acknowledged_is_there(url: str, cycles: int) -> None:
    """REL-1 and REL-2 at the level of the store."""
    total = 0
    for cycle in range(cycles):
        first = cycle * 1_000_000
        acknowledged = await kill_while_committing(url, first)
        await check(url, first, acknowledged)
        total += len(acknowledged)
    assert total > 0


async def test_of_two_processes_that_spend_the_same_things_each_thing_has_one_winner(
    url: str,
) -> None:
    count = 400
    processes = [await start(url, 0, count, offset) for offset in (0, 1000)]

    outputs = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))

    assert [process.returncode for process in processes] == [0, 0]
    won = [{int(line) for line in output.split()} for output, _ in outputs]
    assert won[0] | won[1] == set(range(count))
    assert not won[0] & won[1]
    async with opened(url) as store:
        for number in range(count):
            for offset, numbers in zip((0, 1000), won, strict=True):
                found = await store.find(ENV, make_key(number + offset), now=NOW)
                assert (found is not None) == (number in numbers)
                grant_id = make_grant(number + offset).id
                granted = await store.user_grants.find(ENV, grant_id, now=NOW)
                assert (granted is not None) == (number in numbers)
