"""Every directory behind one fixture; a test that takes `directory` runs over each of them."""

from collections.abc import Iterator

import pytest

from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.model.environment import Environment
from ostiary.core.ports.directory import Directory
from tests.support.environments import make_environment


@pytest.fixture
def env() -> Environment:
    return make_environment("home")


@pytest.fixture
def other_env() -> Environment:
    return make_environment("other")


@pytest.fixture(params=["local"])
def directory() -> Iterator[Directory]:
    hashing = PooledHashing()
    yield LocalDirectory(MemoryStore().users, hashing)
    hashing.close()
