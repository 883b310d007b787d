"""Users that a configuration names: made when they are absent, left alone when they are there."""

from collections.abc import Iterable
from dataclasses import dataclass

from ostiary.core.admin.new_users import build_user
from ostiary.core.admin.wanted_users import WantedUser
from ostiary.core.base.clock import Clock
from ostiary.core.base.usernames import username_key
from ostiary.core.configuration.problems import render_path
from ostiary.core.model.audit.accounts import UserAdded
from ostiary.core.model.environment import Environment
from ostiary.core.model.snapshot import Snapshot
from ostiary.core.ports.password_hashing import PasswordHashing
from ostiary.core.ports.users import UsernameTakenError, Users

SOURCE = "configuration"


def describe_absent(absent: Iterable[WantedUser]) -> tuple[str, ...]:
    """Return one line for each user that would be made, as a plan has them."""
    return tuple(f"+ {render_path(user.path)}" for user in absent)


@dataclass(frozen=True, slots=True)
class ConfiguredUsers:
    """Looks for the users of a configuration, and makes those that are absent."""

    users: Users
    hashing: PasswordHashing
    clock: Clock

    async def find_absent(
        self, snapshot: Snapshot, wanted: Iterable[WantedUser]
    ) -> tuple[WantedUser, ...]:
        """Return the users that are not there, neither under their name nor under their id.

        Args: snapshot is the configuration in which they shall live, stored already or not.
        Raises: UnavailableError.
        """
        return tuple(
            [
                user
                for user in wanted
                if not await self._is_there(snapshot.environments[user.environment], user)
            ]
        )

    async def add(self, snapshot: Snapshot, absent: Iterable[WantedUser]) -> tuple[UserAdded, ...]:
        """Make users, and return what happened, to be recorded.

        One that somebody else has made meanwhile is left alone like any that is there.
        Raises: UnavailableError.
        """
        added: list[UserAdded] = []
        for wanted in absent:
            env = snapshot.environments[wanted.environment]
            try:
                user = await build_user(env, wanted.new, self.hashing, now=self.clock.now())
                await self.users.create(env, [user])
            except UsernameTakenError:
                continue
            added.append(UserAdded(env.id, wanted.id, SOURCE))
        return tuple(added)

    async def _is_there(self, env: Environment, user: WantedUser) -> bool:
        return (
            await self.users.find_by_name(env, username_key(user.new.username)) is not None
            or await self.users.find(env, user.id) is not None
        )
