"""Authenticators of the embedded store."""

import sqlite3
from collections.abc import Callable

from msgspec.structs import replace

from ostiary.adapters.stores.authenticator_records import from_body, in_order, to_row
from ostiary.adapters.stores.sqlite import authenticator_statements as statements
from ostiary.adapters.stores.sqlite.batch import Execute, Write
from ostiary.adapters.stores.sqlite.reader import Read
from ostiary.adapters.stores.sqlite.writer import Writer
from ostiary.core.base.ids import AuthenticatorId, UserId
from ostiary.core.model.authenticator import Authenticator
from ostiary.core.model.environment import Environment
from ostiary.core.ports.authenticators import AuthenticatorChangedError, AuthenticatorTakenError

FAULT_POINTS = (
    "sqlite.authenticators.select",
    "sqlite.authenticators.find",
    "sqlite.authenticators.find_by_credential",
    "sqlite.authenticators.add",
    "sqlite.authenticators.save",
    "sqlite.authenticators.remove",
)


class SqliteAuthenticators:
    """Implements the `Authenticators` port: each change is a place in the batch."""

    def __init__(self, read: Read, writer: Callable[[], Writer]) -> None:
        self._read = read
        self._writer = writer

    async def select(self, env: Environment, user_id: UserId) -> tuple[Authenticator, ...]:
        point, statement = "sqlite.authenticators.select", statements.SELECT_AUTHENTICATORS
        return in_order(row[0] for row in self._read(point, statement, env.id, user_id))

    async def find(
        self, env: Environment, authenticator_id: AuthenticatorId
    ) -> Authenticator | None:
        point, statement = "sqlite.authenticators.find", statements.FIND_AUTHENTICATOR
        rows = self._read(point, statement, env.id, authenticator_id)
        return from_body(rows[0][0]) if rows else None

    async def find_by_credential(
        self, env: Environment, credential_id: bytes
    ) -> Authenticator | None:
        point = "sqlite.authenticators.find_by_credential"
        statement = statements.FIND_AUTHENTICATOR_BY_CREDENTIAL
        rows = self._read(point, statement, env.id, credential_id)
        return from_body(rows[0][0]) if rows else None

    async def add(self, env: Environment, authenticator: Authenticator) -> None:
        row = to_row(env, authenticator)

        def act(execute: Execute) -> Exception | None:
            try:
                execute("authenticators.add", statements.INSERT_AUTHENTICATOR, row)
            except sqlite3.IntegrityError:
                # The statement changed nothing, and the batch goes on without it.
                return AuthenticatorTakenError()
            return None

        await self._writer().write(Write(act=act))

    async def save(
        self, env: Environment, authenticator: Authenticator, *, expected_version: int
    ) -> Authenticator:
        changed = replace(authenticator, version=expected_version + 1)
        *_, version, body = to_row(env, changed)
        values = (version, body, env.id, changed.id, expected_version)

        def act(execute: Execute) -> Exception | None:
            cursor = execute("authenticators.save", statements.UPDATE_AUTHENTICATOR, values)
            return None if cursor.rowcount == 1 else AuthenticatorChangedError()

        await self._writer().write(Write(act=act))
        return changed

    async def remove(self, env: Environment, authenticator_id: AuthenticatorId) -> bool:
        whose = (env.id, authenticator_id)

        def act(execute: Execute) -> bool:
            return (
                execute("authenticators.remove", statements.DELETE_AUTHENTICATOR, whose).rowcount
                > 0
            )

        return bool(await self._writer().write(Write(act=act)))
