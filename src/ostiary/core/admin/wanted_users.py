"""What a configuration wants of its users, their first passwords fetched from their place."""

from dataclasses import dataclass

from ostiary.core.admin.new_users import NewUser
from ostiary.core.base.ids import EnvironmentId, UserId
from ostiary.core.base.secret import Secret
from ostiary.core.configuration import implied
from ostiary.core.configuration.problems import Path
from ostiary.core.configuration.schema import Configuration, UserSettings
from ostiary.core.configuration.secret_sources import Surroundings, resolve


@dataclass(frozen=True, slots=True)
class WantedUser:
    """One user that shall be there.

    Args:
        path: where the configuration names it.
    """

    environment: EnvironmentId
    path: Path
    id: UserId
    new: NewUser


def want_users(configuration: Configuration, surroundings: Surroundings) -> tuple[WantedUser, ...]:
    """Return every user that a checked configuration names.

    Raises: SecretUnavailableError.
    """
    wanted: list[WantedUser] = []
    for key, environment in configuration.environments.items():
        environment_id = EnvironmentId(implied.environment_id(key, environment))
        for name, user in environment.users.items():
            path = ("environments", key, "users", name)
            id = UserId(implied.user_id(key, name, user))
            new = _describe(id, name, user, surroundings)
            wanted.append(WantedUser(environment_id, path, id, new))
    return tuple(wanted)


def _describe(id: UserId, name: str, user: UserSettings, surroundings: Surroundings) -> NewUser:
    return NewUser(
        username=name,
        id=id,
        population=user.population,
        enabled=user.enabled,
        attributes=user.attributes,
        password=resolve(user.password, surroundings) if user.password else None,
        password_hash=Secret(user.password_hash) if user.password_hash else None,
        must_change_password=user.must_change_password,
    )
