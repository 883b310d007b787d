"""Connections to the database, set up for durable commits and bounded waits."""

import asyncio
import os
import socket
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ostiary.adapters.stores.postgres import statements
from ostiary.adapters.stores.postgres.wire import Wire

Connection = Wire
CONNECT_SECONDS = 2
"""For each host that the URL names."""
LONGEST_CONNECT_SECONDS = 10
"""For all of them, looking up their names included."""


def parameters(url: str) -> dict[str, Any]:
    """Return libpq's parameters for `url`.

    Raises: ValueError when libpq cannot read it; the message holds no part of the URL.
    """
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error:
        # libpq's own message would repeat the URL, password and all.
        raise ValueError("the URL of the PostgreSQL store is malformed") from None
    return {
        "application_name": "ostiary",
        "connect_timeout": CONNECT_SECONDS,
        # A peer that vanished without a word is noticed within 20 seconds, unused or not.
        "keepalives_idle": 5,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        **given,
        # After a fail-over the old primary may still answer: it must not be written to.
        "target_session_attrs": "read-write",
    }


async def connect(given: dict[str, Any]) -> Connection:
    """Connect and set up the session.

    Raises: psycopg.Error, TimeoutError.
    """
    async with asyncio.timeout(LONGEST_CONNECT_SECONDS):
        connection = await psycopg.AsyncConnection.connect(**given, autocommit=True)
    deadline = asyncio.get_running_loop().call_later(CONNECT_SECONDS, sever, connection)
    try:
        await connection.execute(statements.SETTINGS)
    except BaseException:
        await connection.close()
        raise
    finally:
        deadline.cancel()
    return Wire(connection)


def is_usable(connection: Connection) -> bool:
    """Tell whether an idle connection is clean and its server has said nothing since.

    What a server says unasked is, but for rare notices, that it ends.
    """
    return not connection.closed and connection.is_idle and not connection.has_news


def sever(connection: Connection | psycopg.AsyncConnection[Any]) -> None:
    """End a connection whose server does not answer; whoever waits for it gets an error at once.

    Cancelling would ask the silent server for its consent first.
    """
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)
