"""Users as programs send them: new ones, imported ones, and changes."""

from dataclasses import dataclass
from typing import Any

from ostiary.core.admin.new_users import NewUser
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.passwords import PasswordHashRefusedError, read_hash
from ostiary.core.model.user import User
from ostiary.dialects.pingone_management.bodies import Body
from ostiary.dialects.pingone_management.errors import missing
from ostiary.dialects.pingone_management.user_profile import NAMES, Change, read_profile
from ostiary.dialects.pingone_management.user_wire import READ_ONLY

_KNOWN = READ_ONLY | NAMES | {"username", "population", "enabled"}
_KNOWN_OF_PASSWORD = frozenset({"value", "forceChange"})
_ACCOUNT_OK = "ACCOUNT_OK"
MAX_PASSWORD_CHARACTERS = 1024


@dataclass(frozen=True, slots=True)
class UserChange:
    """What a body wants of a user.

    Args:
        username, population, enabled: None where it says nothing of them.
        population: by its id.
    """

    username: str | None
    population: str | None
    enabled: bool | None
    profile: Change


def read_change(body: Body, *, is_whole: bool) -> UserChange:
    """Read a change; one that is whole replaces all that is known of the person.

    Raises: DataError.
    """
    body.refuse_unknown(_KNOWN)
    population = body.inner("population")
    change = UserChange(
        username=_read_username(body, is_required=is_whole),
        population=None if population is None else population.text("id", is_required=True),
        enabled=body.flag("enabled"),
        profile=read_profile(body, is_whole=is_whole),
    )
    body.check()
    return change


def read_new_user(body: Body, population: str, *, is_import: bool) -> NewUser:
    """Read a user to be made.

    Args:
        population: the key of the one it belongs to.
        is_import: it may bring a password, or the hash of one.
    Raises: DataError.
    """
    body.refuse_unknown(_KNOWN | {"password"})
    attributes: dict[str, object] = {}
    read_profile(body, is_whole=False)(attributes)
    enabled = body.flag("enabled")
    new = NewUser(
        username=_read_username(body, is_required=True) or "",
        population=population,
        enabled=enabled is not False,
        attributes=attributes,
        **_read_password(body, is_import=is_import),
    )
    body.check()
    return new


def read_population(body: Body) -> str | None:
    """Return the id of the population that a body names, None without one."""
    population = body.inner("population")
    return None if population is None else population.text("id", is_required=True)


def apply_profile(user: User, change: UserChange) -> dict[str, object]:
    """Return a user's attributes after a change."""
    attributes = dict(user.attributes)
    change.profile(attributes)
    return attributes


def _read_username(body: Body, *, is_required: bool) -> str | None:
    if "username" in body and body.members["username"] in (None, ""):
        body.problems.append(missing("username"))
        return None
    username = body.text("username", is_required=is_required, max_characters=256)
    return None if username is None else username.strip()


def _read_password(body: Body, *, is_import: bool) -> dict[str, Any]:
    password = body.inner("password")
    if password is None:
        return {}
    if not is_import:
        body.refuse("password", "Users are imported with a password by another content type.")
        return {}
    password.refuse_unknown(_KNOWN_OF_PASSWORD)
    value = password.text("value", is_required=True, max_characters=MAX_PASSWORD_CHARACTERS)
    _check_lifecycle(body)
    read: dict[str, Any] = {"must_change_password": password.flag("forceChange") is True}
    if value is not None and _is_hash(password, value):
        return {**read, "password_hash": Secret(value)}
    return read if value is None else {**read, "password": Secret(value)}


def _is_hash(password: Body, value: str) -> bool:
    """Tell whether a password comes hashed; what looks like a hash and is none we know is refused.

    Nobody chooses such a text; taken for the password itself it would let in whoever saw the hash.
    """
    if not (value.startswith("$") or (value.startswith("{") and "}" in value)):
        return False
    try:
        read_hash(value)
    except PasswordHashRefusedError as refused:
        password.refuse("value", f"The password hash {refused}.")
    return True


def _check_lifecycle(body: Body) -> None:
    lifecycle = body.inner("lifecycle")
    status = None if lifecycle is None else lifecycle.text("status")
    if lifecycle is not None and status not in (None, _ACCOUNT_OK):
        lifecycle.refuse("status", "Is not supported.", allowedValues=[_ACCOUNT_OK])
