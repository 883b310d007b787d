"""The memory backend: reference for the others, store of tests; a restart forgets everything."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ostiary.adapters.stores import memory_users
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
from ostiary.core.ports.stores import AlreadyRedeemedError

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
)


class MemoryStore:
    """Keeps everything in dictionaries of one process; nothing here ever suspends."""

    allows_several_workers = False

    def __init__(self, *, reach: Reach = unhooked) -> None:
        self._reach = reach
        self._tokens: dict[tuple[EnvironmentId, HandleKey], tuple[float, bytes]] = {}
        self._redeemed: dict[tuple[EnvironmentId, str, bytes], float] = {}
        self._revoked: dict[tuple[EnvironmentId, TokenId], float] = {}
        self._documents: dict[DocumentId, bytes] = {}
        self._version = 0
        self.users = memory_users.MemoryUsers(reach)
        self.attempts = memory_users.MemoryAttempts(reach, self.users)

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
        if (
            len(redeemed) < len(issuance.redeems)
            or len(tokens) < len(issuance.reference_tokens)
            or any(expires_at <= now for expires_at in redeemed.values())
            or any(self._redeemed.get(key, now) > now for key in redeemed)
            or not self._tokens.keys().isdisjoint(tokens)
        ):
            raise AlreadyRedeemedError
        self._reach("memory.commit")
        self._redeemed.update(redeemed)
        self._tokens.update(tokens)

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
        )


def _prune(rows: dict[Key, Row], is_over: Callable[[Row], bool]) -> int:
    over = [key for key, row in rows.items() if is_over(row)]
    for key in over:
        del rows[key]
    return len(over)
