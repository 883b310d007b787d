"""The memory backend: reference for the others, store of tests; a restart forgets everything."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ostiary.adapters.stores import (
    memory_authenticators,
    memory_device_requests,
    memory_grants,
    memory_logout,
    memory_references,
    memory_sessions,
    memory_users,
)
from ostiary.adapters.stores.backend import PRUNE_LIMIT, Reach, unhooked
from ostiary.adapters.stores.records import decode, document_order, encode
from ostiary.adapters.stores.revisions import HEAD
from ostiary.core.base.ids import EnvironmentId, HandleKey, TokenId
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken, Issuance
from ostiary.core.ports.configuration import (
    Document,
    DocumentId,
    StoredConfiguration,
    VersionConflictError,
)
from ostiary.core.ports.stores import (
    AlreadyRedeemedError,
    FlowChangedError,
    SessionEndedError,
)

Key = TypeVar("Key")
Row = TypeVar("Row")

FAULT_POINTS = (
    "memory.commit",
    "memory.find",
    "memory.delete",
    "memory.revoke",
    "memory.is_revoked",
    "memory.version",
    "memory.load",
    "memory.replace",
    "memory.ping",
    "memory.prune",
    *memory_users.FAULT_POINTS,
    *memory_authenticators.FAULT_POINTS,
    *memory_sessions.FAULT_POINTS,
    *memory_grants.FAULT_POINTS,
    *memory_logout.FAULT_POINTS,
    *memory_references.FAULT_POINTS,
    *memory_device_requests.FAULT_POINTS,
)


class MemoryStore:
    """Keeps everything in dictionaries of one process; nothing here ever suspends."""

    allows_several_workers = False

    def __init__(self, *, reach: Reach = unhooked) -> None:
        self._reach = reach
        self._tokens: dict[tuple[EnvironmentId, HandleKey], tuple[float, bytes]] = {}
        self._redeemed: dict[memory_grants.RedemptionPlace, float] = {}
        self._revoked: dict[tuple[EnvironmentId, TokenId], float] = {}
        self._documents: dict[DocumentId, bytes] = {}
        self._version = 0
        self.authenticators = memory_authenticators.MemoryAuthenticators(reach)
        self.users = memory_users.MemoryUsers(reach, self.authenticators)
        self.attempts = memory_users.MemoryAttempts(reach, self.users)
        self.codes = memory_grants.MemoryCodes(reach, self.users, self._redeemed)
        self.consents = memory_grants.MemoryConsents(reach)
        self.device_requests = memory_device_requests.MemoryDeviceRequests(reach, self._redeemed)
        self.user_grants = memory_grants.MemoryUserGrants(
            reach, self.users, self.codes, self.consents, self.device_requests
        )
        self.references = memory_references.MemoryReferences(reach)
        self.flows = memory_sessions.MemoryFlows(reach)
        self.logout_notices = memory_logout.MemoryLogoutNotices(reach)
        self.sessions = memory_sessions.MemorySessions(reach, self.user_grants, self.logout_notices)

    async def open(self) -> None:
        """Have nothing to connect to."""

    async def schema_revision(self) -> str | None:
        return HEAD

    async def migrate(self) -> None:
        """Have nothing to migrate."""

    async def close(self) -> None:
        """Have nothing to let go of."""

    async def ping(self) -> None:
        self._reach("memory.ping")

    async def check_room(self) -> None:
        """Have no disk."""

    async def commit(self, env: Environment, issuance: Issuance, *, now: float) -> None:
        redeemed = {
            (env.id, redemption.use, redemption.key): redemption.expires_at
            for redemption in issuance.redeems
        }
        tokens = {
            (env.id, kept.key): (kept.token.expires_at, encode(kept.token))
            for kept in issuance.reference_tokens
        }
        codes = {(env.id, code.key): (code.kept_until, encode(code)) for code in issuance.codes}
        if (
            len(redeemed) < len(issuance.redeems)
            or any(expires_at <= now for expires_at in redeemed.values())
            or any(self._redeemed.get(key, now) > now for key in redeemed)
        ):
            raise AlreadyRedeemedError
        self._check_moves(env, issuance, now)
        if (
            len(tokens) < len(issuance.reference_tokens)
            or not self._tokens.keys().isdisjoint(tokens)
            or len(codes) < len(issuance.codes)
            or not self.codes.rows.keys().isdisjoint(codes)
            or not self.user_grants.may_put(env, issuance.grants)
            or (issuance.session and not self.sessions.may_change(env, issuance.session))
        ):
            raise AlreadyRedeemedError
        applies = self._prepare(env, issuance)
        self._reach("memory.commit")
        self._redeemed.update(redeemed)
        self._tokens.update(tokens)
        self.codes.rows.update(codes)
        for apply in applies:
            apply()

    def _check_moves(self, env: Environment, issuance: Issuance, now: float) -> None:
        rotation, move, needed = issuance.rotates, issuance.moves, issuance.needs_session
        if needed is not None and not self.sessions.is_there(env, needed, now):
            raise SessionEndedError
        if rotation is not None and not self.user_grants.may_rotate(env, rotation, now):
            raise AlreadyRedeemedError
        if move is not None and not self.flows.may_move(env, move, now):
            raise FlowChangedError

    def _prepare(self, env: Environment, issuance: Issuance) -> list[memory_grants.Apply]:
        """Prepare what can fail, so that nothing fails half way."""
        applies: list[memory_grants.Apply] = []
        if issuance.rotates is not None:
            applies.append(self.user_grants.rotating(env, issuance.rotates))
        if issuance.moves is not None:
            applies.append(self.flows.moving(env, issuance.moves))
        if issuance.session is not None:
            applies.append(self.sessions.changing(env, issuance.session))
        if issuance.consent is not None:
            applies.append(self.consents.putting(env, issuance.consent))
        applies.extend(self.logout_notices.putting(env, kept) for kept in issuance.participations)
        # Last: they are not among those that end with a session which is replaced.
        applies.extend(self.user_grants.putting(env, grant) for grant in issuance.grants)
        return applies

    async def find(self, env: Environment, key: HandleKey, *, now: float) -> AccessToken | None:
        self._reach("memory.find")
        expires_at, body = self._tokens.get((env.id, key), (now, b""))
        return decode(body) if expires_at > now else None

    async def delete(self, env: Environment, key: HandleKey) -> None:
        self._reach("memory.delete")
        self._tokens.pop((env.id, key), None)

    async def revoke(self, env: Environment, token_id: TokenId, *, expires_at: float) -> None:
        self._reach("memory.revoke")
        known = self._revoked.get((env.id, token_id), expires_at)
        self._revoked[env.id, token_id] = max(known, expires_at)

    async def is_revoked(self, env: Environment, token_id: TokenId) -> bool:
        self._reach("memory.is_revoked")
        return (env.id, token_id) in self._revoked

    async def version(self) -> int:
        self._reach("memory.version")
        return self._version

    async def load(self) -> StoredConfiguration:
        self._reach("memory.load")
        documents = (Document(name, body) for name, body in self._documents.items())
        return StoredConfiguration(self._version, tuple(sorted(documents, key=document_order)))

    async def replace(
        self, *, expected_version: int, put: Sequence[Document], delete: Sequence[DocumentId]
    ) -> int:
        if self._version != expected_version:
            raise VersionConflictError
        self._reach("memory.replace")
        gone = set(delete)
        kept = {name: body for name, body in self._documents.items() if name not in gone}
        self._documents = kept | {document.id: document.body for document in put}
        self._version += 1
        return self._version

    async def prune(self, *, now: float, limit: int = PRUNE_LIMIT) -> int:
        self._reach("memory.prune")
        return (
            _prune(self._tokens, lambda kept: kept[0] <= now)
            + _prune(self._redeemed, lambda expires_at: expires_at <= now)
            + _prune(self._revoked, lambda expires_at: expires_at <= now)
            + _prune(self.attempts.failures, lambda kept: kept[0] <= now)
            + _prune(self.attempts.trials, lambda expires_at: expires_at <= now)
            + _prune(self.flows.rows, lambda row: row.expires_at <= now)
            + self.sessions.prune(now)
            + _prune(self.codes.rows, lambda kept: kept[0] <= now)
            + self.user_grants.prune(now)
            + _prune(self.logout_notices.rows, lambda row: row.expires_at <= now)
            + _prune(self.references.rows, lambda row: row[1] <= now)
            + _prune(self.device_requests.rows, lambda row: row.expires_at <= now)
        )


def _prune(rows: dict[Key, Row], is_over: Callable[[Row], bool]) -> int:
    over = [key for key, row in rows.items() if is_over(row)]
    for key in over:
        del rows[key]
    return len(over)
