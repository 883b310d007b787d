"""A worker's snapshot follows the store, and survives what is wrong there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ostiary.adapters.stores.backend import StoreRefusedError, unavailable
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.model.snapshot import Snapshot
from ostiary.core.ports.configuration import Document, DocumentId, StoredConfiguration
from ostiary.main.worker.configuration_keeper import ConfigurationKeeper
from ostiary.main.worker.readiness import CONFIGURATION, STORE, Readiness
from ostiary.main.worker.record import Record
from ostiary.main.worker.snapshot_copy import SnapshotCopy
from ostiary.main.worker.snapshots import SnapshotHolder

ID = DocumentId("env", "client", "app")


@dataclass
class Bench:
    """A keeper over a store in memory that can be taken away."""

    directory: Path
    prepare: Callable[[], Awaitable[None]] | None = None
    is_down: bool = False
    broken_versions: set[int] = field(default_factory=set)
    compiled: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = MemoryStore(reach=self.reach)
        self.holder = SnapshotHolder()
        self.readiness = Readiness("instance", lambda _: None)
        self.copy = SnapshotCopy(self.directory, Sealer({"k": Secret(bytes(32))}, "k"), "memory:")
        self.record = Record.open(str(self.directory / "audit"))
        self.keeper = ConfigurationKeeper(
            store=self.store,
            compile=self.compile,
            holder=self.holder,
            readiness=self.readiness,
            events=self.record.events,
            copy=self.copy,
            keeps_copy=True,
            prepare=self.prepare,
        )

    def reach(self, point: str) -> None:
        if self.is_down:
            raise unavailable(point)

    def compile(self, stored: StoredConfiguration) -> Snapshot:
        self.compiled.append(stored.version)
        if stored.version in self.broken_versions:
            raise ValueError("cannot be compiled")
        return Snapshot(stored.version, {})

    async def change(self) -> None:
        """Bring the store to its next version."""
        version = await self.store.version()
        await self.store.replace(
            expected_version=version, put=[Document(ID, b"%d" % version)], delete=()
        )

    @property
    def version(self) -> int:
        return self.holder.current.version


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_new_version_takes_over_with_the_next_poll(bench: Bench) -> None:
    await bench.change()
    await bench.keeper.start()
    assert bench.version == 1
    assert bench.readiness.is_ready

    await bench.change()
    await bench.keeper._poll()
    assert bench.version == 2


async def test_an_unchanged_version_is_not_compiled_again(bench: Bench) -> None:
    await bench.change()
    await bench.keeper.start()
    for _ in range(5):
        await bench.keeper._poll()

    assert bench.compiled == [1]


async def test_an_empty_store_is_waited_for(bench: Bench) -> None:
    await bench.keeper.start()

    assert bench.readiness.missing == (CONFIGURATION,)

    await bench.change()
    await bench.keeper._poll()
    assert bench.readiness.is_ready


async def test_REL_38_a_version_that_does_not_compile_leaves_the_old_one_in_force(
    bench: Bench,
) -> None:
    await bench.change()
    await bench.keeper.start()
    bench.broken_versions = {2}
    await bench.change()
    for _ in range(10):
        await bench.keeper._poll()

    assert bench.version == 1
    assert bench.readiness.is_ready
    assert bench.compiled == [1, 2]

    await bench.change()
    for _ in range(40):
        await bench.keeper._poll()
    assert bench.version == 3


async def test_one_lost_poll_is_forgiven_and_two_are_not(bench: Bench) -> None:
    await bench.change()
    await bench.keeper.start()
    bench.is_down = True
    await bench.keeper._poll()
    assert bench.readiness.is_ready

    await bench.keeper._poll()
    assert bench.readiness.missing == (STORE,)
    assert bench.version == 1

    bench.is_down = False
    await bench.keeper._poll()
    assert bench.readiness.is_ready


async def test_REL_40_without_the_store_it_starts_from_the_copy(tmp_path: Path) -> None:
    first = Bench(tmp_path)
    await first.change()
    await first.keeper.start()
    second = Bench(tmp_path, is_down=True)

    await second.keeper.start()

    assert second.version == 1
    assert second.readiness.missing == (STORE,)


async def test_the_store_counts_and_not_the_copy_once_it_is_back(tmp_path: Path) -> None:
    first = Bench(tmp_path)
    await first.change()
    await first.keeper.start()
    second = Bench(tmp_path, is_down=True)
    await second.keeper.start()
    second.is_down = False
    await second.change()
    await second.keeper._poll()

    # The same version number, and yet another store.
    assert second.compiled == [1, 1]
    assert second.readiness.is_ready


async def test_a_copy_that_does_not_compile_is_no_reason_to_fail(tmp_path: Path) -> None:
    first = Bench(tmp_path)
    await first.change()
    await first.keeper.start()
    second = Bench(tmp_path, is_down=True, broken_versions={1})

    await second.keeper.start()

    assert second.readiness.missing == (CONFIGURATION, STORE)


async def test_the_store_is_prepared_before_it_is_read(tmp_path: Path) -> None:
    async def prepare() -> None:
        await prepared.change()

    prepared = Bench(tmp_path, prepare=prepare)
    await prepared.keeper.start()

    assert prepared.keeper.is_prepared
    assert prepared.version == 1


async def test_a_refused_preparation_ends_the_start(tmp_path: Path) -> None:
    async def prepare() -> None:
        raise StoreRefusedError("no")

    with pytest.raises(StoreRefusedError):
        await Bench(tmp_path, prepare=prepare).keeper.start()


async def test_a_copy_that_cannot_be_written_stops_nothing(bench: Bench) -> None:
    (bench.directory / "snapshot.sealed").mkdir()
    await bench.change()

    await bench.keeper.start()

    assert bench.readiness.is_ready
