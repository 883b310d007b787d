"""An issuance as the rows that its commit asks for and stores."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ostiary.adapters.stores.postgres.commit_statements import Guard, Part, Shape
from ostiary.adapters.stores.records import encode
from ostiary.adapters.stores.sign_on_records import (
    Row,
    code_row,
    consent_row,
    grant_row,
    next_flow,
    participation_row,
    session_row,
)
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import FlowMove, Issuance, Rotation
from ostiary.core.ports.stores import AlreadyRedeemedError

Guards = dict[Guard, Sequence[Row]]
Parts = dict[Part, Sequence[Row]]


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
    change, replaces = issuance.session, None
    if change is not None and change.replaces is not None:
        replaces = (env.id, change.replaces, change.session.id)
    return Commit(now, _guards(env, issuance, now), _parts(env, issuance), replaces)


def _guards(env: Environment, issuance: Issuance, now: float) -> Guards:
    guards: Guards = {}
    redeemed = _redemption_rows(env, issuance, now)
    is_alone = len(redeemed) == 1 and issuance.rotates is None and issuance.moves is None
    if issuance.needs_session is not None and is_alone:
        return {Guard.EXCHANGE: [(*redeemed[0], issuance.needs_session)]}
    if issuance.needs_session is not None:
        guards[Guard.HOLD] = [(env.id, issuance.needs_session)]
    if redeemed:
        guards[Guard.SPEND] = redeemed
    if issuance.rotates is not None:
        guards[Guard.ROTATE] = [_rotation_row(env, issuance.rotates, now)]
    if issuance.moves is not None:
        guard, row = _move(env, issuance.moves, now)
        guards[guard] = [row]
    return guards


def _parts(env: Environment, issuance: Issuance) -> Parts:
    """Return the rows of each kind that there are any of, in the order of the statements."""
    parts: Parts = {}
    if issuance.reference_tokens:
        parts[Part.TOKENS] = [
            (env.id, kept.key, kept.token.expires_at, encode(kept.token))
            for kept in issuance.reference_tokens
        ]
    if issuance.codes:
        parts[Part.CODES] = [code_row(env, code) for code in issuance.codes]
    if issuance.grants:
        parts[Part.GRANTS] = [grant_row(env, grant) for grant in issuance.grants]
    if (change := issuance.session) is not None:
        parts[Part.SESSION] = [session_row(env, change.session, change.expires_at)]
    if issuance.consent is not None:
        parts[Part.CONSENT] = [consent_row(env, issuance.consent)]
    if issuance.participations:
        parts[Part.PARTICIPATION] = [
            participation_row(env, kept) for kept in issuance.participations
        ]
    return parts


def _redemption_rows(env: Environment, issuance: Issuance, now: float) -> Sequence[Row]:
    # In one order, so that two callers never wait for each other crosswise.
    rows = sorted((env.id, row.use, row.key, row.expires_at) for row in issuance.redeems)
    if any(row[3] <= now for row in rows) or len({row[:3] for row in rows}) < len(rows):
        raise AlreadyRedeemedError
    return rows


def _rotation_row(env: Environment, rotation: Rotation, now: float) -> Row:
    state = rotation.state
    place = (env.id, rotation.grant_id, rotation.expected, now)
    return (*place, state.current, encode(state))


def _move(env: Environment, move: FlowMove, now: float) -> tuple[Guard, Row]:
    place = (env.id, move.flow_id, move.expected_version, now)
    flow = next_flow(move)
    if flow is None:
        return Guard.END, place
    return Guard.MOVE, (*place, flow.version, flow.expires_at, encode(flow))
