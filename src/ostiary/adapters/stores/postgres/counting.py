"""Attempts of several callers, decided and counted in one transaction."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.prepared import Answer, Ask
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Failures, Standing
from ostiary.core.ports.users import Attempt

FAULT_POINTS = (
    *(
        f"postgres.attempts.begin.{moment}"
        for moment in ("begin", "lock", "find", "count", "commit", "committed")
    ),
    "postgres.attempts.clear.execute",
    "postgres.attempts.clear.executed",
)
Place = tuple[str, str, str]
Mark = tuple[str, bytes]


class Trial(NamedTuple):
    """One attempt and where it is counted; when, if it begins."""

    env: Environment
    attempt: Attempt
    now: float = 0.0

    @property
    def place(self) -> Place:
        return self.env.id, self.attempt.subject, self.attempt.device

    @property
    def mark(self) -> Mark:
        return self.env.id, self.attempt.mark


class _Counts:
    """What is remembered of the attempts before, each of the batch's own included in turn."""

    def __init__(self, failures: dict[Place, Failures], subjects: dict[Mark, set[str]]) -> None:
        self._failures = failures
        self._subjects = subjects
        self.counted: dict[Place, tuple[object, ...]] = {}
        self.tried: dict[tuple[str, bytes, str], tuple[object, ...]] = {}

    def admit(self, trial: Trial) -> Standing:
        """Decide about one attempt, and count it."""
        env, attempt, now = trial
        subjects = self._subjects.setdefault(trial.mark, set())
        standing = env.lockout.admit(
            self._failures.get(trial.place, Failures()),
            others=len(subjects - {attempt.subject}),
            now=now,
            is_known_device=bool(attempt.device),
        )
        if standing.is_admitted:
            counted = self._failures[trial.place] = standing.failures
            subjects.add(attempt.subject)
            over = env.lockout.expires_at(counted, now=now)
            self.counted[trial.place] = (counted.failures, counted.locked_until, over)
            self.tried[*trial.mark, attempt.subject] = (now + env.lockout.spray_seconds,)
        return standing


class Counting:
    """What lanes run for attempts that begin, and for those that were right."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    async def begin(self, connection: Connection, trials: Sequence[Trial]) -> Sequence[Standing]:
        """Decide about attempts and count them, alone with their subjects and passwords."""
        self._reach("postgres.attempts.begin.begin")
        async with connection.transaction():
            self._reach("postgres.attempts.begin.lock")
            connection.add(Ask(statements.LOCK_ATTEMPTS, (_locks(trials),)))
            self._reach("postgres.attempts.begin.find")
            # Each statement sees what was committed when it began: these two, all before the lock.
            failures, subjects = await connection.ask(_ask_failures(trials), _ask_subjects(trials))
            counts = _Counts(_read_failures(failures), _read_subjects(subjects))
            standings = [counts.admit(trial) for trial in trials]
            if counts.counted:
                self._reach("postgres.attempts.begin.count")
                connection.add(_ask_count(counts))
            self._reach("postgres.attempts.begin.commit")
        self._reach("postgres.attempts.begin.committed")
        return standings

    async def clear(self, connection: Connection, trials: Sequence[Trial]) -> Sequence[None]:
        """Take attempts that were right out of the counts again."""
        self._reach("postgres.attempts.clear.execute")
        await clear(connection, trials)
        self._reach("postgres.attempts.clear.executed")
        return [None] * len(trials)


async def clear(connection: Connection, trials: Sequence[Trial]) -> None:
    """Delete the failures and the trials of attempts, in the caller's transaction if it has one."""
    places = sorted({trial.place for trial in trials})
    tried = sorted({(*trial.mark, trial.attempt.subject) for trial in trials})
    values = [list(column) for rows in (places, tried) for column in zip(*rows, strict=True)]
    await connection.execute(statements.CLEAR_ATTEMPTS, values)


def _ask_failures(trials: Sequence[Trial]) -> Ask:
    rows = {trial.place: trial.now for trial in trials}
    values = [*map(list, zip(*rows, strict=True)), list(rows.values())]
    return Ask(statements.FIND_ALL_FAILURES, values)


def _read_failures(answer: Answer) -> dict[Place, Failures]:
    return {row[:3]: Failures(row[3], row[4]) for row in answer.rows}


def _ask_subjects(trials: Sequence[Trial]) -> Ask:
    # One more than the policy asks about: the subject itself may be among them.
    rows = {trial.mark: (trial.now, trial.env.lockout.spray_users + 1) for trial in trials}
    values = [list(column) for column in zip(*((*mark, *rows[mark]) for mark in rows), strict=True)]
    return Ask(statements.FIND_ALL_TRIALS, values)


def _read_subjects(answer: Answer) -> dict[Mark, set[str]]:
    subjects: dict[Mark, set[str]] = {}
    for environment, mark, subject in answer.rows:
        subjects.setdefault((environment, mark), set()).add(subject)
    return subjects


def _ask_count(counts: _Counts) -> Ask:
    values = [
        list(column)
        for rows in (counts.counted, counts.tried)
        for column in zip(*sorted((*place, *row) for place, row in rows.items()), strict=True)
    ]
    return Ask(statements.COUNT_ATTEMPTS, values)


def _locks(trials: Sequence[Trial]) -> list[int]:
    """Return the locks of all subjects and passwords: rows may not be there yet to be locked.

    They come in one order, so that two callers never wait for each other crosswise.
    """
    places = {_lock_of(*trial.place) for trial in trials}
    marks = {_lock_of(trial.env.id, trial.attempt.mark.hex()) for trial in trials}
    return sorted(places | marks)


def _lock_of(*words: str) -> int:
    digest = hashlib.sha256("\0".join(words).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
