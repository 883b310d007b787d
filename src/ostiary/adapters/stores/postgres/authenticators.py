"""Authenticators of the shared store: each verb runs alone, in a transaction of its own."""

from msgspec.structs import replace
from psycopg import errors

from ostiary.adapters.stores.authenticator_records import from_body, in_order, to_row
from ostiary.adapters.stores.postgres import authenticator_statements as statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.running import Runner
from ostiary.core.base.ids import AuthenticatorId, UserId
from ostiary.core.model.authenticator import Authenticator
from ostiary.core.model.environment import Environment
from ostiary.core.ports.authenticators import AuthenticatorChangedError, AuthenticatorTakenError

FAULT_POINTS = (
    "postgres.authenticators.select",
    "postgres.authenticators.find",
    "postgres.authenticators.find_by_credential",
    *(f"postgres.authenticators.add.{moment}" for moment in ("begin", "commit", "committed")),
    *(
        f"postgres.authenticators.{verb}.{moment}"
        for verb in ("save", "remove")
        for moment in ("execute", "executed")
    ),
)


class PostgresAuthenticators:
    """Implements the `Authenticators` port."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def select(self, env: Environment, user_id: UserId) -> tuple[Authenticator, ...]:
        verb, statement = "authenticators.select", statements.SELECT_AUTHENTICATORS
        return in_order(row[0] for row in await self._runner.read(verb, statement, env.id, user_id))

    async def find(
        self, env: Environment, authenticator_id: AuthenticatorId
    ) -> Authenticator | None:
        verb, statement = "authenticators.find", statements.FIND_AUTHENTICATOR
        rows = await self._runner.read(verb, statement, env.id, authenticator_id)
        return from_body(rows[0][0]) if rows else None

    async def find_by_credential(
        self, env: Environment, credential_id: bytes
    ) -> Authenticator | None:
        verb = "authenticators.find_by_credential"
        statement = statements.FIND_AUTHENTICATOR_BY_CREDENTIAL
        rows = await self._runner.read(verb, statement, env.id, credential_id)
        return from_body(rows[0][0]) if rows else None

    async def add(self, env: Environment, authenticator: Authenticator) -> None:
        row = to_row(env, authenticator)

        async def work(connection: Connection) -> None:
            try:
                await connection.execute(statements.INSERT_AUTHENTICATOR, row)
            except errors.UniqueViolation as error:
                raise AuthenticatorTakenError from error

        await self._runner.write("authenticators.add", work)

    async def save(
        self, env: Environment, authenticator: Authenticator, *, expected_version: int
    ) -> Authenticator:
        changed = replace(authenticator, version=expected_version + 1)
        *_, version, body = to_row(env, changed)
        values = (version, body, env.id, changed.id, expected_version)
        statement = statements.UPDATE_AUTHENTICATOR
        if await self._runner.write_at_once("authenticators.save", statement, values) != 1:
            raise AuthenticatorChangedError
        return changed

    async def remove(self, env: Environment, authenticator_id: AuthenticatorId) -> bool:
        values = (env.id, authenticator_id)
        statement = statements.DELETE_AUTHENTICATOR
        return await self._runner.write_at_once("authenticators.remove", statement, values) > 0
