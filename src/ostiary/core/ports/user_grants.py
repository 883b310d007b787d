"""What the core asks of a store about what users granted to clients.

As in `core.ports.stores`. Codes, grants, rotations and consents are stored by
`Issuances.commit`.
"""

from typing import Protocol

from ostiary.core.base.ids import ClientId, GrantId, HandleKey, UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import AuthorizationCode, Consent, UserGrant


class AuthorizationCodes(Protocol):
    """Authorization codes, also for a while after they were spent or too late."""

    async def find(
        self, env: Environment, key: HandleKey, *, now: float
    ) -> tuple[AuthorizationCode, User | None] | None:
        """Return the code kept under `key` until its `kept_until`, spent or not.

        With it comes its user, as the store has one of that id at the same moment, for the same
        reason as that of a grant; None also where the code is from before they were told apart.
        """
        ...


class UserGrants(Protocol):
    """Grants by which clients get tokens for users."""

    async def find(self, env: Environment, grant_id: GrantId, *, now: float) -> UserGrant | None:
        """Return a grant that is neither revoked nor over."""
        ...

    async def find_by_family(
        self, env: Environment, family: bytes, *, now: float
    ) -> tuple[UserGrant, User | None] | None:
        """Return the grant of a refresh token's family, if it is neither revoked nor over.

        With it comes its user, as the store has one of that id at the same moment: whoever asks for
        the one asks for the other next.
        """
        ...

    async def select_of_user(
        self, env: Environment, user_id: UserId, *, now: float, limit: int
    ) -> tuple[UserGrant, ...]:
        """Return grants of a user that are neither revoked nor over, those that last longest."""
        ...

    async def revoke(self, env: Environment, grant_id: GrantId) -> bool:
        """Delete a grant, durably, and tell whether there was one."""
        ...

    async def revoke_of_user(
        self,
        env: Environment,
        user_id: UserId,
        client_id: ClientId | None = None,
        *,
        codes_from: bytes = b"",
    ) -> int:
        """Revoke all grants of a user, or those to one client, with the consents; return how many.

        One step, as `revoke`. It also spends the codes to that one client: of whoever exchanges
        one at the same moment, either the grant is revoked or the exchange refused.
        Args: codes_from is the first code's key that matters; those before are too old.
        """
        ...


class Consents(Protocol):
    """What users allowed clients."""

    async def find(self, env: Environment, user_id: UserId, client_id: ClientId) -> Consent | None:
        """Return what a user allowed a client so far."""
        ...

    async def select_of_user(self, env: Environment, user_id: UserId) -> tuple[Consent, ...]:
        """Return what a user allowed clients, in the order of their ids."""
        ...
