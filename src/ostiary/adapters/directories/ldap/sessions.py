"""The connections of one thread: one that is signed on as the service, one that tries passwords."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from ostiary.adapters.directories.ldap.deadline import Deadline
from ostiary.adapters.directories.ldap.failures import ServerFailedError
from ostiary.adapters.directories.ldap.servers import Servers
from ostiary.adapters.directories.ldap.session import Session
from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.ldap_directory import LDAPDirectory, LDAPServer

T = TypeVar("T")
Work: TypeAlias = Callable[[Session, Deadline], T]


@dataclass(slots=True)
class _Open:
    server: LDAPServer
    session: Session


@dataclass(slots=True)
class Sessions:
    """Opens connections when they are needed, and again when they have ended; for one thread.

    Args: connect: opens a socket to a server.
    """

    directory: LDAPDirectory
    servers: Servers
    connect: Callable[[LDAPServer, Deadline], int]
    _open: dict[bool, _Open] = field(default_factory=dict)
    """By whether it is the service's."""

    def as_service(self, work: Work[T], deadline: Deadline, *, once: bool = False) -> T:
        """Do something on a connection that is signed on as the service.

        Args: once: it may not be done a second time, whatever became of the first.
        Raises: ServerFailedError, AskedWrongError.
        """
        return self._do(work, deadline, is_service=True, once=once)

    def as_anybody(self, work: Work[T], deadline: Deadline, *, once: bool = False) -> T:
        """Do something on a connection that begins by signing somebody on.

        Args: once: see `as_service`.
        Raises: ServerFailedError, AskedWrongError.
        """
        return self._do(work, deadline, is_service=False, once=once)

    def close(self) -> None:
        """End the connections."""
        for is_service in tuple(self._open):
            self._drop(is_service=is_service)

    def _do(self, work: Work[T], deadline: Deadline, *, is_service: bool, once: bool) -> T:
        usable = self.servers.usable()
        failure = ServerFailedError("paused")
        for number, server in enumerate(usable):
            until, has_begun = deadline.share(len(usable) - number), False
            try:
                if once:
                    session = self._begin(server, until, is_service=is_service)
                    has_begun = True
                    done = work(session, until)
                else:
                    done = self._at(server, work, until, is_service=is_service)
            except ServerFailedError as error:
                self._drop(is_service=is_service)
                self.servers.failed(server, error.reason)
                failure = error
                if has_begun:
                    break
            else:
                self.servers.answered(server)
                return done
        raise failure

    def _at(self, server: LDAPServer, work: Work[T], deadline: Deadline, *, is_service: bool) -> T:
        """Do it at one server, on the connection that is there if it still is.

        One that has ended, or that something on the way has forgotten, is opened once more.
        """
        kept = self._open.get(is_service)
        if kept is not None and kept.server == server:
            with suppress(ServerFailedError):
                return work(kept.session, deadline.share(2))
        return work(self._begin(server, deadline, is_service=is_service), deadline)

    def _begin(self, server: LDAPServer, deadline: Deadline, *, is_service: bool) -> Session:
        """Open a connection in the place of the one before."""
        self._drop(is_service=is_service)
        session = Session(self.connect(server, deadline))
        self._open[is_service] = _Open(server, session)
        if is_service:
            self._sign_on(session, deadline)
        return session

    def _sign_on(self, session: Session, deadline: Deadline) -> None:
        dn, password = self.directory.bind_dn, self.directory.bind_password
        if not dn:
            return
        check: PasswordCheck = session.bind(dn, password, deadline, may_choose=False)
        if not check.is_right:
            raise ServerFailedError("service_bind")

    def _drop(self, *, is_service: bool) -> None:
        kept = self._open.pop(is_service, None)
        if kept is not None:
            kept.session.close()
