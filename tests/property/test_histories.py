"""Histories of a played server: a right one is never accused, and a wrong one is found out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from tests.support.history import Line, Op, Outcome, Rule, find_breaches

GRACE_SECONDS = 10.0
CODE = "code"


class Fault(Enum):
    """What a wrong server does."""

    CODE_STAYS_GOOD = auto()
    REPLAY_ENDS_NOTHING = auto()
    REVOCATION_IS_FORGOTTEN = auto()
    ROTATION_IS_LOST = auto()
    NO_GRACE = auto()
    ENDLESS_GRACE = auto()


class Fate(Enum):
    """What becomes of a request on its way."""

    ANSWERED = auto()
    ANSWER_LOST = auto()
    REQUEST_LOST = auto()


@dataclass
class PlayedServer:
    """One grant on a server."""

    fault: Fault | None = None
    is_spent: bool = False
    is_over: bool = False
    refreshes: int = 0
    rotated_at: float = 0.0

    def take(self, op: Op, presented: str, now: float) -> tuple[Outcome, str | None]:
        """Do what is asked, and answer with a refresh token where there is one."""
        match op:
            case Op.EXCHANGE:
                return self._exchange()
            case Op.REFRESH:
                return self._refresh(presented, now)
            case Op.LOOK:
                return (Outcome.REFUSED if self.is_over else Outcome.DONE), None
            case Op.REVOKE:
                self.is_over |= self.fault is not Fault.REVOCATION_IS_FORGOTTEN
                return Outcome.DONE, None

    def _exchange(self) -> tuple[Outcome, str | None]:
        if self.is_spent and self.fault is not Fault.CODE_STAYS_GOOD:
            self.is_over |= self.fault is not Fault.REPLAY_ENDS_NOTHING
            return Outcome.REFUSED, None
        self.is_spent = True
        return Outcome.DONE, "0"

    def _refresh(self, presented: str, now: float) -> tuple[Outcome, str | None]:
        age = self.refreshes - int(presented)
        is_repeated = age == 1 and (
            self.fault is Fault.ENDLESS_GRACE or now < self.rotated_at + GRACE_SECONDS
        )
        if self.is_over or (age and not is_repeated) or (age and self.fault is Fault.NO_GRACE):
            self.is_over = True
            return Outcome.REFUSED, None
        if age == 0 and self.fault is not Fault.ROTATION_IS_LOST:
            self.refreshes, self.rotated_at = self.refreshes + 1, now
        return Outcome.DONE, str(int(presented) + 1)


@dataclass
class Play:
    """What one server did, request by request in the order in which they took effect."""

    server: PlayedServer
    lines: list[Line] = field(default_factory=list)

    def ask(self, op: Op, presented: str, moment: float, *, span: float, fate: Fate) -> None:
        """Send a request that takes effect at a moment in the middle of `span` seconds."""
        outcome, token = Outcome.UNKNOWN, None
        if fate is not Fate.REQUEST_LOST:
            outcome, token = self.server.take(op, presented, moment)
        if fate is not Fate.ANSWERED:
            outcome, token = Outcome.UNKNOWN, None
        half = span / 2
        times = (moment - half, moment + half)
        self.lines.append(Line(*times, op, "g", "joe", presented, outcome, refresh_token=token))

    def find_known(self, moment: float) -> list[str]:
        """Find the refresh tokens that somebody knew at a moment."""
        told = [line.refresh_token for line in self.lines if line.ended <= moment]
        return [token for token in told if token is not None]

    def settle(self, moment: float) -> None:
        """Ask again for everything of which nobody was told what became of it."""
        for line in list(self.lines):
            if line.outcome is Outcome.UNKNOWN and line.op in {Op.EXCHANGE, Op.REFRESH}:
                moment += 1
                self.ask(line.op, line.presented, moment, span=0.5, fate=Fate.ANSWERED)


REQUESTS = st.tuples(
    st.sampled_from([*[Op.REFRESH] * 3, *Op]),
    st.floats(0.01, 20),
    st.floats(0.01, 6),
    st.sampled_from([*[Fate.ANSWERED] * 3, *Fate]),
    st.integers(0, 2),
)
"""An operation, how long after the one before it, its span, its fate, and how old its token is."""


@st.composite
def histories(draw: st.DrawFn, fault: Fault | None = None) -> Sequence[Line]:
    """Play a server that takes some requests."""
    play, moment = Play(PlayedServer(fault)), 0.0
    for op, pause, span, fate, age in draw(st.lists(REQUESTS, max_size=12)):
        moment += pause
        known = play.find_known(moment - span / 2)
        if op is Op.EXCHANGE:
            play.ask(op, CODE, moment, span=span, fate=fate)
        elif known:
            presented = "access" if op is Op.LOOK else known[max(0, len(known) - 1 - age)]
            play.ask(op, presented, moment, span=span, fate=fate)
    play.settle(moment + 10)
    return play.lines


def judge(lines: Sequence[Line]) -> set[Rule]:
    return {breach.rule for breach in find_breaches(lines, grace_seconds=GRACE_SECONDS)}


@given(lines=histories())
def test_a_right_server_is_never_accused(lines: Sequence[Line]) -> None:
    assert judge(lines) == set()


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (Fault.CODE_STAYS_GOOD, Rule.ONCE),
        (Fault.REPLAY_ENDS_NOTHING, Rule.ENDED),
        (Fault.REVOCATION_IS_FORGOTTEN, Rule.ENDED),
        (Fault.ROTATION_IS_LOST, Rule.KEPT),
        (Fault.NO_GRACE, Rule.KEPT),
        (Fault.ENDLESS_GRACE, Rule.ONCE),
    ],
)
def test_a_wrong_server_is_found_out(fault: Fault, rule: Rule) -> None:
    unshrunk = settings(max_examples=2_000, phases=[Phase.generate])

    assert find(histories(fault), lambda lines: rule in judge(lines), settings=unshrunk)
