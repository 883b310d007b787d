"""The catalog: a URL names a store, or is told why it does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.adapters.stores.catalog import BACKENDS, find_backend
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.adapters.stores.postgres.store import PostgresStore
from ostiary.adapters.stores.sqlite.store import SqliteStore

IMPORTS = """
import sys
from ostiary.adapters.stores.backend import StoreBackend
from ostiary.adapters.stores.catalog import find_backend
find_backend(sys.argv[1])
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize(
    ("url", "kind", "allows_several_workers"),
    [
        ("memory:", MemoryStore, False),
        ("sqlite:///store.db", SqliteStore, False),
        ("sqlite:////var/lib/ostiary/store.db", SqliteStore, False),
        ("postgresql://user:password@db.example.com:5432/ostiary", PostgresStore, True),
        ("postgresql://one,two/ostiary?sslmode=verify-full", PostgresStore, True),
    ],
)
def test_a_url_names_its_backend(
    url: str, kind: type[StoreBackend], allows_several_workers: bool
) -> None:
    store = find_backend(url)

    assert store is not None
    assert type(store) is kind
    assert store.allows_several_workers is allows_several_workers


@pytest.mark.parametrize("url", ["redis://localhost", "mysql://x/y", "/var/lib/store.db", ""])
def test_an_unknown_scheme_names_nothing(url: str) -> None:
    assert find_backend(url) is None


@pytest.mark.parametrize(
    "url",
    [
        *("memory:x", "memory:///x", "sqlite:", "sqlite://", "sqlite:///", "sqlite:////"),
        *("sqlite:///:memory:", "sqlite:///a.db?mode=ro", "sqlite://host/a.db", "sqlite:a.db"),
        "postgresql://user:pass@host/db?no_such_option=1",
    ],
)
def test_a_malformed_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        find_backend(url)


def test_the_refusal_of_a_url_holds_no_password() -> None:
    with pytest.raises(ValueError, match="malformed") as refused:
        find_backend("postgresql://user:s3cret@host/db?no_such_option=1")

    shown = f"{refused.value!r}{refused.value.__cause__!r}"
    assert "s3cret" not in shown
    assert refused.value.__suppress_context__


def test_every_backend_of_the_contract_suite_is_listed_once() -> None:
    assert [scheme for scheme, _ in BACKENDS] == ["memory", "sqlite", "postgresql"]


@pytest.mark.parametrize(
    ("url", "unwanted"),
    [
        ("memory:", {"sqlite3", "psycopg", "sqlalchemy", "alembic"}),
        ("sqlite:///store.db", {"psycopg", "sqlalchemy", "alembic"}),
        ("postgresql://host/db", {"sqlite3", "sqlalchemy", "alembic"}),
    ],
)
def test_a_backend_loads_no_driver_but_its_own_and_nothing_of_migrations(
    url: str, unwanted: set[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, url],
        cwd=Path(__file__).parents[3] / "src",
        capture_output=True,
        text=True,
        check=True,
    )

    assert not unwanted & set(done.stdout.split())
