"""`ostiary user`: add, list, show, unlock, disable and delete users, set their passwords."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from ostiary.core.admin.new_users import NewUser
from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.base.secret import Secret
from ostiary.core.base.usernames import username_key
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Failures
from ostiary.core.model.user import User
from ostiary.core.signon.ended_access import Ended
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
        changed = await users.set_password(
            env,
            await users.get(env, username),
            given or "",
            must_change=must_change,
            allow_weak=allow_weak,
        )
        return _report(changed.user, "has a new password", changed.ended, as_json=as_json)

    return run(config, environment, work, read_password)


def set_enabled(
    config: Path, environment: str | None, username: str, *, enabled: bool, as_json: bool = False
) -> int:
    """Let a user sign on, or let it not."""

    async def work(users: UserAdministration, env: Environment, _: str | None) -> int:
        changed = await users.set_enabled(env, await users.get(env, username), enabled=enabled)
        done = "enabled" if enabled else "disabled"
        return _report(changed.user, done, None if enabled else changed.ended, as_json=as_json)

    return run(config, environment, work)


def unlock(config: Path, environment: str | None, username: str, *, as_json: bool = False) -> int:
    """Forget a user's failed attempts."""

    async def work(users: UserAdministration, env: Environment, _: str | None) -> int:
        user = await users.get(env, username)
        await users.unlock(env, user)
        return _report(user, "unlocked", as_json=as_json)

    return run(config, environment, work)


def delete(config: Path, environment: str | None, username: str, *, as_json: bool = False) -> int:
    """Delete a user."""

    async def work(users: UserAdministration, env: Environment, _: str | None) -> int:
        user = await users.get(env, username)
        return _report(user, "deleted", await users.delete(env, user), as_json=as_json)

    return run(config, environment, work)


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


def _report(user: User, done: str, ended: Ended | None = None, *, as_json: bool) -> int:
    if as_json:
        document: dict[str, object] = {"done": done, "user": _describe(user)}
        if ended is not None:
            document["ended"] = {"sessions": ended.sessions, "grants": ended.grants}
        show_document(document)
        return 0
    also = "" if ended is None or ended == Ended() else f"; {_count(ended)} ended"
    sys.stdout.write(f"{user.username} ({user.id}): {done}{also}\n")
    return 0


def _count(ended: Ended) -> str:
    counts = {"session": ended.sessions, "grant": ended.grants}
    return " and ".join(f"{n} {word}{'' if n == 1 else 's'}" for word, n in counts.items())


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
        "locked_at": user.locked_at,
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
    state = "locked" if user.locked_at is not None else "enabled" if user.enabled else "disabled"
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
