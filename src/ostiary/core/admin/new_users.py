"""New users, wherever they come from: the configuration, a command, a file, an API."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ostiary.core.base.ids import UserId, mint_uuid
from ostiary.core.base.secret import Secret
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import DEFAULT_POPULATION, User, UserPassword
from ostiary.core.ports.password_hashing import PasswordHashing


@dataclass(frozen=True, slots=True)
class NewUser:
    """What is known of a user before it is made.

    Args:
        id: None for a new one.
        password: in plain text, to be hashed; `password_hash` may stand instead of it.
        must_change_password: the password is good only for choosing another one.
    """

    username: str
    id: UserId | None = None
    population: str = DEFAULT_POPULATION
    enabled: bool = True
    attributes: Mapping[str, object] = field(default_factory=dict, repr=False)
    password: Secret[str] | None = None
    password_hash: Secret[str] | None = None
    must_change_password: bool = False


async def build_user(
    env: Environment, new: NewUser, hashing: PasswordHashing, *, now: float
) -> User:
    """Return the user that a new one becomes, its password hashed.

    Raises: UnavailableError; ValueError for what cannot be a password.
    """
    return User(
        id=new.id or UserId(mint_uuid()),
        username=new.username,
        population=new.population,
        attributes=new.attributes,
        enabled=new.enabled,
        password=await _build_password(env, new, hashing, now),
        created_at=now,
        updated_at=now,
    )


async def _build_password(
    env: Environment, new: NewUser, hashing: PasswordHashing, now: float
) -> UserPassword | None:
    if new.password is not None:
        kept = await hashing.make_hash(new.password.reveal())
    elif new.password_hash is not None:
        kept = new.password_hash.reveal()
    else:
        return None
    max_age = env.passwords.max_age_seconds
    return UserPassword(
        kept,
        changed_at=now,
        must_change=new.must_change_password,
        expires_at=None if max_age is None else now + max_age,
    )
