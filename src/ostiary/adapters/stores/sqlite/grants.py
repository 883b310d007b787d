"""Codes, grants and consents of the embedded store."""

from collections.abc import Callable

from ostiary.adapters.stores.sign_on_records import (
    mark_of_codes,
    to_code_of_user,
    to_consent,
    to_grant,
    to_grant_of_user,
)
from ostiary.adapters.stores.sqlite import device_statements, logout_statements
from ostiary.adapters.stores.sqlite import sign_on_statements as statements
from ostiary.adapters.stores.sqlite.batch import Execute, Write
from ostiary.adapters.stores.sqlite.reader import Read
from ostiary.adapters.stores.sqlite.writer import Writer
from ostiary.core.base.ids import ClientId, GrantId, HandleKey, SessionId, UserId
from ostiary.core.model.device_request import DEVICE_USE
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import CODE_USE, AuthorizationCode, Consent, UserGrant

FAULT_POINTS = (
    "sqlite.codes.find",
    "sqlite.codes.spend",
    "sqlite.user_grants.find",
    "sqlite.user_grants.find_by_family",
    "sqlite.user_grants.select_of_user",
    "sqlite.user_grants.revoke",
    "sqlite.user_grants.revoke_of_user",
    "sqlite.user_grants.delete_consents",
    "sqlite.user_grants.end_with_session",
    "sqlite.sessions.make_due",
    "sqlite.sessions.delete",
    "sqlite.consents.find",
    "sqlite.consents.select_of_user",
)


class SqliteCodes:
    """Implements the `AuthorizationCodes` port."""

    def __init__(self, read: Read) -> None:
        self._read = read

    async def find(
        self, env: Environment, key: HandleKey, *, now: float
    ) -> tuple[AuthorizationCode, User | None] | None:
        rows = self._read("sqlite.codes.find", statements.FIND_CODE, env.id, key, now)
        return to_code_of_user(*rows[0]) if rows else None


class SqliteConsents:
    """Implements the `Consents` port."""

    def __init__(self, read: Read) -> None:
        self._read = read

    async def find(self, env: Environment, user_id: UserId, client_id: ClientId) -> Consent | None:
        place = (env.id, user_id, client_id)
        rows = self._read("sqlite.consents.find", statements.FIND_CONSENT, *place)
        return to_consent(rows[0][0]) if rows else None

    async def select_of_user(self, env: Environment, user_id: UserId) -> tuple[Consent, ...]:
        point, statement = "sqlite.consents.select_of_user", statements.SELECT_CONSENTS_OF_USER
        return tuple(to_consent(row[0]) for row in self._read(point, statement, env.id, user_id))


class SqliteUserGrants:
    """Implements the `UserGrants` port."""

    def __init__(self, read: Read, writer: Callable[[], Writer]) -> None:
        self._read = read
        self._writer = writer

    async def find(self, env: Environment, grant_id: GrantId, *, now: float) -> UserGrant | None:
        place = (env.id, grant_id, now)
        rows = self._read("sqlite.user_grants.find", statements.FIND_GRANT, *place)
        return to_grant(*rows[0]) if rows else None

    async def find_by_family(
        self, env: Environment, family: bytes, *, now: float
    ) -> tuple[UserGrant, User | None] | None:
        place = (env.id, family, now)
        rows = self._read(
            "sqlite.user_grants.find_by_family", statements.FIND_GRANT_BY_FAMILY, *place
        )
        return to_grant_of_user(*rows[0]) if rows else None

    async def select_of_user(
        self, env: Environment, user_id: UserId, *, now: float, limit: int
    ) -> tuple[UserGrant, ...]:
        point, statement = "sqlite.user_grants.select_of_user", statements.SELECT_GRANTS_OF_USER
        rows = self._read(point, statement, env.id, user_id, now, limit)
        return tuple(to_grant(*row) for row in rows)

    async def revoke(self, env: Environment, grant_id: GrantId) -> bool:
        def act(execute: Execute) -> bool:
            place = (env.id, grant_id)
            return execute("user_grants.revoke", statements.REVOKE_GRANT, place).rowcount == 1

        return bool(await self._writer().write(Write(act=act, removes=True)))

    async def revoke_of_user(
        self,
        env: Environment,
        user_id: UserId,
        client_id: ClientId | None = None,
        *,
        codes_from: bytes = b"",
    ) -> int:
        whose = (env.id, user_id, client_id)

        def act(execute: Execute) -> int:
            execute("user_grants.delete_consents", statements.DELETE_CONSENTS, whose)
            if client_id is not None:
                mark = mark_of_codes(user_id, client_id)
                values = (CODE_USE, env.id, codes_from, mark)
                execute("codes.spend", statements.SPEND_CODES, values)
                approved = (DEVICE_USE, *whose)
                execute("device_requests.spend", device_statements.SPEND, approved)
            statement = statements.REVOKE_GRANTS_OF_USER
            return execute("user_grants.revoke_of_user", statement, whose).rowcount

        spends = client_id is not None
        return int(await self._writer().write(Write(act=act, removes=True, spends=spends)))


def end_session(execute: Execute, environment: str, session_id: SessionId) -> bool:
    """Delete a session and the grants that end with it, and tell whether it was there.

    Whoever is to be told of it is due from now on.
    """
    place = (environment, session_id)
    execute("user_grants.end_with_session", statements.END_GRANTS_OF_SESSION, place)
    execute("sessions.make_due", logout_statements.MAKE_DUE, place)
    return execute("sessions.delete", statements.END_SESSION, place).rowcount == 1
