"""The wire to PostgreSQL: what is sent arrives, and what fails leaves nothing behind."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from ostiary.adapters.stores.postgres import (
    commit_statements,
    connecting,
    sign_on_statements,
    statements,
)
from ostiary.adapters.stores.postgres.prepared import Ask
from ostiary.adapters.stores.postgres.wire import Wire
from tests.contract.stores.test_statements import statements_of

INSERT = "INSERT INTO documents (environment, type, key, body) VALUES (%b, %b, %b, %b)"
KEYS = "SELECT key FROM documents ORDER BY key"


@pytest.fixture
async def wire(migrated_postgres_url: str) -> AsyncIterator[Wire]:
    wire = await connecting.connect(connecting.parameters(migrated_postgres_url))
    yield wire
    await wire.close()
    with psycopg.connect(migrated_postgres_url, autocommit=True) as cleaning:
        cleaning.execute("DELETE FROM documents")


def document(key: str) -> Ask:
    return Ask(INSERT, ("wire", "client", key, b"{}"))


async def test_the_types_of_every_statement_are_known(wire: Wire) -> None:
    for _, statement in statements_of(statements, sign_on_statements, commit_statements):
        await wire.prepare(statement)


async def test_values_of_every_type_come_back(wire: Wire) -> None:
    columns = (
        ["", "grün", None, "\N{GRINNING FACE}"],
        [b"", b"\0\xff", None, b"x" * 300],
        [0, -1, None, 2**62],
        [0.0, -1.5, None, 1e300],
    )
    answer = await wire.execute(
        "SELECT * FROM unnest(%b::text[], %b::bytea[], %b::bigint[], %b::float8[])", columns
    )

    assert answer.rows == list(zip(*columns, strict=True))
    single = ("one", b"\0", -5, 0.25, None)
    row = await wire.execute("SELECT %b::text, %b::bytea, %b::int4, %b::float8, %b::text", single)
    assert row.rows == [single]


async def test_an_array_may_be_empty(wire: Wire) -> None:
    assert (await wire.execute("SELECT * FROM unnest(%b::text[])", ([],))).rows == []


async def test_more_than_the_socket_holds_is_sent_and_received(wire: Wire) -> None:
    large = b"0123456789abcdef" * 2**20
    answers = await wire.ask(*[Ask("SELECT %b::bytea", (large,))] * 2)

    assert [answer.rows for answer in answers] == [[(large,)], [(large,)]]


async def test_what_is_asked_together_is_answered_in_order(wire: Wire) -> None:
    first, second, third = await wire.ask(document("1"), document("2"), Ask(KEYS))

    assert (first.hit, second.hit) == (1, 1)
    assert third.rows == [("1",), ("2",)]


async def test_of_what_is_asked_together_nothing_is_done_when_one_fails(wire: Wire) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        await wire.ask(document("1"), document("1"), document("2"))

    assert wire.is_idle
    assert (await wire.execute(KEYS)).rows == []


async def test_a_transaction_that_fails_leaves_nothing_behind(wire: Wire) -> None:
    async def fail() -> None:
        async with wire.transaction():
            await wire.ask(document("1"))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    assert wire.is_idle
    assert (await wire.execute(KEYS)).rows == []


async def test_a_value_that_cannot_be_sent_does_not_end_a_transaction(wire: Wire) -> None:
    async with wire.transaction():
        with pytest.raises(UnicodeEncodeError):
            await wire.ask(document("\ud800"))
        await wire.ask(document("1"))
        assert not wire.is_idle

    assert (await wire.execute(KEYS)).rows == [("1",)]


async def test_a_server_that_ends_a_session_is_heard(
    wire: Wire, migrated_postgres_url: str
) -> None:
    ((number,),) = (await wire.execute("SELECT pg_backend_pid()")).rows
    with psycopg.connect(migrated_postgres_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (number,))
    with pytest.raises(psycopg.errors.AdminShutdown):
        await wire.execute("SELECT pg_sleep(20)::text")

    assert not connecting.is_usable(wire)
