"""Commits: what lanes run for several of one shape, or for one alone."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import sign_on_statements as statements
from ostiary.adapters.stores.postgres.commit_rows import Commit
from ostiary.adapters.stores.postgres.commit_statements import (
    COMMITS,
    HOLDING,
    SPENDING,
    Guard,
    Shape,
    fill,
)
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.lanes import Run
from ostiary.adapters.stores.postgres.revoking import end_session
from ostiary.adapters.stores.sign_on_records import Row
from ostiary.core.ports.stores import (
    AlreadyRedeemedError,
    FlowChangedError,
    SessionEndedError,
)

FAULT_POINTS = (
    "postgres.commit.execute",
    "postgres.commit.executed",
    "postgres.commit_alone.begin",
    "postgres.commit_alone.check",
    "postgres.commit_alone.find_other_session",
    "postgres.commit_alone.store",
    "postgres.commit_alone.commit",
    "postgres.commit_alone.committed",
)
_REFUSALS: Mapping[Guard, type[Exception]] = {
    Guard.SPEND: AlreadyRedeemedError,
    Guard.EXCHANGE: AlreadyRedeemedError,
    Guard.ROTATE: AlreadyRedeemedError,
    Guard.MOVE: FlowChangedError,
    Guard.END: FlowChangedError,
}


class CommitBatches:
    """What lanes run for commits of one shape, or for one commit alone."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        # One object for each shape: lanes tell by it who may share a batch.
        self.runs: Mapping[Shape, Run[Commit, None]] = {
            shape: partial(self.share, shape) for shape in COMMITS
        }

    async def share(
        self, shape: Shape, connection: Connection, commits: Sequence[Commit]
    ) -> Sequence[Exception | None]:
        """Serve commits of one shape; those that the guard does not let pass are refused."""
        guard, _ = shape
        asking = _first_of_each(guard, commits)
        self._reach("postgres.commit.execute")
        outcomes = await _execute(connection, shape, commits, asking)
        self._reach("postgres.commit.executed")
        return [_refusal(guard, outcomes, number) for number in range(len(commits))]

    async def alone(
        self, connection: Connection, commits: Sequence[Commit]
    ) -> Sequence[Exception | None]:
        """Serve one commit of any kind in a transaction of its own.

        Raises: AlreadyRedeemedError, FlowChangedError, SessionEndedError.
        """
        (commit,) = commits
        self._reach("postgres.commit_alone.begin")
        async with connection.transaction():
            for guard, rows in commit.guards.items():
                self._reach("postgres.commit_alone.check")
                alone = [commit._replace(guards={guard: [row]}) for row in rows]
                asking = list(range(len(rows)))
                outcomes = await _execute(connection, (guard, ()), alone, asking)
                for number in asking:
                    if refusal := _refusal(guard, outcomes, number):
                        raise refusal
            if commit.replaces is not None:
                await self._end_other(connection, commit.replaces)
            if commit.parts:
                self._reach("postgres.commit_alone.store")
                await _execute(connection, (Guard.NONE, tuple(commit.parts)), [commit], [0])
            self._reach("postgres.commit_alone.commit")
        self._reach("postgres.commit_alone.committed")
        return [None]

    async def _end_other(self, connection: Connection, replaces: Row) -> None:
        self._reach("postgres.commit_alone.find_other_session")
        others = await connection.execute(statements.FIND_OTHER_SESSION, replaces)
        for (other,) in others.rows:
            await end_session(connection, self._reach, replaces[0], other)


def columns(rows: Sequence[Row]) -> list[Any]:
    """Turn rows into one list for each column, as the statements take them."""
    return [list(column) for column in zip(*rows, strict=True)]


async def _execute(
    connection: Connection, shape: Shape, commits: Sequence[Commit], asking: list[int]
) -> dict[int, bool]:
    """Run the statement of a shape.

    It returns the commits that are done, by their positions, as False, and those whose session has
    ended as True.
    """
    guard, parts = shape
    values: list[object] = []
    if guard is not Guard.NONE:
        values += [asking, *columns([commits[number].guards[guard][0] for number in asking])]
    # The clocks of one process's callers differ by less than a batch takes.
    now = min(commit.now for commit in commits)
    values += [now] * ((guard in HOLDING) + (guard in SPENDING))
    for part in parts:
        rows = [
            (*fill(part, row), number)
            for number, commit in enumerate(commits)
            for row in commit.parts[part]
        ]
        values += columns(rows)
    answer = await connection.execute(COMMITS[shape], values)
    if guard is Guard.NONE:
        return dict.fromkeys(asking, False)
    outcomes: dict[int, bool] = dict(answer.rows)
    return outcomes


def _refusal(guard: Guard, outcomes: Mapping[int, bool], number: int) -> Exception | None:
    """Return why a commit was not done, if it was not."""
    if number not in outcomes:
        return _REFUSALS.get(guard, AlreadyRedeemedError)()
    return SessionEndedError() if outcomes[number] else None


def _first_of_each(guard: Guard, commits: Sequence[Commit]) -> list[int]:
    """Return who asks for a thing first, in the order of the things, for each thing."""
    if guard in {Guard.NONE, Guard.HOLD}:
        return list(range(len(commits)))
    # The things are told apart by environment, id and version or token, or by the redemption's key.
    first = {
        commits[number].guards[guard][0][:3]: number for number in reversed(range(len(commits)))
    }
    return [first[key] for key in sorted(first)]
