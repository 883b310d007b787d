"""A backend's own tokens in a database, by SQLAlchemy: SQLite, PostgreSQL and others."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine, Select, create_engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ostiary_client.errors import ConfigurationError
from ostiary_client.exchange.secret_token import SecretToken
from ostiary_client.exchange.sql_tables import REFUSALS, TOKENS, is_of, make_tables, user_key
from ostiary_client.exchange.tokens import PRUNED_AT_ONCE

T = TypeVar("T")
_THREADS = 8


class SQLTokens:
    """Implements `Tokens` in two tables, which it makes where they are missing.

    Several processes may share them. `secret_tokens` holds the tokens, `secret_token_refusals` a
    row for each user whose older tokens are refused.

        from ostiary_client.exchange import SQLTokens

        tokens = SQLTokens("sqlite:///tokens.db")

    engine: SQLAlchemy's, or the URL of one; calls are made in threads, so that no loop waits.
    """

    def __init__(self, engine: Engine | str) -> None:
        self._engine = _open(engine) if isinstance(engine, str) else engine
        if self._engine.url.get_backend_name() == "sqlite" and not self._engine.url.database:
            raise ConfigurationError(
                "SQLite in memory is another database in each thread",
                remedy="Give it a file, or use KeptTokens",
            )
        self._limiter: CapacityLimiter | None = None
        make_tables(self._engine)

    async def save(self, key: bytes, token: SecretToken, *, now: float, most: int) -> None:
        """Keep a token; others of its holder make room, and some that are over are forgotten."""
        await self._run(partial(self._save, key, token, now, most))

    async def find(self, key: bytes, *, now: float) -> SecretToken | None:
        """Return the token of that key, or None."""
        return await self._run(partial(self._find, key, now))

    async def delete(self, key: bytes) -> None:
        """Revoke one token."""
        await self._run(partial(self._delete, key))

    async def delete_of(self, issuer: str, subject: str) -> int:
        """Revoke all tokens of a user, and return how many there were."""
        return await self._run(partial(self._delete_of, issuer, subject))

    async def refuse_before(self, issuer: str, subject: str, moment: float | None) -> None:
        """Remember from when on a user's tokens are taken."""
        await self._run(partial(self._refuse_before, issuer, subject, moment))

    async def refused_before(self, issuer: str, subject: str) -> float | None:
        """Return from when on a user's tokens are taken, or None for any."""
        return await self._run(partial(self._refused_before, issuer, subject))

    async def prune(self, *, now: float) -> int:
        """Forget the tokens that are over, and return how many there were.

        Nobody need call it: whenever a token is kept, some that are over are forgotten.
        """
        forgotten = 0
        while found := await self._run(partial(self._forget, _over(now))):
            forgotten += found
        return forgotten

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    async def _run(self, work: Callable[[], T]) -> T:
        if self._limiter is None:
            self._limiter = CapacityLimiter(_THREADS)
        return await to_thread.run_sync(work, limiter=self._limiter)

    def _save(self, key: bytes, token: SecretToken, now: float, most: int) -> None:
        row = {
            "key": key,
            "issuer": token.issuer,
            "subject": token.subject,
            "client_id": token.client_id,
            "scopes": " ".join(sorted(token.scopes)),
            "expires_at": token.expires_at,
        }
        self._forget(_over(now))
        with self._engine.begin() as connection:
            connection.execute(insert(TOKENS), row)
        # Those that come at the same time see each other by now, and go by one order: so whoever is
        # last leaves no more than there may be, and all of them together no fewer.
        with self._engine.connect() as connection:
            ends = (TOKENS.c.expires_at.desc(), TOKENS.c.key)
            theirs = select(TOKENS.c.key).where(is_of(token)).order_by(*ends)
            surplus = connection.scalars(theirs.offset(most).limit(PRUNED_AT_ONCE)).all()
        if surplus:
            self._forget(select(TOKENS.c.key).where(TOKENS.c.key.in_(surplus)))

    def _forget(self, which: Select[tuple[bytes]]) -> int:
        """Delete rows, but those that somebody else is deleting: nobody waits, so none forever."""
        with self._engine.begin() as connection:
            keys = connection.scalars(which.with_for_update(skip_locked=True)).all()
            if not keys:
                return 0
            return connection.execute(delete(TOKENS).where(TOKENS.c.key.in_(keys))).rowcount

    def _find(self, key: bytes, now: float) -> SecretToken | None:
        wanted = select(TOKENS).where(TOKENS.c.key == key, TOKENS.c.expires_at > now)
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
            connection.execute(delete(TOKENS).where(TOKENS.c.key == key))

    def _delete_of(self, issuer: str, subject: str) -> int:
        theirs = (TOKENS.c.issuer == issuer, TOKENS.c.subject == subject)
        with self._engine.begin() as connection:
            return connection.execute(delete(TOKENS).where(*theirs)).rowcount

    def _refuse_before(self, issuer: str, subject: str, moment: float | None) -> None:
        this = REFUSALS.c.user == user_key(issuer, subject)
        if moment is None:
            with self._engine.begin() as connection:
                connection.execute(delete(REFUSALS).where(this))
            return
        later = update(REFUSALS).where(this, REFUSALS.c.refused_before < moment)
        row = {"issuer": issuer, "subject": subject, "refused_before": moment}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(REFUSALS), {"user": user_key(issuer, subject), **row})
        except IntegrityError:
            with self._engine.begin() as connection:
                connection.execute(later.values(refused_before=moment))

    def _refused_before(self, issuer: str, subject: str) -> float | None:
        wanted = select(REFUSALS.c.refused_before).where(
            REFUSALS.c.user == user_key(issuer, subject)
        )
        with self._engine.connect() as connection:
            return connection.scalar(wanted)


def _open(url: str) -> Engine:
    # After a restart of the database nobody is refused for connections of before it, and its errors
    # are logged without saying whose tokens they are about.
    return create_engine(url, pool_pre_ping=True, hide_parameters=True)


def _over(now: float) -> Select[tuple[bytes]]:
    return select(TOKENS.c.key).where(TOKENS.c.expires_at <= now).limit(PRUNED_AT_ONCE)
