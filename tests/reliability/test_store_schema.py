"""The schema at a start: made, brought up to date under a lock, refused when it is newer."""

import asyncio
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import NullPool, create_engine

from ostiary.adapters.stores.backend import SchemaNewerError
from ostiary.adapters.stores.migrations.upgrade import configuration
from ostiary.adapters.stores.revisions import HEAD
from ostiary.core.model.token import Issuance
from tests.support.environments import make_environment
from tests.support.postgres import Postgres
from tests.support.stored_sign_on import (
    make_change,
    make_code,
    make_consent,
    make_flow,
    make_grant,
    make_move,
)
from tests.support.stores import (
    NOW,
    build,
    make_access_token,
    make_issuance,
    make_key,
    opened,
)
from tests.support.users import make_user

ROOT = Path(__file__).parents[2]
MIGRATE = """
import asyncio, sys
from tests.support.stores import build, opened
async def main():
    async with opened(sys.argv[1]) as store:
        print("ready", flush=True)
        sys.stdin.readline()
        await store.migrate()
        assert await store.load() is not None
asyncio.run(main())
"""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name a store without a schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    database = server.create_database()
    yield database
    server.drop_database(database)


SET_REVISION = "UPDATE alembic_version SET version_num = "


def set_revision(url: str, revision: str) -> None:
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        with connection:
            connection.execute(f"{SET_REVISION} ?", (revision,))
        connection.close()
    else:
        with psycopg.connect(url) as session:
            session.execute(f"{SET_REVISION} %s".encode(), (revision,))


async def test_REL_39_an_empty_store_is_migrated(url: str) -> None:
    async with opened(url) as store:
        assert await store.schema_revision() is None

        await store.migrate()

        assert await store.schema_revision() == HEAD
        assert (await store.load()).version == 0


async def test_REL_39_processes_that_migrate_at_once_all_succeed(url: str) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            *[sys.executable, "-c", MIGRATE, url],
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"

    await asyncio.gather(*(process.communicate(b"go\n") for process in processes))

    assert [process.returncode for process in processes] == [0, 0, 0]
    async with opened(url) as store:
        assert await store.schema_revision() == HEAD


async def test_REL_39_a_newer_schema_is_refused_at_once(url: str) -> None:
    async with opened(url) as store:
        await store.migrate()
    set_revision(url, "9999")
    store = build(url)
    started = time.monotonic()

    with pytest.raises(SchemaNewerError, match=r"revision 9999.*newer version"):
        await store.open()

    assert time.monotonic() - started < 5
    set_revision(url, HEAD)
    await store.open()
    await store.close()


async def test_REL_39_a_schema_that_became_newer_is_not_migrated(url: str) -> None:
    async with opened(url) as store:
        await store.migrate()
        set_revision(url, "9999")

        with pytest.raises(SchemaNewerError):
            await store.migrate()

        assert await store.schema_revision() == "9999"


async def test_REL_39_a_store_of_the_first_revision_keeps_everything_and_gets_users(
    url: str,
) -> None:
    env = make_environment()
    async with opened(url) as store:
        await store.migrate()
        await store.commit(env, make_issuance(1), now=NOW)
    go_back(url, "0001")

    async with opened(url) as store:
        assert await store.schema_revision() == "0001"
        await store.migrate()

        assert await store.schema_revision() == HEAD
        assert await store.find(env, make_key(1), now=NOW) == make_access_token(1)
        await store.users.create(env, [make_user(1)])
        assert await store.users.find(env, make_user(1).id) == make_user(1)


async def test_REL_39_a_store_of_the_second_revision_keeps_everything_and_gets_sessions(
    url: str,
) -> None:
    env = make_environment()
    async with opened(url) as store:
        await store.migrate()
        await store.users.create(env, [make_user(1)])
        await store.flows.start(env, make_flow(1))
    go_back(url, "0002")

    async with opened(url) as store:
        assert await store.schema_revision() == "0002"
        await store.migrate()

        assert await store.schema_revision() == HEAD
        assert await store.users.find(env, make_user(1).id) == make_user(1)
        assert await store.flows.find(env, make_flow(1).id, now=NOW) is None
        await store.flows.start(env, make_flow(1))
        everything = Issuance(
            codes=(make_code(1),),
            grants=(make_grant(1),),
            moves=make_move(1),
            session=make_change(1),
            consent=make_consent(1),
        )
        await store.commit(env, everything, now=NOW)
        assert await store.flows.find(env, make_flow(1).id, now=NOW) == make_move(1).to


async def test_REL_39_users_of_the_fifth_revision_are_found_by_their_addresses(url: str) -> None:
    one, other = make_environment("one"), make_environment("other")
    users = [make_user(number) for number in range(1001)]
    async with opened(url) as store:
        await store.migrate()
        await store.users.create(one, users)
        await store.users.create(other, [make_user(1, attributes={"email": "Joe@x.org"})])
        await store.users.create(other, [make_user(2, attributes={"email": "no address"})])
    go_back(url, "0005")

    async with opened(url) as store:
        await store.migrate()

        assert await store.schema_revision() == HEAD
        for user in (users[0], max(users, key=lambda user: user.id)):
            address = user.attributes["mail"]
            assert isinstance(address, str)
            assert await store.users.select_by_address(one, address) == (user,)
        (joe,) = await store.users.select_by_address(other, "joe@X.org")
        assert joe.id == make_user(1).id
        assert await store.users.find(other, make_user(2).id) is not None


def go_back(url: str, revision: str) -> None:
    config = configuration()
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()
