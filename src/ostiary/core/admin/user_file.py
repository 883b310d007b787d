"""Files of users from elsewhere: every line read and checked before anything is done."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NoReturn

from pydantic import ValidationError

from ostiary.core.admin.new_users import NewUser
from ostiary.core.base import strict_json
from ostiary.core.base.ids import UserId
from ostiary.core.base.secret import Secret
from ostiary.core.base.usernames import UsernameKey, UsernameRefusedError, username_key
from ostiary.core.configuration.field_messages import message_for
from ostiary.core.configuration.problems import render_path
from ostiary.core.configuration.schema_users import UserSettings
from ostiary.core.crypto.passwords import MAX_PASSWORD_BYTES, encode

Form = Literal["csv", "jsonl"]
_YES, _NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
_SWITCHES = frozenset({"enabled", "must_change_password"})
_FIELDS = frozenset(UserSettings.model_fields) - {"attributes"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One user of a file, with the line that it begins on."""

    line: int
    key: UsernameKey
    new: NewUser


@dataclass(frozen=True, slots=True)
class FileProblem:
    """What is wrong with one line; the message holds no password."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class UserFile:
    """What a file of users says, and what is wrong with it."""

    entries: tuple[Entry, ...]
    problems: tuple[FileProblem, ...]


class _RefusedError(Exception):
    """One line says no user."""


def read_user_file(text: str, form: Form) -> UserFile:
    """Read users from JSON lines, or from CSV with a line of headings.

    Headings that are no field of a user name attributes.
    """
    entries: list[Entry] = []
    problems: list[FileProblem] = []
    seen: dict[str, int] = {}
    for line, read in _rows(text, form):
        try:
            entry = _entry(line, read())
            _claim(entry, seen)
        except _RefusedError as refused:
            problems.append(FileProblem(line, str(refused)))
        else:
            entries.append(entry)
    return UserFile(tuple(entries), tuple(problems))


def _claim(entry: Entry, seen: dict[str, int]) -> None:
    """Refuse a second user of one name or id."""
    for claim in filter(None, (f"name {entry.key}", entry.new.id)):
        if seen.setdefault(claim, entry.line) != entry.line:
            raise _RefusedError(f"is the same user as in line {seen[claim]}")


def _rows(text: str, form: Form) -> Iterator[tuple[int, Callable[[], dict[str, Any]]]]:
    """Yield what reads each line that says something."""
    if form == "jsonl":
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield number, partial(_parse, line)
        return
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            yield reader.line_num, partial(_from_cells, row)
    except csv.Error as error:
        yield reader.line_num, partial(_refuse, f"is no CSV: {error}")


def _refuse(reason: str) -> NoReturn:
    raise _RefusedError(reason)


def _from_cells(row: dict[str | Any, Any]) -> dict[str, Any]:
    """Return what the cells of a line say; an empty one says nothing."""
    if None in row:
        raise _RefusedError("has more cells than there are headings")
    cells = {name: value for name, value in row.items() if value}
    members: dict[str, Any] = {"attributes": {}}
    for name, value in cells.items():
        if name in _SWITCHES and value.lower() in _YES | _NO:
            members[name] = value.lower() in _YES
        elif name == "username" or name in _FIELDS:
            members[name] = value
        else:
            members["attributes"][name] = value
    return members


def _parse(line: str) -> dict[str, Any]:
    try:
        members = strict_json.loads(line)
    except ValueError as error:
        raise _RefusedError("is no JSON object") from error
    if not isinstance(members, dict):
        raise _RefusedError("is no JSON object")
    return members


def _entry(line: int, members: dict[str, Any]) -> Entry:
    username, password = members.pop("username", None), members.get("password")
    if not isinstance(username, str):
        raise _RefusedError("has no username")
    if password is not None and (not isinstance(password, str) or encode(password) is None):
        raise _RefusedError(f"password: must be text of 1 to {MAX_PASSWORD_BYTES} bytes")
    if password is not None and members.get("password_hash") is not None:
        raise _RefusedError("password: cannot stand beside password_hash")
    try:
        key = username_key(username)
        user = UserSettings.model_validate(members)
    except UsernameRefusedError as refused:
        raise _RefusedError(f"username: {refused.reason}") from refused
    except ValidationError as refused:
        raise _RefusedError("; ".join(_reasons(refused))) from None
    return Entry(line, key, _new_user(username.strip(), user, password))


def _reasons(refused: ValidationError) -> Iterable[str]:
    for detail in refused.errors(include_url=False, include_input=False):
        message = message_for(detail["type"], detail.get("ctx", {}))
        yield f"{render_path(detail['loc'])}: {message}"


def _new_user(username: str, user: UserSettings, password: str | None) -> NewUser:
    return NewUser(
        username=username,
        id=UserId(user.id) if user.id else None,
        population=user.population,
        enabled=user.enabled,
        attributes=user.attributes,
        password=Secret(password) if password is not None else None,
        password_hash=Secret(user.password_hash) if user.password_hash else None,
        must_change_password=user.must_change_password,
    )
