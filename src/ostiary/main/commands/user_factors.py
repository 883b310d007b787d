"""`ostiary user factors`: show and remove what a user proves itself with beside a password."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.base.ids import AuthenticatorId
from ostiary.core.model.authenticator import Authenticator
from ostiary.core.model.environment import Environment
from ostiary.main.commands.document import show_document
from ostiary.main.commands.table import show_table
from ostiary.main.commands.user_work import run

_HEADINGS = ("ID", "KIND", "NAME", "TARGET", "STATE", "USED")


def show(config: Path, environment: str | None, username: str, *, as_json: bool = False) -> int:
    """Print a user's authenticators, the default one first."""

    async def work(users: UserAdministration, env: Environment, _: str | None) -> int:
        found = await users.authenticators_of(env, await users.get(env, username))
        if as_json:
            show_document({"authenticators": [_describe(each) for each in found]})
        else:
            show_table([_HEADINGS, *map(_row, found)])
        return 0

    return run(config, environment, work)


def remove(
    config: Path,
    environment: str | None,
    username: str,
    ids: Sequence[str] | None,
    *,
    as_json: bool = False,
) -> int:
    """Remove some of a user's authenticators, or with None all of them."""

    async def work(users: UserAdministration, env: Environment, _: str | None) -> int:
        user = await users.get(env, username)
        wanted = None if ids is None else [AuthenticatorId(each) for each in ids]
        removed = await users.remove_authenticators(env, user, wanted)
        if as_json:
            show_document({"done": "removed", "authenticators": list(map(_describe, removed))})
        for each in () if as_json else removed:
            sys.stdout.write(f"{user.username}: {each.kind} {each.id} removed\n")
        return 0

    return run(config, environment, work)


def forget_browsers(
    config: Path, environment: str | None, username: str, *, as_json: bool = False
) -> int:
    """Ask a user for a second factor in every browser again."""

    async def work(users: UserAdministration, env: Environment, _: str | None) -> int:
        user = await users.get(env, username)
        is_done = await users.forget_browsers(env, user)
        if as_json:
            show_document({"done": "forgotten" if is_done else "unchanged"})
        else:
            said = "no browser is remembered any more" if is_done else "has no second factor"
            sys.stdout.write(f"{user.username}: {said}\n")
        return 0

    return run(config, environment, work)


def _describe(authenticator: Authenticator) -> dict[str, object]:
    return {
        "id": authenticator.id,
        "kind": authenticator.kind,
        "nickname": authenticator.nickname,
        "target": authenticator.masked_target,
        "active": authenticator.is_active,
        "default": authenticator.is_default,
        "created_at": authenticator.created_at,
        "used_at": authenticator.used_at or None,
    }


def _row(authenticator: Authenticator) -> tuple[str, ...]:
    state = "active" if authenticator.is_active else "waiting"
    used = authenticator.used_at
    return (
        authenticator.id,
        authenticator.kind,
        authenticator.nickname or "-",
        authenticator.masked_target or "-",
        "default" if authenticator.is_default else state,
        datetime.fromtimestamp(used, UTC).isoformat(timespec="seconds") if used else "never",
    )
