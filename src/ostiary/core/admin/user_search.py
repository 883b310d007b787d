"""Users looked for by a filter."""

from collections.abc import Callable
from dataclasses import dataclass

from ostiary.core.base.ids import UserId
from ostiary.core.base.mail_addresses import is_mail_address
from ostiary.core.formats.scim_filter import Filter, demanded
from ostiary.core.formats.scim_matching import Find, matches
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.users import UserPage

_USERNAME, _ID, _EMAIL = "username", "id", "email"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which users are looked for.

    Args:
        part: the filter that holds of them; None for every user.
        reader_of: returns what reads a user's attributes for the filter.
        populations: keys of those whose users alone are looked for; None for all.
    """

    part: Filter | None
    reader_of: Callable[[User], Find]
    populations: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class UserSearch:
    """Finds users; whom a filter names by username, id or e-mail address is looked up.

    All others are looked at.
    """

    directory: Directory

    async def find(
        self,
        env: Environment,
        wanted: Wanted,
        *,
        after: UserId | None,
        limit: int,
    ) -> UserPage:
        """Return the next users that are wanted, and count all of them.

        Raises: UnavailableError.
        """
        part, populations = wanted.part, wanted.populations

        def is_wanted(user: User) -> bool:
            is_within = populations is None or user.population in populations
            return is_within and (part is None or matches(part, wanted.reader_of(user)))

        if part is None and populations is None:
            return await self.directory.search(env, matches=None, after=after, limit=limit)
        named = None if part is None else await self._find_named(env, part)
        if named is None:
            address = None if part is None else _find_address(part)
            return await self.directory.search(
                env, matches=is_wanted, address=address, after=after, limit=limit
            )
        found = tuple(filter(is_wanted, named))
        behind = tuple(user for user in found if after is None or user.id > after)
        return UserPage(behind[:limit], len(found), is_last=True)

    async def _find_named(self, env: Environment, part: Filter) -> tuple[User, ...] | None:
        """Return whom a filter names, None when it may hold of others."""
        username, id = demanded(part, _USERNAME), demanded(part, _ID)
        if username is not None:
            found = await self.directory.find_by_username(env, username)
        elif id is not None:
            found = await self.directory.find(env, UserId(id.lower()))
        else:
            return None
        return () if found is None else (found,)


def _find_address(part: Filter) -> str | None:
    """Return the address that whoever a filter holds of must have, None for no usable one."""
    address = demanded(part, _EMAIL)
    return address if address is not None and is_mail_address(address) else None
