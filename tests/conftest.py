"""What every test has: a closed network, one event loop backend, servers on demand."""

from collections.abc import Iterator

import pytest

from tests.support.closed_network import close_network
from tests.support.hypothesis_profiles import choose_profile
from tests.support.postgres import Postgres, PrivatePostgres, shared_postgres
from tests.support.server import SEEDS, Server, load_toml, running_server
from tests.support.session import SessionHolder, end_with_parent

_HOLDER = pytest.StashKey[SessionHolder]()

close_network()
choose_profile()


def pytest_configure(config: pytest.Config) -> None:
    """Make the session's directory in the first process; tie the others to that one."""
    is_worker = hasattr(config, "workerinput")
    if is_worker:
        end_with_parent()
    else:
        config.stash[_HOLDER] = SessionHolder()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers that the workers shared."""
    holder = config.stash.get(_HOLDER, None)
    if holder is not None:
        holder.let_go()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the matrix of tests/security/test_matrix.py has tried, whichever worker did."""
    reports = (each for found in terminalreporter.stats.values() for each in found)
    counts = [
        value
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "matrix" and report.when == "call"
    ]
    if counts:
        tried, accepted = map(sum, zip(*counts, strict=True))
        terminalreporter.write_line(f"matrix: {tried} combinations, {accepted} accepted")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run coroutine tests on asyncio.

    A module that is about uvloop overrides this with ("asyncio", {"use_uvloop": True}).
    """
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """Share one PostgreSQL server with the whole session; it is started when first asked for."""
    return shared_postgres()


@pytest.fixture(scope="module")
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """Give the module an empty database: its postgresql:// URL."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture
def private_postgres() -> Iterator[PrivatePostgres]:
    """Give the test a PostgreSQL server of its own, to stop, kill and freeze."""
    server = PrivatePostgres()
    yield server
    server.close()


@pytest.fixture(scope="session")
def seeds_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the example configuration over TLS, under the addresses that this session has free."""
    configuration = load_toml(SEEDS)
    del configuration["server"]["public_url"]
    with running_server(tmp_path_factory.mktemp("seeds"), configuration) as server:
        yield server
