"""Durable when answered: what only a power cut would show is asked of the databases."""

from functools import partial

import psycopg
import pytest

from ostiary.adapters.stores.postgres import connecting as postgres
from ostiary.adapters.stores.sqlite import connecting as sqlite
from tests.support.stores import path_of

FULL = 2


def test_REL_47_every_commit_of_sqlite_is_flushed(sqlite_url: str) -> None:
    connection = sqlite.connect_writer(path_of(sqlite_url))
    try:
        assert connection.execute("PRAGMA synchronous").fetchone() == (FULL,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("default", "ours"), [("off", "on"), ("on", "on"), ("remote_apply", "remote_apply")]
)
async def test_REL_4_a_server_that_does_not_flush_by_default_does_so_for_us(
    migrated_postgres_url: str, default: str, ours: str
) -> None:
    alter = partial("ALTER ROLE CURRENT_USER {}".format)
    with psycopg.connect(migrated_postgres_url, autocommit=True) as session:
        session.execute(alter(f"SET synchronous_commit = {default}").encode())
        try:
            connection = await postgres.connect(postgres.parameters(migrated_postgres_url))
        finally:
            session.execute(alter("RESET synchronous_commit").encode())
    answer = await connection.execute("SHOW synchronous_commit")
    await connection.close()

    assert answer.rows == [(ours,)]
