"""A backend's own tokens in a database, by SQLAlchemy: SQLite, PostgreSQL and others."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from sqlalchemy import (
    Column,
    Engine,
    Float,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    insert,
    select,
)

from ostiary_client.errors import ConfigurationError
from ostiary_client.exchange.secret_token import SecretToken

T = TypeVar("T")
_THREADS = 8
_metadata = MetaData()
_TOKENS = Table(
    "secret_tokens",
    _metadata,
    Column("key", LargeBinary(32), primary_key=True),
    Column("issuer", String(2048), nullable=False),
    Column("subject", String(1024), index=True),
    Column("client_id", String(1024)),
    Column("scopes", String(8192), nullable=False),
    Column("expires_at", Float, nullable=False, index=True),
)


class SQLTokens:
    """Implements `Tokens` in a table `secret_tokens`, which it makes where it is missing.

    Several processes may share it. `prune` forgets those that are over.

        from ostiary_client.exchange import SQLTokens

        tokens = SQLTokens("sqlite:///tokens.db")

    engine: SQLAlchemy's, or the URL of one; calls are made in threads, so that no loop waits.
    """

    def __init__(self, engine: Engine | str) -> None:
        self._engine = create_engine(engine) if isinstance(engine, str) else engine
        if self._engine.url.get_backend_name() == "sqlite" and not self._engine.url.database:
            raise ConfigurationError(
                "SQLite in memory is another database in each thread",
                remedy="Give it a file, or use KeptTokens",
            )
        self._limiter: CapacityLimiter | None = None
        _metadata.create_all(self._engine)

    async def save(self, key: bytes, token: SecretToken) -> None:
        """Keep a token."""
        await self._run(partial(self._save, key, token))

    async def find(self, key: bytes, *, now: float) -> SecretToken | None:
        """Return the token of that key, or None."""
        return await self._run(partial(self._find, key, now))

    async def delete(self, key: bytes) -> None:
        """Revoke one token."""
        await self._run(partial(self._delete, key))

    async def delete_of(self, issuer: str, subject: str) -> int:
        """Revoke all tokens of a user, and return how many there were."""
        return await self._run(partial(self._delete_of, issuer, subject))

    async def prune(self, *, now: float) -> int:
        """Forget the tokens that are over, and return how many there were."""
        return await self._run(partial(self._prune, now))

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    async def _run(self, work: Callable[[], T]) -> T:
        if self._limiter is None:
            self._limiter = CapacityLimiter(_THREADS)
        return await to_thread.run_sync(work, limiter=self._limiter)

    def _save(self, key: bytes, token: SecretToken) -> None:
        row = {
            "key": key,
            "issuer": token.issuer,
            "subject": token.subject,
            "client_id": token.client_id,
            "scopes": " ".join(sorted(token.scopes)),
            "expires_at": token.expires_at,
        }
        with self._engine.begin() as connection:
            connection.execute(insert(_TOKENS), row)

    def _find(self, key: bytes, now: float) -> SecretToken | None:
        wanted = select(_TOKENS).where(_TOKENS.c.key == key, _TOKENS.c.expires_at > now)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        if row is None:
            return None
        return SecretToken(
            row["issuer"],
            row["subject"],
            row["client_id"],
            frozenset(row["scopes"].split()),
            row["expires_at"],
        )

    def _delete(self, key: bytes) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(_TOKENS).where(_TOKENS.c.key == key))

    def _delete_of(self, issuer: str, subject: str) -> int:
        theirs = (_TOKENS.c.issuer == issuer, _TOKENS.c.subject == subject)
        with self._engine.begin() as connection:
            return connection.execute(delete(_TOKENS).where(*theirs)).rowcount

    def _prune(self, now: float) -> int:
        with self._engine.begin() as connection:
            return connection.execute(delete(_TOKENS).where(_TOKENS.c.expires_at <= now)).rowcount
