"""What every store backend is: the core's ports, and a life that `main` leads it through."""

from collections.abc import Callable
from typing import Protocol

from ostiary.core.base.errors import UnavailableError
from ostiary.core.ports.authenticators import Authenticators
from ostiary.core.ports.configuration import Configurations
from ostiary.core.ports.device_requests import DeviceRequests
from ostiary.core.ports.flows import Flows
from ostiary.core.ports.logout import LogoutNotices
from ostiary.core.ports.references import References
from ostiary.core.ports.sessions import Sessions
from ostiary.core.ports.stores import AccessTokens, Issuances
from ostiary.core.ports.user_grants import AuthorizationCodes, Consents, UserGrants
from ostiary.core.ports.users import PasswordAttempts, Users

PRUNE_LIMIT = 1000
"""Rows that one transaction of a clean-up deletes at most."""
Reach = Callable[[str], None]
"""Told the name of each fault point that is reached; a test raises or ends the process there."""


class StoreRefusedError(Exception):
    """This store must not be run on; the message tells the operator why, and what to do."""


class SchemaNewerError(StoreRefusedError):
    """The stored schema was made by a newer version than this one."""


class StoreBackend(Issuances, AccessTokens, Configurations, Protocol):
    """One store.

    A reference token or redemption whose time is over counts as absent, whether or not it was
    cleaned up. A redemption that is over already when it is committed is refused like a spent one:
    nothing would remember it. So is a reference token under a key that is taken.
    """

    @property
    def users(self) -> Users:
        """Return the users that it keeps."""
        ...

    @property
    def authenticators(self) -> Authenticators:
        """Return what users prove themselves with beside a password."""
        ...

    @property
    def attempts(self) -> PasswordAttempts:
        """Return the counts of attempts to sign on."""
        ...

    @property
    def flows(self) -> Flows:
        """Return the flows that somebody is in."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Return the sessions of browsers."""
        ...

    @property
    def codes(self) -> AuthorizationCodes:
        """Return the authorization codes."""
        ...

    @property
    def user_grants(self) -> UserGrants:
        """Return what users granted to clients."""
        ...

    @property
    def consents(self) -> Consents:
        """Return what users allowed clients."""
        ...

    @property
    def logout_notices(self) -> LogoutNotices:
        """Return who is to be told that a session is over."""
        ...

    @property
    def references(self) -> References:
        """Return attributes that wait to be fetched."""
        ...

    @property
    def device_requests(self) -> DeviceRequests:
        """Return what programs without a browser asked for."""
        ...

    @property
    def allows_several_workers(self) -> bool:
        """Tell whether several processes may serve from it at once."""
        ...

    async def open(self) -> None:
        """Connect. After a failure it may be called again.

        Raises: UnavailableError when it is down, StoreRefusedError (SchemaNewerError) when it must
        not be run on. A schema that is missing or older is no failure: see `schema_revision`.
        """
        ...

    async def schema_revision(self) -> str | None:
        """Return the stored schema's revision, None for an empty store.

        Anything but `revisions.HEAD` wants `migrate` first. Raises: UnavailableError.
        """
        ...

    async def migrate(self) -> None:
        """Bring the schema to `revisions.HEAD`, under a lock; a store that is there stays as is.

        Raises: SchemaNewerError, UnavailableError.
        """
        ...

    async def ping(self) -> None:
        """Ask the store for a sign of life.

        Raises: UnavailableError.
        """
        ...

    async def check_room(self) -> None:
        """Refuse when the last write found no room on a disk of ours, and another one does not.

        The disk of a database server is that server's to watch.
        Raises: UnavailableError.
        """
        ...

    async def prune(self, *, now: float, limit: int = PRUNE_LIMIT) -> int:
        """Delete what is over, in every environment, and return how many rows that were.

        Args: limit is the most rows of one transaction; there are as many as it takes.
        Raises: UnavailableError.
        """
        ...

    async def close(self) -> None:
        """Finish what was accepted, then let go of everything."""
        ...


def unhooked(point: str) -> None:
    """Do nothing at a fault point: what every process but a test does."""


def unavailable(reason: str) -> UnavailableError:
    """Say to a caller that the store cannot answer; `reason` is for the event log."""
    return UnavailableError(
        "The server cannot answer now; try again.", retry_after_seconds=1, store=reason
    )
