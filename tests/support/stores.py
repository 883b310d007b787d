"""Things to keep in a store: the same number gives the same thing."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from ostiary.adapters.stores.backend import Reach, StoreBackend, unhooked
from ostiary.adapters.stores.catalog import find_backend
from ostiary.adapters.stores.postgres.connecting import parameters
from ostiary.adapters.stores.postgres.migrating import migrate as migrate_postgres
from ostiary.adapters.stores.postgres.statements import EXPIRING
from ostiary.adapters.stores.sqlite.migrating import migrate as migrate_sqlite
from ostiary.adapters.stores.sqlite.place import prepare_file
from ostiary.core.base.ids import ClientId, HandleKey, TokenId, TokenManagerId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken, Issuance, Redemption, ReferenceToken
from ostiary.core.ports.stores import AlreadyRedeemedError

NOW = 1_750_000_000.0
LATER = NOW + 300.0


def make_key(number: int) -> HandleKey:
    """Make the key of a handle that was issued at NOW."""
    return HandleKey(int(NOW).to_bytes(4, "big") + hashlib.sha256(b"%d" % number).digest()[:28])


def make_access_token(number: int = 0, *, expires_at: float = LATER) -> AccessToken:
    """Make what an access token stands for, with every field filled."""
    return AccessToken(
        token_id=TokenId(f"token-{number}"),
        client_id=ClientId("client"),
        manager_id=TokenManagerId("manager"),
        scopes=ScopeSet(("read", "write")),
        expires_at=expires_at,
        issued_at=NOW,
        subject="someone",
        audiences=("https://api.example.com",),
        attributes={"department": "Ärzte", "levels": [1, 2.5, None, True], "nested": {"a": "b"}},
    )


def make_token(number: int = 0, *, expires_at: float = LATER) -> ReferenceToken:
    """Make a reference token."""
    return ReferenceToken(make_key(number), make_access_token(number, expires_at=expires_at))


def make_redemption(number: int = 0, *, use: str = "code", expires_at: float = LATER) -> Redemption:
    """Make a one-time thing to spend."""
    return Redemption(use, hashlib.sha256(b"%d" % number).digest(), expires_at)


def make_issuance(number: int = 0) -> Issuance:
    """Make a commit that spends one thing and stores one token."""
    return Issuance((make_redemption(number),), (make_token(number),))


def prepare_sqlite(path: Path) -> str:
    """Make a file with the schema and nothing else, and answer its URL."""
    prepare_file(path)
    migrate_sqlite(path, unhooked)
    return f"sqlite:///{path}"


def path_of(url: str) -> Path:
    """Return the path of a SQLite store's file."""
    return Path(url.removeprefix("sqlite:///"))


def prepare_postgres(url: str) -> None:
    """Give a database the schema."""
    migrate_postgres(parameters(url), unhooked)


def empty_postgres(url: str) -> None:
    """Take everything out of a database that has the schema."""
    with psycopg.connect(url) as connection:
        # Not TRUNCATE: for tables that are all but empty it costs twenty times as much.
        for table in (*EXPIRING, "documents", "users", "authenticators", "consents"):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        connection.execute("UPDATE configuration_version SET version = 0")


def build(url: str, reach: Reach = unhooked) -> StoreBackend:
    """Build the store of a URL."""
    store = find_backend(url, reach=reach)
    if store is None:
        raise LookupError(url)
    return store


@asynccontextmanager
async def opened(url: str, reach: Reach = unhooked) -> AsyncIterator[StoreBackend]:
    """Build and open a store, and close it in the end."""
    store = build(url, reach)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def is_spent(store: StoreBackend, env: Environment, redemption: Redemption) -> bool:
    """Ask whether a thing is spent; the only way to know is to spend it."""
    try:
        await store.commit(env, Issuance(redeems=(redemption,)), now=NOW)
    except AlreadyRedeemedError:
        return True
    return False
