"""One directory behind LDAP, as the server asks it: in threads of its own, and never for long."""

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ostiary.adapters.directories.ldap.deadline import Deadline
from ostiary.adapters.directories.ldap.failures import AskedWrongError, ServerFailedError
from ostiary.adapters.directories.ldap.servers import Servers
from ostiary.adapters.directories.ldap.sessions import Sessions
from ostiary.adapters.directories.ldap.transport import connect, make_context
from ostiary.adapters.directories.ldap.work import Work
from ostiary.adapters.threads import Threads
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import EnvironmentId, UserId
from ostiary.core.crypto.passwords import PasswordCheck, encode
from ostiary.core.model.audit.outbound import DirectoryServerBack, DirectoryServerFailed
from ostiary.core.model.ldap_directory import ConnectionSecurity, LDAPDirectory, LDAPServer
from ostiary.core.model.user import User
from ostiary.core.ports.events import Events
from ostiary.core.ports.users import UserChangedError

RETRY_SECONDS = 15
"""A little more than servers are usually left alone for, and than clients wait by themselves before
they send a request once more: a password that is wrong would be counted each time."""
WAITING_PER_CONNECTION = 4
GRACE_SECONDS = 0.25
"""For so long more a thread may take to say by itself what went wrong."""
T = TypeVar("T")
Job = Callable[[Work, Deadline], T]
WRONG = PasswordCheck(is_right=False)


class RemoteDirectory:
    """Asks one directory; used on the event loop's thread.

    What waits for it is bounded, in number and in time: a directory that hangs holds up whoever
    wants something of it, and nobody else.
    """

    def __init__(
        self, environment: EnvironmentId, directory: LDAPDirectory, events: Events
    ) -> None:
        self._environment = environment
        self._directory = directory
        self._events = events
        self._threads = Threads(directory.connections, f"ldap-{directory.key}")
        self._capacity = directory.connections * (1 + WAITING_PER_CONNECTION)
        self._asking = 0
        self._own = threading.local()
        self._is_retired = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._servers = Servers(
            directory.servers, directory.pause_seconds, time.monotonic, self._report
        )
        is_plain = directory.security is ConnectionSecurity.NONE
        self._context = None if is_plain else make_context(directory.authorities)

    @property
    def configured(self) -> LDAPDirectory:
        """Return what it was made of."""
        return self._directory

    async def find(self, user_id: UserId) -> User | None:
        """Return the user of that id.

        Raises: UnavailableError.
        """
        return await self._ask(lambda work, until: work.find(user_id, until))

    async def find_by_username(self, username: str) -> User | None:
        """Return the user whom a person means by `username`.

        Raises: UnavailableError.
        """
        return await self._ask(lambda work, until: work.find_by_username(username, until))

    async def check_password(self, user: User | None, password: str) -> PasswordCheck:
        """Try a password; what cannot be one never gets to the directory.

        An empty password would let in everybody, and so would one that ends where it begins for
        whoever reads it as C does.
        Spec: RFC 4513 §5.1.2.
        Raises: UnavailableError.
        """
        encoded = encode(password)
        if encoded is None or b"\0" in encoded:
            return WRONG
        user_id, tried = None if user is None else user.id, encoded.decode()
        return await self._ask(lambda work, until: work.check_password(user_id, tried, until))

    async def set_password(
        self, user: User, password: str, current: str | None, *, must_change: bool
    ) -> User:
        """Give a user another password.

        Raises: UnavailableError, UserChangedError, NewPasswordRefusedError; ValueError for what
            cannot be a password.
        """
        new = _checked(password)
        known = None if current is None else _checked(current)
        changed = await self._ask(
            lambda work, until: work.set_password(
                user.id, known, new, until, must_change=must_change
            )
        )
        if changed is None:
            raise UserChangedError
        return changed

    def retire(self) -> None:
        """End the threads, and their connections with them, as soon as nobody waits for them."""
        self._is_retired = True
        if not self._asking:
            self._threads.close()

    async def _ask(self, job: Job[T]) -> T:
        self._loop = asyncio.get_running_loop()
        try:
            self._servers.check()
        except ServerFailedError as error:
            raise _unavailable(self._directory, error.reason) from error
        if self._asking >= self._capacity:
            raise _unavailable(self._directory, "too_many_wait")
        self._asking += 1
        deadline = Deadline(time.monotonic() + self._directory.timeout_seconds, time.monotonic)
        try:
            async with asyncio.timeout(deadline.left() + GRACE_SECONDS):
                return await self._threads.compute(partial(self._do, job, deadline))
        except ServerFailedError as error:
            raise _unavailable(self._directory, error.reason) from error
        except AskedWrongError as error:
            raise _unavailable(self._directory, error.reason) from error
        except TimeoutError as error:
            raise _unavailable(self._directory, "slow") from error
        finally:
            self._asking -= 1
            if self._is_retired and not self._asking:
                self._threads.close()

    def _do(self, job: Job[T], deadline: Deadline) -> T:
        """Do it, in one of the threads."""
        deadline.left()  # whoever has waited too long in the queue is gone
        work: Work | None = getattr(self._own, "work", None)
        if work is None:
            sessions = Sessions(self._directory, self._servers, self._connect)
            work = self._own.work = Work(self._directory, sessions, time.time)
        return job(work, deadline)

    def _connect(self, server: LDAPServer, deadline: Deadline) -> int:
        return connect(server, self._directory.security, self._context, deadline)

    def _report(self, server: LDAPServer, reason: str) -> None:
        """Tell of a server that has failed or is back; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._emit, str(server), reason)

    def _emit(self, server: str, reason: str) -> None:
        environment, key = self._environment, self._directory.key
        if reason:
            self._events.emit(DirectoryServerFailed(environment, key, server, reason))
        else:
            self._events.emit(DirectoryServerBack(environment, key, server))


def _checked(password: str) -> str:
    encoded = encode(password)
    if encoded is None or b"\0" in encoded:
        raise ValueError("cannot be a password")
    return encoded.decode()


def _unavailable(directory: LDAPDirectory, reason: str) -> UnavailableError:
    return UnavailableError(
        "The directory of users cannot be asked now; try again.",
        retry_after_seconds=RETRY_SECONDS,
        directory=directory.key,
        reason=reason,
    )
