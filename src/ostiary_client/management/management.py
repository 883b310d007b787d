"""An environment as programs manage it."""

from collections.abc import AsyncIterator, Iterator

from ostiary_client.management import async_calls, calls
from ostiary_client.management.caller import AsyncCaller, Caller
from ostiary_client.management.directory_operations import (
    ApplicationOperations,
    EnvironmentOperations,
    PopulationOperations,
)
from ostiary_client.management.filters import Filter
from ostiary_client.management.place import ManagedEnvironment
from ostiary_client.management.resources import Environment, PasswordPolicy
from ostiary_client.management.user_operations import (
    PasswordOperations,
    SessionOperations,
    UserOperations,
)


class Management:
    """An environment with PingOne's management API: PingOne's own, or Ostiary's.

    It is made by `Client.management`; its tokens are the client's, kept and renewed like all of
    them.

        from ostiary_client import Client
        from ostiary_client.management import where

        with Client(
            "https://localhost:9031/00000000-0000-4000-8000-000000000002",
            client_id="00000000-0000-4000-8000-0000000000a1",
            client_secret="worker-secret",
        ) as client:
            customers = client.management()
            for user in customers.users.list(where("username").starts_with("j")):
                print(user.username, user.email)

    Raises: every call a ManagementError by its kind, such as PermissionMissingError; as
        `Client.token`.
    """

    users: calls.Users
    passwords: calls.Passwords
    sessions: calls.UserSessions
    populations: calls.Populations
    applications: calls.Applications

    def __init__(self, environment: ManagedEnvironment, caller: Caller) -> None:
        self._place, self._caller = environment, caller
        self._calls = EnvironmentOperations(environment)
        self.users = calls.Users(UserOperations(environment), caller)
        self.passwords = calls.Passwords(PasswordOperations(environment), caller)
        self.sessions = calls.UserSessions(SessionOperations(environment), caller)
        self.populations = calls.Populations(PopulationOperations(environment), caller)
        self.applications = calls.Applications(ApplicationOperations(environment), caller)

    def environment(self) -> Environment:
        """Return the environment itself."""
        return self._caller.call(self._calls.get())

    def environments(self, wanted: Filter | None = None) -> Iterator[Environment]:
        """Yield the environments that the client may see."""
        return self._caller.each(self._calls.page(wanted))

    def password_policies(self) -> Iterator[PasswordPolicy]:
        """Yield what new passwords must be."""
        return self._caller.each(self._calls.policies())

    def password_policy(self, id: str) -> PasswordPolicy:
        """Return a password policy."""
        return self._caller.call(self._calls.policy(id))

    def __repr__(self) -> str:
        return f"Management({self._place.url('')!r})"


class AsyncManagement:
    """`Management`, awaited; collections are iterated with `async for`."""

    users: async_calls.AsyncUsers
    passwords: async_calls.AsyncPasswords
    sessions: async_calls.AsyncUserSessions
    populations: async_calls.AsyncPopulations
    applications: async_calls.AsyncApplications

    def __init__(self, environment: ManagedEnvironment, caller: AsyncCaller) -> None:
        self._place, self._caller = environment, caller
        self._calls = EnvironmentOperations(environment)
        self.users = async_calls.AsyncUsers(UserOperations(environment), caller)
        self.passwords = async_calls.AsyncPasswords(PasswordOperations(environment), caller)
        self.sessions = async_calls.AsyncUserSessions(SessionOperations(environment), caller)
        self.populations = async_calls.AsyncPopulations(PopulationOperations(environment), caller)
        self.applications = async_calls.AsyncApplications(
            ApplicationOperations(environment), caller
        )

    async def environment(self) -> Environment:
        """Return the environment itself."""
        return await self._caller.call(self._calls.get())

    def environments(self, wanted: Filter | None = None) -> AsyncIterator[Environment]:
        """Yield the environments that the client may see."""
        return self._caller.each(self._calls.page(wanted))

    def password_policies(self) -> AsyncIterator[PasswordPolicy]:
        """Yield what new passwords must be."""
        return self._caller.each(self._calls.policies())

    async def password_policy(self, id: str) -> PasswordPolicy:
        """Return a password policy."""
        return await self._caller.call(self._calls.policy(id))

    def __repr__(self) -> str:
        return f"AsyncManagement({self._place.url('')!r})"
