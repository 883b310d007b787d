"""Lanes: who wants the same at the same time shares a batch."""

import asyncio
from collections.abc import Sequence
from functools import partial

from ostiary.adapters.stores.postgres import connecting
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.lanes import MAX_BATCH, Lanes


class Echo:
    """Sends what callers want to the database and back, and remembers who came together."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    async def __call__(self, connection: Connection, wanted: Sequence[str]) -> Sequence[str]:
        self.batches.append(list(wanted))
        answer = await connection.execute("SELECT * FROM unnest(%b::text[])", (list(wanted),))
        return [value for (value,) in answer.rows]


def lane(url: str) -> Lanes:
    return Lanes(partial(connecting.connect, connecting.parameters(url)), count=1)


async def test_those_who_want_the_same_share_a_batch_whoever_comes_between(
    migrated_postgres_url: str,
) -> None:
    lanes, finding, storing = lane(migrated_postgres_url), Echo(), Echo()
    runs = [finding, storing, finding, storing, finding]

    answers = await asyncio.gather(*(lanes.submit(run, str(n)) for n, run in enumerate(runs)))
    await lanes.close()

    assert answers == ["0", "1", "2", "3", "4"]
    assert finding.batches == [["0", "2", "4"]]
    assert storing.batches == [["1", "3"]]


async def test_nobody_waits_for_all_who_want_something_else(migrated_postgres_url: str) -> None:
    lanes, many, one = lane(migrated_postgres_url), Echo(), Echo()
    served: list[str] = []
    wanted = [*((many, "many") for _ in range(MAX_BATCH + 1)), (one, "one")]
    for run, name in wanted:
        lanes.submit(run, name).add_done_callback(lambda done: served.append(done.result()))
    await lanes.close()

    assert len(served) == len(wanted)
    assert served.index("one") == MAX_BATCH
