"""Servers whose clients get codes and refresh tokens."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.grant_client import GrantClient
from tests.support.grant_server import running_grant_server, sign_on
from tests.support.postgres import Postgres
from tests.support.server import Server


@dataclass(frozen=True, slots=True)
class StoreChoice:
    """Where a server keeps things: in a PostgreSQL database of its own, or else in SQLite."""

    postgres_url: str | None


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def store_choice(request: pytest.FixtureRequest) -> Iterator[StoreChoice]:
    """Choose each store in turn."""
    if request.param == "sqlite":
        yield StoreChoice(None)
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.create_database()
    yield StoreChoice(url)
    postgres.drop_database(url)


@pytest.fixture(scope="module")
def grant_server(
    store_choice: StoreChoice, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Serve with two workers on PostgreSQL, and with one on SQLite."""
    directory = tmp_path_factory.mktemp("grants")
    with running_grant_server(directory, store_choice.postgres_url) as server:
        yield server


@pytest.fixture
def grant_client(grant_server: Server) -> Iterator[GrantClient]:
    """Be a client in joe's browser."""
    client = GrantClient(grant_server, sign_on(grant_server, "joe"), "joe")
    yield client
    client.close()
