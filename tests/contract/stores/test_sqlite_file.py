"""The embedded store's file: where it may lie, who may read it, what happens when it is taken."""

import asyncio
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreRefusedError
from ostiary.adapters.stores.sqlite.place import filesystem_of, prepare_file
from ostiary.adapters.stores.sqlite.sole_use import claim
from ostiary.adapters.stores.sqlite.store import SqliteStore
from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Issuance
from tests.support.stores import (
    NOW,
    is_spent,
    make_access_token,
    make_issuance,
    make_key,
    make_redemption,
    make_token,
    opened,
    path_of,
    prepare_sqlite,
)


@pytest.mark.parametrize("mode", [None, 0o644, 0o666])
async def test_the_file_and_those_beside_it_are_readable_by_the_owner_only(
    tmp_path: Path, mode: int | None
) -> None:
    path = tmp_path / "store.db"
    if mode is not None:
        path.touch()
        path.chmod(mode)
    before = os.umask(0)
    try:
        async with opened(f"sqlite:///{path}") as store:
            await store.migrate()
            await store.version()

            modes = modes_in(tmp_path)
    finally:
        os.umask(before)

    assert modes == dict.fromkeys(("store.db", "store.db-wal", "store.db-shm"), 0o600)


def modes_in(directory: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()}


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
async def test_REL_47_a_network_filesystem_is_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "share").mkdir()
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path}/share {kind} rw 0 0\n")
    path = tmp_path / "share" / "store.db"

    with pytest.raises(StoreRefusedError, match=kind):
        await SqliteStore(path, mounts=mounts).open()

    assert not path.exists()


async def test_REL_47_a_link_onto_a_network_filesystem_is_refused(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "link.db").symlink_to(tmp_path / "share" / "store.db")
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path}/share nfs rw 0 0\n")

    with pytest.raises(StoreRefusedError):
        await SqliteStore(tmp_path / "link.db", mounts=mounts).open()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/data/store.db", "nfs"),
        ("/database/store.db", "ext4"),
        ("/data/local/store.db", "xfs"),
        ("/my share/store.db", "cifs"),
        ("/over/store.db", "tmpfs"),
    ],
)
def test_the_filesystem_is_that_of_the_deepest_and_last_mount(path: str, kind: str) -> None:
    mounts = (
        "/dev/sda / ext4 rw 0 0\nserver:/x /data nfs rw 0 0\n/dev/sdb /data/local xfs rw 0 0\n"
        "//server/s /my\\040share cifs rw 0 0\nserver:/y /over nfs rw 0 0\n"
        "tmpfs /over tmpfs rw 0 0\nbroken\n"
    )

    assert filesystem_of(Path(path), mounts) == kind


async def test_a_directory_that_is_missing_is_unavailable_until_it_is_there(
    tmp_path: Path,
) -> None:
    store = SqliteStore(tmp_path / "volume" / "store.db")
    with pytest.raises(UnavailableError):
        await store.open()

    (tmp_path / "volume").mkdir()
    await store.open()
    await store.ping()
    await store.close()


async def test_a_file_that_is_no_database_is_unavailable_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"something else entirely, more than a hundred bytes long " * 50)
    before = path.read_bytes()

    with pytest.raises(UnavailableError):
        await SqliteStore(path).open()

    assert path.read_bytes() == before


def test_REL_47_a_file_is_claimed_by_one_at_a_time_by_whatever_path(tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "store.db")
    first = claim(tmp_path / "store.db")
    assert first is not None

    for path in (tmp_path / "store.db", link):
        with pytest.raises(StoreRefusedError, match=rf"another server \(pid {os.getpid()}\)"):
            claim(path)

    os.close(first)
    second = claim(link)
    assert second is not None
    os.close(second)


def test_a_file_that_cannot_be_reached_is_not_claimed(tmp_path: Path) -> None:
    assert claim(tmp_path / "volume" / "store.db") is None


def _delete(path: Path) -> None:
    path.unlink()


