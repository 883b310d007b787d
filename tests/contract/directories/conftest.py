"""Every directory behind one fixture; a test that takes `directory` runs over each of them."""

from collections.abc import Iterator

import pytest

from ostiary.adapters.directories.catalog import open_directory
from ostiary.adapters.directories.composed import ComposedDirectory
from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.model.environment import Environment
from ostiary.core.ports.directory import Directory
from tests.support.app import RecordedEvents
from tests.support.environments import make_environment
from tests.support.slapd import Slapd, person


@pytest.fixture(scope="session")
def slapd() -> Iterator[Slapd]:
    """Run a server with thousands of people."""
    pairs = [person(f"pair.{number}", mail="pair@example.com") for number in range(3)]
    running = Slapd([person(f"person.{number}") for number in range(3000)] + pairs)
    yield running
    running.close()


@pytest.fixture(params=["local", "composed"])
def kind(request: pytest.FixtureRequest) -> str:
    """Name the directory that this test is about."""
    return str(request.param)


@pytest.fixture
def env(kind: str, request: pytest.FixtureRequest) -> Environment:
    """Make an environment; a composed directory has another one beside the store."""
    if kind == "local":
        return make_environment("home")
    slapd: Slapd = request.getfixturevalue("slapd")
    corporate = slapd.configured()
    return make_environment(
        "home", directories={"corporate": corporate}, directory_order=("local", "corporate")
    )


@pytest.fixture
def other_env() -> Environment:
    return make_environment("other")


@pytest.fixture
def directory(kind: str) -> Iterator[Directory]:
    hashing = PooledHashing()
    local = LocalDirectory(MemoryStore().users, hashing)
    if kind == "local":
        yield local
    else:
        composed = ComposedDirectory(local, RecordedEvents(), open_directory)
        yield composed
        composed.close()
    hashing.close()
