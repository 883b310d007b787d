"""The end of all that a user and its clients have: sessions, grants and consents."""

from dataclasses import dataclass

from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import UserId
from ostiary.core.model.environment import Environment
from ostiary.core.ports.sessions import Sessions
from ostiary.core.ports.user_grants import UserGrants


class AccessLeftError(Exception):
    """The store failed while what a user had was being removed; the change itself may be stored."""

    def __init__(self) -> None:
        super().__init__(
            "the store failed before all sessions and grants of the user were removed; "
            "run the command again"
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """How many of a user's sessions and grants ended."""

    sessions: int = 0
    grants: int = 0

    def __add__(self, other: "Ended") -> "Ended":
        return Ended(self.sessions + other.sessions, self.grants + other.grants)


async def end_access(
    env: Environment, user_id: UserId, user_grants: UserGrants, sessions: Sessions
) -> Ended:
    """End it, grants first: those that end with a session would go uncounted.

    Raises: AccessLeftError.
    """
    try:
        grants = await user_grants.revoke_of_user(env, user_id)
        return Ended(await sessions.end_of_user(env, user_id), grants)
    except UnavailableError as error:
        raise AccessLeftError from error
