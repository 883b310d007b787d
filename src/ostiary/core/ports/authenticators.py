"""What the core asks of a store about authenticators.

As in `core.ports.stores`: the environment comes first, a store that cannot answer raises
`UnavailableError`.
"""

from typing import Protocol

from ostiary.core.base.ids import AuthenticatorId, UserId
from ostiary.core.model.authenticator import Authenticator
from ostiary.core.model.environment import Environment


class AuthenticatorChangedError(Exception):
    """Somebody else changed or removed the authenticator first; read it again."""

    def __init__(self) -> None:
        super().__init__("somebody else has changed this authenticator meanwhile; try again")


class AuthenticatorTakenError(Exception):
    """The environment has this authenticator already: its id, or a passkey's credential id."""

    def __init__(self) -> None:
        super().__init__("this authenticator is there already")


class Authenticators(Protocol):
    """The authenticators of users; a user that is deleted takes its own along."""

    async def select(self, env: Environment, user_id: UserId) -> tuple[Authenticator, ...]:
        """Return a user's authenticators: the default one first, then the oldest first."""
        ...

    async def find(
        self, env: Environment, authenticator_id: AuthenticatorId
    ) -> Authenticator | None:
        """Return the authenticator of that id, or None."""
        ...

    async def find_by_credential(
        self, env: Environment, credential_id: bytes
    ) -> Authenticator | None:
        """Return the passkey of that credential id, or None."""
        ...

    async def add(self, env: Environment, authenticator: Authenticator) -> None:
        """Store a new authenticator.

        Raises: AuthenticatorTakenError.
        """
        ...

    async def save(
        self, env: Environment, authenticator: Authenticator, *, expected_version: int
    ) -> Authenticator:
        """Store a changed authenticator and return it with its new version.

        Raises: AuthenticatorChangedError when it is not at `expected_version`: what was used
            once, a recovery code or the code of one time, is so by one caller only.
        """
        ...

    async def remove(self, env: Environment, authenticator_id: AuthenticatorId) -> bool:
        """Remove an authenticator, and tell whether there was one."""
        ...
