"""`ostiary user`: add, list, show, unlock, disable and delete users, set their passwords."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from ostiary.core.admin.new_users import NewUser
from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.base.secret import Secret
from ostiary.core.base.usernames import username_key
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Failures
from ostiary.core.model.user import User
from ostiary.main.commands.document import show_document
from ostiary.main.commands.table import show_table
from ostiary.main.commands.user_work import run

ReadPassword = Callable[[], str | None]
_HEADINGS = ("USERNAME", "ID", "POPULATION", "STATE", "PASSWORD")


def add(  # noqa: PLR0913 - one parameter an option
    config: Path,
    environment: str | None,
    username: str,
    read_password: ReadPassword,
    *,
    population: str,
    attributes: Mapping[str, str],
    enabled: bool = True,
    must_change: bool = False,
    allow_weak: bool = False,
    as_json: bool = False,
) -> int:
    """Make a user."""

    async def work(users: UserAdministration, env: Environment, given: str | None) -> int:
        new = NewUser(
            username=username.strip(),
            population=population,
            enabled=enabled,
            attributes=attributes,
            password=None if given is None else Secret(given),
            must_change_password=must_change,
        )
        return _report(await users.add(env, new, allow_weak=allow_weak), "added", as_json=as_json)

    return run(config, environment, work, read_password)


def set_password(  # noqa: PLR0913 - one parameter an option
    config: Path,
    environment: str | None,
    username: str,
    read_password: ReadPassword,
    *,
    must_change: bool = False,
    allow_weak: bool = False,
    as_json: bool = False,
) -> int:
    """Give a user another password; it is unlocked with that."""

    async def work(users: UserAdministration, env: Environment, given: str | None) -> int:
        user = await users.set_password(
            env,
            await users.get(env, username),
            given or "",
            must_change=must_change,
            allow_weak=allow_weak,
        )
        return _report(user, "has a new password", as_json=as_json)

    return run(config, environment, work, read_password)


def set_enabled(
    config: Path, environment: str | None, username: str, *, enabled: bool, as_json: bool = False
) -> int:
    """Let a user sign on, or let it not."""

    async def work(users: UserAdministration, env: Environment, _: str | None) -> int:
        user = await users.set_enabled(env, await users.get(env, username), enabled=enabled)
        return _report(user, "enabled" if enabled else "disabled", as_json=as_json)

    return run(config, environment, work)


def unlock(config: Path, environment: str | None, username: str, *, as_json: bool = False) -> int:
    """Forget a user's failed attempts."""
    return _simply(config, environment, username, UserAdministration.unlock, "unlocked", as_json)


def delete(config: Path, environment: str | None, username: str, *, as_json: bool = False) -> int:
    """Delete a user."""
    return _simply(config, environment, username, UserAdministration.delete, "deleted", as_json)


def show(config: Path, environment: str | None, username: str, *, as_json: bool = False) -> int:
    """Print what is known of a user, but for its password."""

    async def work(users: UserAdministration, env: Environment, _: str | None) -> int:
        user = await users.get(env, username)
        failures = await users.failures_of(env, user)
        document = {**_describe(user), **_describe_failures(failures, users.clock.now())}
        if as_json:
            show_document(document)
        else:
            show_table([(f"{name}:", _text(value)) for name, value in document.items()])
        return 0

    return run(config, environment, work)


def list_users(
    config: Path,
    environment: str | None,
    *,
    after: str | None = None,
    limit: int = 100,
    as_json: bool = False,
) -> int:
    """Print users in the order of their names."""

    async def work(users: UserAdministration, env: Environment, _: str | None) -> int:
        key = None if after is None else username_key(after)
        found = await users.directory.select(env, after=key, limit=limit)
        if as_json:
            show_document({"users": [_describe(user) for user in found]})
        else:
            show_table([_HEADINGS, *map(_row, found)])
        return 0

    return run(config, environment, work)


def _simply(  # noqa: PLR0913, PLR0917 - it is called by the two above alone
    config: Path,
    environment: str | None,
    username: str,
    do: Callable[[UserAdministration, Environment, User], Awaitable[None]],
    done: str,
    as_json: bool,  # noqa: FBT001 - as above
) -> int:
    async def work(users: UserAdministration, env: Environment, _: str | None) -> int:
        user = await users.get(env, username)
        await do(users, env, user)
        return _report(user, done, as_json=as_json)

    return run(config, environment, work)


def _report(user: User, done: str, *, as_json: bool) -> int:
    if as_json:
        show_document({"done": done, "user": _describe(user)})
    else:
        sys.stdout.write(f"{user.username} ({user.id}): {done}\n")
    return 0


def _describe(user: User) -> dict[str, object]:
    return {
        "username": user.username,
        "id": user.id,
        "population": user.population,
        "enabled": user.enabled,
        "password": _state(user),
        "attributes": dict(user.attributes),
        "created_at": user.created_at,
        "updated_at": user.updated_at,
        "version": user.version,
    }


def _describe_failures(failures: Failures, now: float) -> dict[str, object]:
    is_locked = failures.locked_until > now
    return {
        "failures": failures.failures,
        "locked_until": failures.locked_until if is_locked else None,
    }


def _state(user: User) -> str:
    if user.password is None:
        return "none"
    return "to be changed" if user.password.must_change else "set"


def _row(user: User) -> tuple[str, ...]:
    state = "enabled" if user.enabled else "disabled"
    return user.username, user.id, user.population, state, _state(user)


def _text(value: object) -> str:
    match value:
        case None:
            return "no"
        case bool():
            return "yes" if value else "no"
        case float():
            return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds")
        case dict():
            return ", ".join(f"{name} = {inner}" for name, inner in value.items()) or "none"
        case _:
            return str(value)
