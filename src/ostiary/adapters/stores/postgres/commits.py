"""Commits: an issuance as rows, and the batches that carry several of them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import sign_on_statements as statements
from ostiary.adapters.stores.postgres.commit_statements import COMMITS, Guard, Part, Shape, fill
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.lanes import Run
from ostiary.adapters.stores.postgres.revoking import end_session
from ostiary.adapters.stores.records import encode
from ostiary.adapters.stores.sign_on_records import (
    Row,
    code_row,
    consent_row,
    grant_row,
    next_flow,
    session_row,
)
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import FlowMove, Issuance, Rotation
from ostiary.core.ports.stores import AlreadyRedeemedError, FlowChangedError

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
NOTHING: Shape = (Guard.NONE, ())
_REFUSALS: Mapping[Guard, type[Exception]] = {
    Guard.SPEND: AlreadyRedeemedError,
    Guard.ROTATE: AlreadyRedeemedError,
    Guard.MOVE: FlowChangedError,
    Guard.END: FlowChangedError,
}


class Commit(NamedTuple):
    """One caller's commit.

    Args:
        now: seconds since the epoch; redemptions over by then are forgotten.
        guards: the rows that each guard is about, in the order in which they are asked.
        replaces: environment, key and id of a session, the key being another one's perhaps.
    """

    now: float
    guards: Mapping[Guard, Sequence[Row]]
    parts: Mapping[Part, Sequence[Row]]
    replaces: Row | None = None

    @property
    def shape(self) -> Shape | None:
        """Return what it has in common with others, None when it must run alone."""
        if self.replaces is not None or sum(map(len, self.guards.values())) > 1:
            return None
        return next(iter(self.guards), Guard.NONE), tuple(self.parts)


def to_commit(env: Environment, issuance: Issuance, now: float) -> Commit:
    """Return what a commit consists of.

    Raises: AlreadyRedeemedError for redemptions that are over, or twice the same.
    """
    redemptions = [(env.id, row.use, row.key, row.expires_at) for row in issuance.redeems]
    if any(row[3] <= now for row in redemptions):
        raise AlreadyRedeemedError
    if len({row[:3] for row in redemptions}) < len(redemptions):
        raise AlreadyRedeemedError
    rotates, moves, change = issuance.rotates, issuance.moves, issuance.session
    guards: dict[Guard, Sequence[Row]] = {Guard.SPEND: sorted(redemptions)}
    guards[Guard.ROTATE] = [] if rotates is None else [_rotation_row(env, rotates, now)]
    if moves is not None:
        guards |= _move(env, moves, now)
    replaces = None
    if change is not None and change.replaces is not None:
        replaces = (env.id, change.replaces, change.session.id)
    return Commit(now, _filled(guards), _filled(_parts(env, issuance)), replaces)


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
        passed = await _execute(connection, shape, commits, asking)
        self._reach("postgres.commit.executed")
        refusal = _REFUSALS.get(guard, AlreadyRedeemedError)
        return [None if number in passed else refusal() for number in range(len(commits))]

    async def alone(
        self, connection: Connection, commits: Sequence[Commit]
    ) -> Sequence[Exception | None]:
        """Serve one commit of any kind in a transaction of its own.

        Raises: AlreadyRedeemedError, FlowChangedError.
        """
        (commit,) = commits
        self._reach("postgres.commit_alone.begin")
        async with connection.transaction():
            for guard, rows in commit.guards.items():
                self._reach("postgres.commit_alone.check")
                alone = [commit._replace(guards={guard: [row]}) for row in rows]
                passed = await _execute(connection, (guard, ()), alone, range(len(rows)))
                if len(passed) != len(rows):
                    raise _REFUSALS[guard]
            if commit.replaces is not None:
                await self._end_other(connection, commit.replaces)
            self._reach("postgres.commit_alone.store")
            await _execute(connection, (Guard.NONE, tuple(commit.parts)), [commit], [0])
            self._reach("postgres.commit_alone.commit")
        self._reach("postgres.commit_alone.committed")
        return [None]

    async def _end_other(self, connection: Connection, replaces: Row) -> None:
        self._reach("postgres.commit_alone.find_other_session")
        cursor = await connection.execute(statements.FIND_OTHER_SESSION, replaces, prepare=True)
        for (other,) in await cursor.fetchall():
            await end_session(connection, self._reach, replaces[0], other)


def columns(rows: Sequence[Row]) -> list[Any]:
    """Turn rows into one list for each column, as the statements take them."""
    return [list(column) for column in zip(*rows, strict=True)]


async def _execute(
    connection: Connection, shape: Shape, commits: Sequence[Commit], asking: Sequence[int]
) -> set[int]:
    """Run the statement of a shape; return the positions of the commits that it has done."""
    guard, parts = shape
    values: list[object] = [list(asking)]
    if guard is not Guard.NONE:
        values += columns([commits[number].guards[guard][0] for number in asking])
    if guard is Guard.SPEND:
        # The clocks of one process's callers differ by less than a batch takes.
        values.append(min(commit.now for commit in commits))
    for part in parts:
        rows = [
            (number, *fill(part, row))
            for number, commit in enumerate(commits)
            for row in commit.parts[part]
        ]
        values += columns(rows)
    cursor = await connection.execute(COMMITS[shape], values, prepare=True)
    return {position for (position,) in await cursor.fetchall()}


def _first_of_each(guard: Guard, commits: Sequence[Commit]) -> list[int]:
    """Return who asks for a thing first, in the order of the things, for each thing."""
    if guard is Guard.NONE:
        return list(range(len(commits)))
    # The things are told apart by environment, id and version or token, or by the redemption's key.
    first = {
        commits[number].guards[guard][0][:3]: number for number in reversed(range(len(commits)))
    }
    return [first[key] for key in sorted(first)]


def _rotation_row(env: Environment, rotation: Rotation, now: float) -> Row:
    state = rotation.state
    place = (env.id, rotation.grant_id, rotation.expected, now)
    return (*place, state.current, encode(state))


def _move(env: Environment, move: FlowMove, now: float) -> dict[Guard, Sequence[Row]]:
    place = (env.id, move.flow_id, move.expected_version, now)
    flow = next_flow(move)
    if flow is None:
        return {Guard.END: [place]}
    return {Guard.MOVE: [(*place, flow.version, flow.expires_at, encode(flow))]}


def _parts(env: Environment, issuance: Issuance) -> dict[Part, Sequence[Row]]:
    change, consent = issuance.session, issuance.consent
    return {
        Part.TOKENS: [
            (env.id, kept.key, kept.token.expires_at, encode(kept.token))
            for kept in issuance.reference_tokens
        ],
        Part.CODES: [code_row(env, code) for code in issuance.codes],
        Part.GRANTS: [grant_row(env, grant) for grant in issuance.grants],
        Part.SESSION: []
        if change is None
        else [session_row(env, change.session, change.expires_at)],
        Part.CONSENT: [] if consent is None else [consent_row(env, consent)],
    }


def _filled(rows: Mapping[Any, Sequence[Row]]) -> dict[Any, Sequence[Row]]:
    return {name: kept for name, kept in rows.items() if kept}
