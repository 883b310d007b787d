"""Commits: an issuance as what the batch writes of it."""

from typing import NamedTuple

from ostiary.adapters.stores.records import encode
from ostiary.adapters.stores.sign_on_records import (
    code_row,
    consent_row,
    grant_row,
    next_flow,
    participation_row,
    session_row,
)
from ostiary.adapters.stores.sqlite import logout_statements
from ostiary.adapters.stores.sqlite import sign_on_statements as statements
from ostiary.adapters.stores.sqlite.batch import Act, Execute, Write
from ostiary.adapters.stores.sqlite.grants import end_session
from ostiary.core.base.ids import BrowserKey, SessionId
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import FlowMove, Issuance, Rotation, SessionChange
from ostiary.core.ports.stores import (
    AlreadyRedeemedError,
    FlowChangedError,
    SessionEndedError,
)

FAULT_POINTS = (
    "sqlite.write.hold_session",
    "sqlite.write.rotate",
    "sqlite.write.move_flow",
    "sqlite.write.end_flow",
    "sqlite.write.find_other_session",
    "sqlite.write.put_session",
    "sqlite.write.put_consent",
    "sqlite.write.put_participation",
)
Values = tuple[object, ...]
Step = tuple[str, str, Values]
"""A statement with its fault point and values."""


class _Change(NamedTuple):
    """The session of a browser."""

    row: Values
    session_id: SessionId
    replaces: BrowserKey | None


class _Moves(NamedTuple):
    """What of a commit is more than new rows, ready to be executed."""

    environment: str
    hold: Step | None
    rotation: Step | None
    move: Step | None
    change: _Change | None
    consent: Values | None
    participations: tuple[Values, ...]

    def act(self, execute: Execute) -> Exception | None:
        """Do all of it; refuse when session, refresh token or flow is another one by now, or gone.

        Raises: FlowChangedError where the refusal has to undo the rotation.
        """
        if self.hold is not None and execute(*self.hold).fetchone() is None:
            return SessionEndedError()
        if not _hits(execute, self.rotation):
            return AlreadyRedeemedError()
        if not _hits(execute, self.move):
            if self.rotation is not None:
                raise FlowChangedError
            return FlowChangedError()
        if self.change is not None:
            _put_session(execute, self.environment, self.change)
        if self.consent is not None:
            execute("write.put_consent", statements.PUT_CONSENT, self.consent)
        for participation in self.participations:
            put = logout_statements.PUT_PARTICIPATION
            execute("write.put_participation", put, participation)
        return None


def to_write(env: Environment, issuance: Issuance, now: float) -> Write:
    """Return what is to be written for a commit.

    Raises: AlreadyRedeemedError for a redemption that is over already.
    """
    act = _to_act(env, issuance, now)
    if not (issuance.redeems or issuance.reference_tokens or issuance.codes or issuance.grants):
        # As at each refresh by which a JWT goes out.
        return Write(now, act=act, removes=_replaces_session(issuance))
    redemptions = [(env.id, row.use, row.key, row.expires_at) for row in issuance.redeems]
    if any(row[3] <= now for row in redemptions):
        raise AlreadyRedeemedError
    tokens = [
        (env.id, kept.key, kept.token.expires_at, encode(kept.token))
        for kept in issuance.reference_tokens
    ]
    return Write(
        now,
        redemptions,
        tokens,
        codes=[code_row(env, code) for code in issuance.codes],
        grants=[grant_row(env, grant) for grant in issuance.grants],
        act=act,
        removes=_replaces_session(issuance),
    )


def _replaces_session(issuance: Issuance) -> bool:
    return issuance.session is not None and issuance.session.replaces is not None


def _to_act(env: Environment, issuance: Issuance, now: float) -> Act | None:
    rotates, change, consent = issuance.rotates, issuance.session, issuance.consent
    needs, moves = issuance.needs_session, issuance.moves
    if not (rotates or moves or change or consent or needs or issuance.participations):
        return None
    return _Moves(
        env.id,
        None if needs is None else _to_hold(env, needs, now),
        None if rotates is None else _to_rotation(env, rotates, now),
        None if moves is None else _to_move(env, moves, now),
        None if change is None else _to_change(env, change),
        None if consent is None else consent_row(env, consent),
        tuple([participation_row(env, kept) for kept in issuance.participations])
        if issuance.participations
        else (),
    ).act


def _to_hold(env: Environment, session_id: SessionId, now: float) -> Step:
    return "write.hold_session", statements.FIND_SESSION_BY_ID, (env.id, session_id, now)


def _to_change(env: Environment, change: SessionChange) -> _Change:
    row = session_row(env, change.session, change.expires_at)
    return _Change(row, change.session.id, change.replaces)


def _to_rotation(env: Environment, rotation: Rotation, now: float) -> Step:
    place = (env.id, rotation.grant_id, rotation.expected, now)
    values = (rotation.state.current, encode(rotation.state), *place)
    return "write.rotate", statements.ROTATE, values


def _to_move(env: Environment, move: FlowMove, now: float) -> Step:
    place = (env.id, move.flow_id, move.expected_version, now)
    flow = next_flow(move)
    if flow is None:
        return "write.end_flow", statements.END_FLOW, place
    values = (flow.version, flow.expires_at, encode(flow), *place)
    return "write.move_flow", statements.MOVE_FLOW, values


def _hits(execute: Execute, guard: Step | None) -> bool:
    return guard is None or execute(*guard).rowcount == 1


def _put_session(execute: Execute, environment: str, change: _Change) -> None:
    if change.replaces is not None:
        place = (environment, change.replaces, change.session_id)
        others = execute("write.find_other_session", statements.FIND_OTHER_SESSION, place)
        for (other,) in others.fetchall():
            end_session(execute, environment, other)
    execute("write.put_session", statements.PUT_SESSION, change.row)
