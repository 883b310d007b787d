"""Which store a URL names."""

from collections.abc import Callable
from pathlib import Path

from ostiary.adapters.stores.backend import (
    Reach,
    StoreBackend,
    StoreRefusedError,
    unhooked,
)

Build = Callable[[str, Reach], StoreBackend]


def _memory(url: str, reach: Reach) -> StoreBackend:
    from ostiary.adapters.stores.memory import MemoryStore

    if url not in {"memory:", "memory://"}:
        raise ValueError('the URL of the memory store is "memory:", with nothing behind it')
    return MemoryStore(reach=reach)


def _sqlite(url: str, reach: Reach) -> StoreBackend:
    from ostiary.adapters.stores.sqlite.store import SqliteStore

    return SqliteStore(_sqlite_path(url), reach=reach)


def _sqlite_path(url: str) -> Path:
    prefix, _, name = url.partition(":///")
    if prefix != "sqlite" or not name.strip("/") or "?" in name or name == ":memory:":
        raise ValueError(
            "the URL of a SQLite store is sqlite:///path relative to the working directory, or "
            "sqlite:////path from the root; it takes no parameters"
        )
    return Path(name)


def _postgres(url: str, reach: Reach) -> StoreBackend:
    try:
        from ostiary.adapters.stores.postgres.store import PostgresStore
    except ModuleNotFoundError as error:
        raise StoreRefusedError(
            "PostgreSQL needs a driver: install ostiary with its extra: ostiary[postgres]."
        ) from error
    return PostgresStore(url, reach=reach)


BACKENDS: tuple[tuple[str, Build], ...] = (
    ("memory", _memory),
    ("sqlite", _sqlite),
    ("postgresql", _postgres),
)


def find_backend(url: str, *, reach: Reach = unhooked) -> StoreBackend | None:
    """Build the store that `url` names; None when no backend has its scheme.

    Raises: ValueError for a URL that its backend cannot read; StoreRefusedError when a driver is
    missing.
    """
    scheme = url.partition(":")[0]
    for known, build in BACKENDS:
        if scheme == known:
            return build(url, reach)
    return None


def claim_store(url: str) -> int | None:
    """Keep other servers from a store that no two may serve from; None when they may.

    The claim ends with the descriptor, which is inherited by whatever this process becomes.
    Raises: ValueError for a URL that its backend cannot read; StoreRefusedError naming the server
    that has the store already.
    """
    if url.partition(":")[0] != "sqlite":
        return None
    from ostiary.adapters.stores.sqlite.sole_use import claim

    return claim(_sqlite_path(url))
