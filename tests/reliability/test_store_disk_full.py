"""A full disk: writes are refused, reads go on, and room heals it without a restart."""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.base.errors import UnavailableError
from tests.support.environments import make_environment
from tests.support.postgres import PrivatePostgres
from tests.support.session import SessionDirectory
from tests.support.stores import (
    NOW,
    is_spent,
    make_access_token,
    make_issuance,
    make_key,
    make_redemption,
    opened,
    prepare_postgres,
    prepare_sqlite,
)

ROOT = Path(__file__).parents[2]
ENV = make_environment("disk")


async def commit_until_refused(store: StoreBackend, first: int) -> int:
    """Return the number of the first commit that was refused."""
    for start in range(first, first + 1_000_000, 100):
        numbers = range(start, start + 100)
        results = await asyncio.gather(
            *(store.commit(ENV, make_issuance(number), now=NOW) for number in numbers),
            return_exceptions=True,
        )
        for number, result in zip(numbers, results, strict=True):
            if result is not None:
                assert isinstance(result, UnavailableError), result
                return number
    raise AssertionError("the disk does not fill")


async def check_whole(store: StoreBackend, refused: int) -> None:
    """Claim that everything before `refused` is there, and nothing is half done."""
    for number in range(refused + 100):
        found = await store.find(ENV, make_key(number), now=NOW)
        if number < refused:
            assert found == make_access_token(number)
        assert await is_spent(store, ENV, make_redemption(number)) == (found is not None)


async def fill_under_a_limit(url: str) -> None:
    """In a process of its own: no file may grow beyond 1 MiB, and then it may again."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with opened(url) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
        refused = await commit_until_refused(store, 0)
        assert refused > 100
        with suppress(UnavailableError):
            await store.replace(expected_version=0, put=[], delete=[])
        assert await store.find(ENV, make_key(0), now=NOW) == make_access_token(0)
        await store.version()
        await store.ping()

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        with pytest.raises(UnavailableError):
            await store.commit(ENV, make_issuance(1_000_000), now=NOW)
        with pytest.raises(UnavailableError):
            await store.check_room()

        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        await store.check_room()
        await store.commit(ENV, make_issuance(2_000_000), now=NOW)
        await check_whole(store, refused)


def test_REL_14_sqlite_without_room_refuses_writes_reads_on_and_heals(tmp_path: Path) -> None:
    url = prepare_sqlite(tmp_path / "store.db")

    done = subprocess.run([sys.executable, "-m", __name__, url], cwd=ROOT, check=False)

    assert done.returncode == 0


@pytest.fixture
def small_disk(request: pytest.FixtureRequest) -> Iterator[Path]:
    """Mount a small disk in memory, which only root may; every user gets through to it."""
    if os.getuid() != 0:
        pytest.skip("only root may mount")
    path = Path(mkdtemp(dir=SessionDirectory.of_this_session().path))
    size = f"size={request.param}m,mode=711"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(path)], check=True)
    yield path
    subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.mark.prove
@pytest.mark.parametrize("small_disk", [4], indirect=True, ids=["4 MiB"])
async def test_REL_14_sqlite_on_a_full_disk_refuses_writes_reads_on_and_heals(
    small_disk: Path,
) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(2 << 20))
    async with opened(prepare_sqlite(small_disk / "store.db")) as store:
        refused = await commit_until_refused(store, 0)
        assert await store.find(ENV, make_key(0), now=NOW) == make_access_token(0)
        await store.ping()

        filler.unlink()
        await store.commit(ENV, make_issuance(2_000_000), now=NOW)
        await check_whole(store, refused)


@pytest.mark.prove
@pytest.mark.parametrize("small_disk", [160], indirect=True, ids=["160 MiB"])
async def test_REL_14_postgres_on_a_full_disk_loses_nothing_and_heals(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SessionDirectory, "of_this_session", lambda: SessionDirectory(small_disk))
    server = PrivatePostgres()
    try:
        prepare_postgres(server.url)
        room = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_bsize
        filler = small_disk / "filler"
        filler.write_bytes(bytes(room - (4 << 20)))
        async with opened(server.url) as store:
            refused = await commit_until_refused(store, 0)

            filler.unlink()
            if not server.is_running:
                server.start()  # it gives up when its own log has no room
            for _ in range(100):
                with suppress(UnavailableError):
                    await store.ping()
                    break
                await asyncio.sleep(0.1)
            await store.commit(ENV, make_issuance(2_000_000), now=NOW)
            await check_whole(store, refused)
    finally:
        server.close()


if __name__ == "__main__":
    asyncio.run(fill_under_a_limit(sys.argv[1]))