def _move(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def _replace(path: Path) -> None:
    _move(path)
    prepare_sqlite(path)


@pytest.mark.parametrize("lose", [_delete, _move, _replace], ids=["deleted", "moved", "replaced"])
async def test_REL_47_nothing_is_acknowledged_into_a_file_that_is_gone(
    sqlite_url: str, env: Environment, lose: Callable[[Path], None]
) -> None:
    async with opened(sqlite_url) as store:
        await store.commit(env, make_issuance(1), now=NOW)
        lose(path_of(sqlite_url))

        with pytest.raises(UnavailableError) as refused:
            await store.commit(env, make_issuance(2), now=NOW)
        assert "moved, replaced or deleted" in refused.value.detail["store"]
        with pytest.raises(UnavailableError):
            await store.replace(expected_version=0, put=[], delete=[])
        with pytest.raises(UnavailableError):
            await store.version()


async def test_a_file_that_is_put_back_is_used_again(sqlite_url: str, env: Environment) -> None:
    path = path_of(sqlite_url)
    async with opened(sqlite_url) as store:
        await store.commit(env, make_issuance(1), now=NOW)
        path.rename(path.with_name("moved.db"))
        with pytest.raises(UnavailableError):
            await store.version()
        path.with_name("moved.db").rename(path)

        await store.version()
        await store.commit(env, make_issuance(2), now=NOW)
        assert await store.find(env, make_key(1), now=NOW) == make_access_token(1)
    async with opened(sqlite_url) as store:
        assert await store.find(env, make_key(2), now=NOW) == make_access_token(2)


async def test_another_process_that_writes_delays_and_does_not_lose(
    sqlite_url: str, env: Environment
) -> None:
    other = sqlite3.connect(path_of(sqlite_url), isolation_level=None)
    async with opened(sqlite_url) as store:
        other.execute("BEGIN IMMEDIATE")
        commit = asyncio.ensure_future(store.commit(env, make_issuance(1), now=NOW))
        await asyncio.sleep(0.2)
        assert not commit.done()
        assert await store.find(env, make_key(1), now=NOW) is None
        other.execute("ROLLBACK")
        await commit

        assert await store.find(env, make_key(1), now=NOW) == make_access_token(1)
    other.close()


async def test_another_process_that_writes_for_too_long_makes_writes_unavailable(
    sqlite_url: str, env: Environment
) -> None:
    other = sqlite3.connect(path_of(sqlite_url), isolation_level=None)
    async with opened(sqlite_url) as store:
        await store.commit(env, make_issuance(1), now=NOW)
        other.execute("BEGIN IMMEDIATE")
        started = asyncio.get_running_loop().time()
        with pytest.raises(UnavailableError):
            await store.commit(env, make_issuance(2), now=NOW)
        assert asyncio.get_running_loop().time() - started < 5
        assert await store.find(env, make_key(1), now=NOW) == make_access_token(1)
        other.execute("ROLLBACK")

        await store.commit(env, make_issuance(2), now=NOW)
    other.close()


async def test_text_that_no_database_takes_harms_only_its_own_commit(
    sqlite_url: str, env: Environment
) -> None:
    poisoned = Issuance(redeems=(make_redemption(50, use="\ud800"),))
    async with opened(sqlite_url) as store:
        results = await asyncio.gather(
            *(store.commit(env, make_issuance(n), now=NOW) for n in range(5)),
            store.commit(env, poisoned, now=NOW),
            *(store.commit(env, make_issuance(n), now=NOW) for n in range(5, 10)),
            return_exceptions=True,
        )

        assert isinstance(results.pop(5), UnavailableError)
        assert results == [None] * 10
        for number in range(10):
            assert await is_spent(store, env, make_redemption(number))


async def test_the_log_is_moved_into_the_file_while_there_are_readers(
    sqlite_url: str, env: Environment
) -> None:
    """A read that kept its snapshot would let the log grow without end."""
    log = path_of(f"{sqlite_url}-wal")
    big = replace(make_access_token(), attributes={"text": "x" * 100_000})
    async with opened(sqlite_url) as store:
        for round_ in range(20):
            tokens = tuple(
                replace(make_token(round_ * 40 + number), token=big) for number in range(40)
            )
            await store.commit(env, Issuance(reference_tokens=tokens), now=NOW)
            assert await store.find(env, tokens[0].key, now=NOW) == big

        written = 20 * 40 * 100_000
        assert log.stat().st_size < written / 2


def test_a_device_is_refused_and_keeps_its_mode() -> None:
    device = Path("/dev/null")
    mode = device.stat().st_mode

    with pytest.raises(StoreRefusedError, match="not a file"):
        prepare_file(device)
    assert device.stat().st_mode == mode


async def test_REL_47_a_file_with_a_second_name_is_refused_under_both(tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    async with opened(f"sqlite:///{first}") as store:
        await store.migrate()
    second.hardlink_to(first)

    for name in (first, second):
        with pytest.raises(StoreRefusedError, match="hard link"):
            await SqliteStore(name).open()

    second.unlink()
    async with opened(f"sqlite:///{first}") as store:
        await store.ping()
