"""`ostiary user import`: users from another server, with the hashes of their passwords."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from ostiary.core.admin.new_users import build_user
from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.admin.user_file import Entry, FileProblem, Form, read_user_file
from ostiary.core.configuration.secret_sources import UnreadableFileError
from ostiary.core.model.environment import Environment
from ostiary.core.ports.users import UsernameTakenError
from ostiary.main.commands.document import show_document
from ostiary.main.commands.user_work import run
from ostiary.main.surroundings import read_file

MAX_BYTES = 256 << 20
STEP = 50
"""Users that are stored in one transaction; no more than may wait for their hashes at once."""
_FORMS: dict[str, Form] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
T = TypeVar("T")


def import_users(  # noqa: PLR0913 - one parameter an option
    config: Path,
    file: Path,
    environment: str | None,
    *,
    skip_existing: bool = False,
    dry_run: bool = False,
    as_json: bool = False,
) -> int:
    """Take over users; nothing is stored unless the whole file is in order."""

    async def work(users: UserAdministration, env: Environment, _: str | None) -> int:
        form = _FORMS.get(file.suffix)
        if form is None:
            return _refuse(file, [FileProblem(1, "must end with .csv, .jsonl or .ndjson")])
        try:
            read = read_user_file(read_file(file, max_bytes=MAX_BYTES), form)
        except UnreadableFileError as reason:
            return _refuse(file, [FileProblem(1, f"cannot be read: {reason}")])
        there = await _find_existing(users, env, read.entries)
        taken = [FileProblem(line, "is there already: --skip-existing") for line in there]
        problems = [*read.problems, *([] if skip_existing else taken)]
        if problems:
            return _refuse(file, sorted(problems, key=lambda problem: problem.line))
        new = [entry for entry in read.entries if entry.line not in there]
        if not dry_run:
            await _store(users, env, new)
        _report(len(new), len(there), dry_run=dry_run, as_json=as_json)
        return 0

    return run(config, environment, work)


async def _find_existing(
    users: UserAdministration, env: Environment, entries: Sequence[Entry]
) -> set[int]:
    """Return the lines of users that are there, under their name or their id."""

    async def is_there(entry: Entry) -> bool:
        if await users.directory.find_by_username(env, entry.key) is not None:
            return True
        id = entry.new.id
        return id is not None and await users.directory.find(env, id) is not None

    found: set[int] = set()
    for step in _steps(entries):
        answers = await asyncio.gather(*map(is_there, step))
        found.update(entry.line for entry, answer in zip(step, answers, strict=True) if answer)
    return found


async def _store(users: UserAdministration, env: Environment, entries: Sequence[Entry]) -> None:
    stored, now = 0, users.clock.now()
    for step in _steps(entries):
        built = [build_user(env, entry.new, users.hashing, now=now) for entry in step]
        try:
            await users.take_over(env, await asyncio.gather(*built))
        except UsernameTakenError:
            sys.stderr.write(f"{stored} users are stored; --skip-existing takes the rest\n")
            raise
        stored += len(step)


def _steps(entries: Sequence[T]) -> Iterator[list[T]]:
    left = iter(entries)
    while step := list(islice(left, STEP)):
        yield step


def _refuse(file: Path, problems: Sequence[FileProblem]) -> int:
    sys.stderr.writelines(f"{file}:{found.line}: {found.message}\n" for found in problems)
    sys.stderr.write("nothing was changed\n")
    return 1


def _report(imported: int, skipped: int, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        show_document({"imported": imported, "skipped": skipped, "dry_run": dry_run})
        return
    verb = "would be imported" if dry_run else "imported"
    left = f", {skipped} already there" if skipped else ""
    sys.stdout.write(f"{verb}: {imported}{left}\n")
