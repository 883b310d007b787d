"""The shared store: every verb is a place in a batch that a lane carries."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from ostiary.adapters.stores.backend import PRUNE_LIMIT, Reach, unavailable, unhooked
from ostiary.adapters.stores.postgres import (
    attempts,
    authenticators,
    batches,
    commits,
    connecting,
    device_requests,
    grants,
    jobs,
    logout,
    lookups,
    references,
    revoking,
    sessions,
    statements,
    users,
)
from ostiary.adapters.stores.postgres.commit_rows import to_commit
from ostiary.adapters.stores.postgres.commit_statements import NOTHING
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.lanes import Lanes
from ostiary.adapters.stores.postgres.lookups import LookUps
from ostiary.adapters.stores.postgres.running import Runner
from ostiary.adapters.stores.records import decode
from ostiary.adapters.stores.revisions import HEAD, check_not_newer
from ostiary.core.base.ids import HandleKey, TokenId
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken, Issuance
from ostiary.core.ports.configuration import Document, DocumentId, StoredConfiguration

WRITING_LANES = 4
READING_LANES = 2
FAULT_POINTS = (
    *(*batches.FAULT_POINTS, *commits.FAULT_POINTS, *jobs.FAULT_POINTS, *users.FAULT_POINTS),
    *(*attempts.FAULT_POINTS, *lookups.FAULT_POINTS, *sessions.FAULT_POINTS),
    *(*grants.FAULT_POINTS, *revoking.FAULT_POINTS, *authenticators.FAULT_POINTS),
    *(*logout.FAULT_POINTS, *references.FAULT_POINTS, *device_requests.FAULT_POINTS),
)
T = TypeVar("T")


class PostgresStore:
    """Keeps everything in one database, from which several processes serve.

    Args: url is `postgresql://...`, as libpq reads it.
    """

    allows_several_workers = True

    def __init__(self, url: str, *, reach: Reach = unhooked) -> None:
        self._given = connecting.parameters(url)
        self._reach = reach
        self._batches = batches.Batches(reach)
        self._writing: Lanes | None = None
        self._reading: Lanes | None = None
        self._commits = commits.CommitBatches(reach)
        look_ups, runner = LookUps(self._readers, reach), Runner(self._read, self._write, reach)
        self.users = users.PostgresUsers(look_ups, runner)
        self.authenticators = authenticators.PostgresAuthenticators(runner)
        self.attempts = attempts.PostgresAttempts(runner, self._writers)
        self.flows = sessions.PostgresFlows(look_ups, self._writers, reach)
        self.sessions = sessions.PostgresSessions(look_ups, runner)
        self.codes = grants.PostgresCodes(look_ups)
        self.user_grants = grants.PostgresUserGrants(look_ups, runner)
        self.consents = grants.PostgresConsents(look_ups, runner)
        self.logout_notices = logout.PostgresLogoutNotices(runner)
        self.references = references.PostgresReferences(self._writers, reach)
        self.device_requests = device_requests.PostgresDeviceRequests(runner)

    async def open(self) -> None:
        await self.close()
        connect = partial(connecting.connect, self._given)
        self._writing = Lanes(connect, count=WRITING_LANES)
        self._reading = Lanes(connect, count=READING_LANES)
        try:
            check_not_newer(await self.schema_revision())
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        closing = [lanes for lanes in (self._writing, self._reading) if lanes is not None]
        self._writing = self._reading = None
        await asyncio.gather(*(lanes.close() for lanes in closing))

    async def schema_revision(self) -> str | None:
        return await self._alone(
            self._readers(), lambda connection: jobs.schema_revision(connection, self._reach)
        )

    async def migrate(self) -> None:
        check_not_newer(found := await self.schema_revision())
        if found != HEAD:
            # Here and nowhere else is SQLAlchemy needed: 0.3 s that most starts save.
            from ostiary.adapters.stores.postgres.migrating import migrate  # noqa: PLC0415

            await asyncio.to_thread(migrate, self._given, self._reach)

    async def ping(self) -> None:
        await self._writers().submit(self._batches.ping, None)

    async def check_room(self) -> None:
        """Have no disk here."""

    async def commit(self, env: Environment, issuance: Issuance, *, now: float) -> None:
        commit = to_commit(env, issuance, now)
        shape = commit.shape
        if shape is None:
            # A run of its own, so that no batch is made of it.
            await self._writers().submit(partial(self._commits.alone), commit)
        elif shape != NOTHING:
            await self._writers().submit(self._commits.runs[shape], commit)

    async def find(self, env: Environment, key: HandleKey, *, now: float) -> AccessToken | None:
        body = await self._readers().submit(self._batches.find, (env.id, key, now))
        return None if body is None else decode(body)

    async def delete(self, env: Environment, key: HandleKey) -> None:
        await self._writers().submit(self._batches.delete, (env.id, key))

    async def revoke(self, env: Environment, token_id: TokenId, *, expires_at: float) -> None:
        await self._writers().submit(self._batches.revoke, (env.id, token_id, expires_at))

    async def is_revoked(self, env: Environment, token_id: TokenId) -> bool:
        return await self._readers().submit(self._batches.is_revoked, (env.id, token_id))

    async def version(self) -> int:
        return await self._readers().submit(self._batches.version, None)

    async def load(self) -> StoredConfiguration:
        return await self._alone(
            self._readers(), lambda connection: jobs.load(connection, self._reach)
        )

    async def replace(
        self, *, expected_version: int, put: Sequence[Document], delete: Sequence[DocumentId]
    ) -> int:
        job = partial(jobs.replace, expected_version=expected_version, put=put, delete=delete)
        return await self._alone(self._writers(), lambda connection: job(connection, self._reach))

    async def prune(self, *, now: float, limit: int = PRUNE_LIMIT) -> int:
        total, step = 0, max(1, limit)
        for table in statements.PRUNE:
            deleted = step
            while deleted == step:
                job = partial(jobs.prune, reach=self._reach, table=table, now=now, limit=step)
                deleted = await self._alone(self._writers(), job)
                total += deleted
        return total

    async def _read(self, job: Callable[[Connection], Awaitable[T]]) -> T:
        return await self._alone(self._readers(), job)

    async def _write(self, job: Callable[[Connection], Awaitable[T]]) -> T:
        return await self._alone(self._writers(), job)

    async def _alone(self, lanes: Lanes, job: Callable[[Connection], Awaitable[T]]) -> T:
        async def run(connection: Connection, _: Sequence[None]) -> Sequence[T]:
            return [await job(connection)]

        return await lanes.submit(run, None)

    def _writers(self) -> Lanes:
        return _opened(self._writing)

    def _readers(self) -> Lanes:
        return _opened(self._reading)


def _opened(lanes: Lanes | None) -> Lanes:
    if lanes is None:
        raise unavailable("the store is not open")
    return lanes
