"""Servers whose clients get codes and refresh tokens."""

from collections.abc import Iterator

import pytest

from tests.support.grant_client import GrantClient
from tests.support.grant_server import running_grant_server, sign_on
from tests.support.postgres import Postgres
from tests.support.server import Server


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str | None:
    """Give the module each store in turn: a PostgreSQL database of its own; None for SQLite."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def own_postgres_url(postgres: Postgres) -> Iterator[str]:
    """Give the test an empty database."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgres"])
def own_store_url(request: pytest.FixtureRequest) -> str | None:
    """Give the test each store in turn, empty; None for SQLite."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("own_postgres_url"))


@pytest.fixture(scope="module")
def grant_server(
    store_url: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Serve with two workers on PostgreSQL, and with one on SQLite."""
    with running_grant_server(tmp_path_factory.mktemp("grants"), store_url) as server:
        yield server


@pytest.fixture
def grant_client(grant_server: Server) -> Iterator[GrantClient]:
    """Be a client in joe's browser."""
    client = GrantClient(grant_server, sign_on(grant_server, "joe"), "joe")
    yield client
    client.close()
