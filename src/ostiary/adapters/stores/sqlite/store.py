"""The embedded store: reads on the event loop, writes through the writer."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ostiary.adapters.stores.backend import PRUNE_LIMIT, Reach, unavailable, unhooked
from ostiary.adapters.stores.records import decode
from ostiary.adapters.stores.revisions import HEAD, check_not_newer
from ostiary.adapters.stores.sqlite import (
    attempts,
    authenticators,
    commits,
    connecting,
    device_requests,
    grants,
    jobs,
    logout,
    place,
    references,
    sessions,
    statements,
    users,
    writer,
)
from ostiary.adapters.stores.sqlite.batch import Write
from ostiary.adapters.stores.sqlite.reader import Reader
from ostiary.core.base.ids import HandleKey, TokenId
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken, Issuance
from ostiary.core.ports.configuration import Document, DocumentId, StoredConfiguration

PRUNE_STEP = 200
"""Rows that a clean-up deletes before it lets waiting requests write: about 5 ms."""
FAULT_POINTS = (
    *writer.FAULT_POINTS,
    *jobs.FAULT_POINTS,
    *users.FAULT_POINTS,
    *attempts.FAULT_POINTS,
    *authenticators.FAULT_POINTS,
    *commits.FAULT_POINTS,
    *sessions.FAULT_POINTS,
    *grants.FAULT_POINTS,
    *logout.FAULT_POINTS,
    *references.FAULT_POINTS,
    *device_requests.FAULT_POINTS,
    "sqlite.find",
    "sqlite.is_revoked",
    "sqlite.version",
    "sqlite.load",
    "sqlite.ping",
    "sqlite.schema_revision",
)


class SqliteStore:
    """Keeps everything in one file, from which one process serves.

    Args:
        mounts: the kernel's table of mounts, which tells a network filesystem.
    """

    allows_several_workers = False

    def __init__(self, path: Path, *, reach: Reach = unhooked, mounts: Path = place.MOUNTS) -> None:
        self._path = path
        self._reach = reach
        self._mounts = mounts
        self._writer: writer.Writer | None = None
        self._reader: Reader | None = None
        self._whereabouts: place.Whereabouts | None = None
        self.users = users.SqliteUsers(self._read, self._opened, reach)
        self.authenticators = authenticators.SqliteAuthenticators(self._read, self._opened)
        self.attempts = attempts.SqliteAttempts(self._read, self._opened)
        self.flows = sessions.SqliteFlows(self._read, self._opened)
        self.sessions = sessions.SqliteSessions(self._read, self._opened)
        self.codes = grants.SqliteCodes(self._read)
        self.user_grants = grants.SqliteUserGrants(self._read, self._opened)
        self.consents = grants.SqliteConsents(self._read)
        self.logout_notices = logout.SqliteLogoutNotices(self._read, self._opened)
        self.references = references.SqliteReferences(self._opened)
        self.device_requests = device_requests.SqliteDeviceRequests(self._read, self._opened)

    async def open(self) -> None:
        place.prepare_file(self._path, self._mounts)
        await self.close()
        self._whereabouts = place.Whereabouts(self._path)
        self._writer = writer.Writer(
            partial(connecting.connect_batch_writer, self._path),
            self._reach,
            self._whereabouts.check_unmoved,
        )
        self._reader = Reader(self._path)
        try:
            await self._writer.do(connecting.check_log)
            check_not_newer(await self.schema_revision())
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        closing, self._writer = self._writer, None
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        if closing is not None:
            # The last to close: it moves the log into the file.
            await closing.close()

    async def schema_revision(self) -> str | None:
        if not self._read("sqlite.schema_revision", statements.HAS_REVISION):
            return None
        rows = self._read("sqlite.schema_revision", statements.REVISION)
        return str(rows[0][0]) if rows else None

    async def migrate(self) -> None:
        check_not_newer(found := await self.schema_revision())
        if found != HEAD:
            # Here and nowhere else is SQLAlchemy needed: 0.3 s that most starts save.
            from ostiary.adapters.stores.sqlite.migrating import migrate  # noqa: PLC0415

            await asyncio.to_thread(migrate, self._path, self._reach)

    async def ping(self) -> None:
        self._read("sqlite.ping", statements.PING)

    async def check_room(self) -> None:
        await self._opened().check_room()

    async def commit(self, env: Environment, issuance: Issuance, *, now: float) -> None:
        await self._opened().write(commits.to_write(env, issuance, now))

    async def find(self, env: Environment, key: HandleKey, *, now: float) -> AccessToken | None:
        rows = self._read("sqlite.find", statements.FIND_TOKEN, env.id, key, now)
        return decode(rows[0][0]) if rows else None

    async def delete(self, env: Environment, key: HandleKey) -> None:
        await self._opened().write(Write(deleted_tokens=[(env.id, key)]))

    async def revoke(self, env: Environment, token_id: TokenId, *, expires_at: float) -> None:
        await self._opened().write(Write(revoked=[(env.id, token_id, expires_at)]))

    async def is_revoked(self, env: Environment, token_id: TokenId) -> bool:
        return bool(self._read("sqlite.is_revoked", statements.IS_REVOKED, env.id, token_id))

    async def version(self) -> int:
        if self._whereabouts is not None:
            self._whereabouts.check_unmoved()
        return int(self._read("sqlite.version", statements.VERSION)[0][0])

    async def load(self) -> StoredConfiguration:
        rows = self._read("sqlite.load", statements.LOAD)
        documents = (
            Document(DocumentId(environment, type_, key), body)
            for _, environment, type_, key, body in rows
            if environment is not None
        )
        return StoredConfiguration(int(rows[0][0]), tuple(documents))

    async def replace(
        self, *, expected_version: int, put: Sequence[Document], delete: Sequence[DocumentId]
    ) -> int:
        return await self._opened().do(
            lambda connection: jobs.replace(
                connection,
                self._reach,
                expected_version=expected_version,
                put=put,
                delete=delete,
            )
        )

    async def prune(self, *, now: float, limit: int = PRUNE_LIMIT) -> int:
        total, step = 0, max(1, min(limit, PRUNE_STEP))
        for table in statements.PRUNE:
            deleted = step
            while deleted == step:
                job = partial(jobs.prune, reach=self._reach, table=table, now=now, limit=step)
                deleted = await self._opened().do(job)
                total += deleted
        return total

    def _opened(self) -> writer.Writer:
        if self._writer is None:
            raise unavailable("the store is not open")
        return self._writer

    def _read(self, point: str, statement: str, *values: object) -> list[Any]:
        self._reach(point)
        if self._reader is None:
            raise unavailable("the store is not open")
        return self._reader.read(statement, values)
