"""How many rows the tables of a store have, seen from outside of it."""

import sqlite3
from contextlib import closing

import psycopg

from ostiary.adapters.stores.postgres.statements import EXPIRING
from tests.support.server import Server

_COUNTS = {
    name: f"SELECT count(*) FROM {name}"  # noqa: S608 - constants
    for name in (*EXPIRING, "consents", "users", "documents")
}


def count_rows(server: Server, postgres_url: str | None) -> dict[str, int]:
    """Count the rows of a server's store: of a PostgreSQL database, or else of its SQLite file."""
    if postgres_url is not None:
        with psycopg.connect(postgres_url) as database:
            return {
                name: database.execute(count).fetchall()[0][0] for name, count in _COUNTS.items()
            }
    address = f"file:{server.data_directory / 'ostiary.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as file:
        return {name: file.execute(count).fetchall()[0][0] for name, count in _COUNTS.items()}
