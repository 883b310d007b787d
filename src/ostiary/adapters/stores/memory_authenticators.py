"""Authenticators of the memory store; nothing here ever suspends."""

from msgspec.structs import replace

from ostiary.adapters.stores.authenticator_records import Row, from_body, in_order, to_row
from ostiary.adapters.stores.backend import Reach
from ostiary.core.base.ids import AuthenticatorId, EnvironmentId, UserId
from ostiary.core.model.authenticator import Authenticator
from ostiary.core.model.environment import Environment
from ostiary.core.ports.authenticators import AuthenticatorChangedError, AuthenticatorTakenError

FAULT_POINTS = (
    "memory.authenticators.select",
    "memory.authenticators.find",
    "memory.authenticators.find_by_credential",
    "memory.authenticators.add",
    "memory.authenticators.save",
    "memory.authenticators.remove",
)


class MemoryAuthenticators:
    """Implements the `Authenticators` port with a dictionary."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._rows: dict[tuple[EnvironmentId, AuthenticatorId], Row] = {}

    async def select(self, env: Environment, user_id: UserId) -> tuple[Authenticator, ...]:
        self._reach("memory.authenticators.select")
        return in_order(row[-1] for row in self._of(env) if row[2] == user_id)

    async def find(
        self, env: Environment, authenticator_id: AuthenticatorId
    ) -> Authenticator | None:
        self._reach("memory.authenticators.find")
        row = self._rows.get((env.id, authenticator_id))
        return None if row is None else from_body(row[-1])

    async def find_by_credential(
        self, env: Environment, credential_id: bytes
    ) -> Authenticator | None:
        self._reach("memory.authenticators.find_by_credential")
        row = self._by_credential(env, credential_id)
        return None if row is None else from_body(row[-1])

    async def add(self, env: Environment, authenticator: Authenticator) -> None:
        credential_id = authenticator.credential_id
        if (env.id, authenticator.id) in self._rows or (
            credential_id is not None and self._by_credential(env, credential_id) is not None
        ):
            raise AuthenticatorTakenError
        row = to_row(env, authenticator)
        self._reach("memory.authenticators.add")
        self._rows[env.id, authenticator.id] = row

    async def save(
        self, env: Environment, authenticator: Authenticator, *, expected_version: int
    ) -> Authenticator:
        changed = replace(authenticator, version=expected_version + 1)
        row, kept = to_row(env, changed), self._rows.get((env.id, authenticator.id))
        if kept is None or kept[4] != expected_version:
            raise AuthenticatorChangedError
        self._reach("memory.authenticators.save")
        self._rows[env.id, authenticator.id] = row
        return changed

    async def remove(self, env: Environment, authenticator_id: AuthenticatorId) -> bool:
        self._reach("memory.authenticators.remove")
        return self._rows.pop((env.id, authenticator_id), None) is not None

    def remove_of_user(self, env: Environment, user_id: UserId) -> None:
        """Remove what goes with its user."""
        for row in [row for row in self._of(env) if row[2] == user_id]:
            del self._rows[env.id, AuthenticatorId(row[1])]

    def _of(self, env: Environment) -> list[Row]:
        return [row for row in self._rows.values() if row[0] == env.id]

    def _by_credential(self, env: Environment, credential_id: bytes) -> Row | None:
        return next((row for row in self._of(env) if row[3] == credential_id), None)
