"""Codes, grants and consents of the shared store."""

from ostiary.adapters.stores.postgres import device_statements
from ostiary.adapters.stores.postgres import sign_on_statements as statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.lookups import LookUps
from ostiary.adapters.stores.postgres.revoking import delete_grants
from ostiary.adapters.stores.postgres.running import Runner
from ostiary.adapters.stores.sign_on_records import (
    mark_of_codes,
    to_code_of_user,
    to_consent,
    to_grant,
    to_grant_of_user,
)
from ostiary.core.base.ids import ClientId, GrantId, HandleKey, UserId
from ostiary.core.model.device_request import DEVICE_USE
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import CODE_USE, AuthorizationCode, Consent, UserGrant

FAULT_POINTS = (
    *(
        f"postgres.{verb}.{moment}"
        for verb in ("user_grants.revoke", "user_grants.revoke_of_user")
        for moment in ("begin", "commit", "committed")
    ),
    "postgres.codes.spend",
    "postgres.user_grants.delete_consents",
    "postgres.user_grants.select_of_user",
    "postgres.consents.select_of_user",
)


class PostgresCodes:
    """Implements the `AuthorizationCodes` port."""

    def __init__(self, look_ups: LookUps) -> None:
        self._look_ups = look_ups

    async def find(
        self, env: Environment, key: HandleKey, *, now: float
    ) -> tuple[AuthorizationCode, User | None] | None:
        found = await self._look_ups.find("codes.find", env.id, key, now)
        return None if found is None else to_code_of_user(*found)


class PostgresConsents:
    """Implements the `Consents` port."""

    def __init__(self, look_ups: LookUps, runner: Runner) -> None:
        self._look_ups = look_ups
        self._runner = runner

    async def find(self, env: Environment, user_id: UserId, client_id: ClientId) -> Consent | None:
        found = await self._look_ups.find("consents.find", env.id, user_id, client_id)
        return None if found is None else to_consent(*found)

    async def select_of_user(self, env: Environment, user_id: UserId) -> tuple[Consent, ...]:
        statement = statements.SELECT_CONSENTS_OF_USER
        rows = await self._runner.read("consents.select_of_user", statement, env.id, user_id)
        return tuple(to_consent(*row) for row in rows)


class PostgresUserGrants:
    """Implements the `UserGrants` port."""

    def __init__(self, look_ups: LookUps, runner: Runner) -> None:
        self._look_ups = look_ups
        self._runner = runner

    async def find(self, env: Environment, grant_id: GrantId, *, now: float) -> UserGrant | None:
        found = await self._look_ups.find("user_grants.find", env.id, grant_id, now)
        return None if found is None else to_grant(*found)

    async def find_by_family(
        self, env: Environment, family: bytes, *, now: float
    ) -> tuple[UserGrant, User | None] | None:
        found = await self._look_ups.find("user_grants.find_by_family", env.id, family, now)
        return None if found is None else to_grant_of_user(*found)

    async def select_of_user(
        self, env: Environment, user_id: UserId, *, now: float, limit: int
    ) -> tuple[UserGrant, ...]:
        verb, statement = "user_grants.select_of_user", statements.SELECT_GRANTS_OF_USER
        rows = await self._runner.read(verb, statement, env.id, user_id, now, limit)
        return tuple(to_grant(*row) for row in rows)

    async def revoke(self, env: Environment, grant_id: GrantId) -> bool:
        async def work(connection: Connection) -> bool:
            reach, statement = self._runner.reach, statements.REVOKE_GRANT
            return await delete_grants(connection, reach, statement, env.id, grant_id) == 1

        return await self._runner.write("user_grants.revoke", work)

    async def revoke_of_user(
        self,
        env: Environment,
        user_id: UserId,
        client_id: ClientId | None = None,
        *,
        codes_from: bytes = b"",
    ) -> int:
        whose = (env.id, user_id, client_id)

        async def work(connection: Connection) -> int:
            reach = self._runner.reach
            reach("postgres.user_grants.delete_consents")
            await connection.execute(statements.DELETE_CONSENTS, whose)
            if client_id is not None:
                reach("postgres.codes.spend")
                mark = mark_of_codes(user_id, client_id)
                values = (CODE_USE, env.id, codes_from, mark)
                await connection.execute(statements.SPEND_CODES, values)
                reach("postgres.device_requests.spend")
                await connection.execute(device_statements.SPEND, (DEVICE_USE, *whose))
            # Last: an exchange that was waited for has stored its grant.
            statement = statements.REVOKE_GRANTS_OF_USER
            return await delete_grants(connection, reach, statement, *whose)

        return await self._runner.write("user_grants.revoke_of_user", work)
