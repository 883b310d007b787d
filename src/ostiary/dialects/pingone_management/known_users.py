"""The user that a path names, for whoever may see or change it."""

from dataclasses import dataclass

from ostiary.core.admin.callers import Caller
from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.base.ids import UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.permission import Permission
from ostiary.core.model.user import User
from ostiary.dialects.pingone_management.access import Access
from ostiary.dialects.pingone_management.errors import absent
from ostiary.http.message import Request

USER_VARIABLE = "userId"


@dataclass(frozen=True, slots=True)
class Found:
    """A user that a caller may see, and who that caller is."""

    env: Environment
    caller: Caller
    user: User


@dataclass(frozen=True, slots=True)
class KnownUsers:
    """Finds the user of a path, for whoever may see it."""

    access: Access
    users: UserAdministration

    async def find(self, request: Request, *needed: Permission) -> Found:
        """Return user, environment and caller of a request.

        Raises: as `Access.admit`; HTTPError 404 for a user that is not there, or not for this
            caller.
        """
        user_id = UserId(request.path_values[USER_VARIABLE])
        env, caller = await self.access.admit(request, *needed, about=user_id)
        user = await self.users.directory.find(env, user_id)
        if user is None or not caller.reaches(user.population):
            raise absent()
        return Found(env, caller, user)

    async def find_managed(self, request: Request) -> Found:
        """Return a user for what nobody does to oneself.

        Raises: as `find`.
        """
        found = await self.find(request, Permission.WRITE_USERS)
        if found.caller.user_id is not None:
            raise self.access.forbid(found.env, found.caller)
        return found
