"""The PostgreSQL that tests are given: durable, apart, and gone with its session."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.lifeline import descendants
from tests.support.postgres import Postgres, PrivatePostgres

LIFELINE = Path(__file__).parents[1] / "support" / "lifeline.py"


def test_a_module_gets_a_database_of_its_own(postgres: Postgres, postgres_url: str) -> None:
    other = postgres.create_database()
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE t (id integer)")
    with psycopg.connect(other) as connection:
        row = connection.execute("SELECT to_regclass('t')").fetchone()
    postgres.drop_database(other)
    assert row == (None,)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("fsync", "on"), ("synchronous_commit", "on"), ("listen_addresses", "127.0.0.1")],
)
def test_the_server_is_durable_and_on_loopback(postgres_url: str, setting: str, value: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
    assert row == (value,)


def test_the_owner_of_a_database_is_no_superuser(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("SELECT current_setting('is_superuser')").fetchone()
    assert row == ("off",)


def test_a_committed_row_survives_stop_and_kill(private_postgres: PrivatePostgres) -> None:
    with psycopg.connect(private_postgres.url) as connection:
        connection.execute("CREATE TABLE t (id integer)")
        connection.execute("INSERT INTO t VALUES (1)")
    private_postgres.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(private_postgres.url)
    private_postgres.start()
    with psycopg.connect(private_postgres.url) as connection:
        connection.execute("INSERT INTO t VALUES (2)")
        connection.commit()
        private_postgres.kill()
    private_postgres.start()
    with psycopg.connect(private_postgres.url) as connection:
        rows = connection.execute("SELECT id FROM t ORDER BY id").fetchall()
    assert rows == [(1,), (2,)]


def test_a_frozen_server_does_not_answer_until_it_thaws(
    private_postgres: PrivatePostgres,
) -> None:
    private_postgres.freeze()
    with pytest.raises(psycopg.OperationalError, match="timeout"):
        psycopg.connect(private_postgres.url, connect_timeout=2)
    private_postgres.thaw()
    with psycopg.connect(private_postgres.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_frozen_server_can_be_closed() -> None:
    server = PrivatePostgres()
    server.freeze()
    server.close()
    assert not server.is_running


@pytest.fixture
def stubborn() -> Iterator[subprocess.Popen[bytes]]:
    """Start a shell that ignores to be told to stop, with a child, under a lifeline."""
    script = "trap '' TERM; sleep 300 & echo ready >&2; wait; wait"
    process = subprocess.Popen(
        [sys.executable, "-I", str(LIFELINE), "--", "/bin/sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        yield process


def test_nothing_survives_the_end_of_a_killed_command(
    stubborn: subprocess.Popen[bytes],
) -> None:
    assert stubborn.stdout is not None
    assert stubborn.stderr is not None
    pid = int(stubborn.stdout.readline())
    stubborn.stderr.readline()
    (child,) = descendants(pid)
    os.kill(pid, signal.SIGKILL)
    stubborn.wait(5)
    assert not Path(f"/proc/{child}").exists()


@pytest.mark.prove
def test_a_stubborn_command_is_killed_when_the_lifeline_ends(
    stubborn: subprocess.Popen[bytes],
) -> None:
    assert stubborn.stdin is not None
    assert stubborn.stderr is not None
    stubborn.stderr.readline()
    started = time.monotonic()
    stubborn.stdin.close()
    stubborn.wait(20)
    assert time.monotonic() - started > 9
