"""The three backends behind one fixture; a test that takes `store` runs over each of them."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.model.environment import Environment
from tests.support.environments import make_environment
from tests.support.stores import build, empty_postgres, opened, prepare_postgres, prepare_sqlite


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Run on the loop that serves in production."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture
def env() -> Environment:
    return make_environment("home")


@pytest.fixture
def other_env() -> Environment:
    return make_environment("other")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stores") / "template.db"
    prepare_sqlite(path)
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give the test an empty SQLite store."""
    path = tmp_path / "store.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def migrated_postgres_url(postgres_url: str) -> str:
    prepare_postgres(postgres_url)
    return postgres_url


@pytest.fixture
def empty_postgres_url(migrated_postgres_url: str) -> str:
    """Give the test an empty PostgreSQL store."""
    empty_postgres(migrated_postgres_url)
    return migrated_postgres_url


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Name an empty store of each backend; the memory store is new at each opening."""
    match request.param:
        case "sqlite":
            return str(request.getfixturevalue("sqlite_url"))
        case "postgres":
            return str(request.getfixturevalue("empty_postgres_url"))
        case _:
            return "memory:"


@pytest.fixture(params=["sqlite", "postgres"])
def durable_url(request: pytest.FixtureRequest) -> str:
    """Name an empty store of each backend that outlives a process."""
    name = "sqlite_url" if request.param == "sqlite" else "empty_postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture(params=["sqlite", "postgres"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name a store without a schema, of each backend that has one."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[StoreBackend]:
    """Open an empty store of each backend."""
    async with opened(store_url) as backend:
        yield backend


@pytest.fixture
def closed_store(store_url: str) -> StoreBackend:
    """Build a store of each backend that nobody has opened."""
    return build(store_url)
