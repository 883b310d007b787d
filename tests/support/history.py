"""What clients saw of codes and refresh tokens, and whether a right server can have answered so.

Each grant is judged by itself, from the lines of all clients that had to do with it. A request
takes effect at some moment between its start and its end, and one whose answer never came may have
taken effect or not; only what no order of these moments explains is a breach.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from math import inf


class Op(Enum):
    """What a client asked for."""

    EXCHANGE = "exchange"
    REFRESH = "refresh"
    LOOK = "look"
    """Whether an access token is good."""
    REVOKE = "revoke"
    """To end the grant of a refresh token."""


class Outcome(Enum):
    """What became of it, as far as the client knows."""

    DONE = "done"
    REFUSED = "refused"
    """It was told that the thing is not good, or not good any more."""
    UNKNOWN = "unknown"
    """No answer, or one that says that something broke."""


class Rule(Enum):
    """What holds of every history."""

    ONCE = "H1"
    """A code is used once; a refresh token again within its grace at most, for the same answer."""
    KEPT = "H2"
    """What was handed out is good until something ends it."""
    ENDED = "H3"
    """What has ended stays ended."""
    OWN = "H4"
    """Nobody is answered with what is another's."""
    WHOLE = "H5"
    """What failed has happened wholly or not at all, and the next request learns which."""


@dataclass(frozen=True, slots=True)
class Line:
    """One request; times are of one monotonic clock.

    Args:
        grant: what the client calls the grant: the same for a code and all that comes of it.
        subject: whose grant it is.
        presented: a code, a refresh token or, to look, an access token; never a spoilt one, nor
            with parameters that would be refused in any case.
        refresh_token: that came.
        access_token: that came.
        named: the subject that the answer names.
    """

    started: float
    ended: float
    op: Op
    grant: str
    subject: str
    presented: str
    outcome: Outcome
    refresh_token: str | None = None
    access_token: str | None = None
    named: str | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that does not hold, and the line that shows it."""

    rule: Rule
    line: Line
    why: str


def find_breaches(
    lines: Iterable[Line], *, grace_seconds: float, bound_seconds: float = 1.0
) -> list[Breach]:
    """Judge a history.

    Args:
        grace_seconds: so long the refresh token before the current one gives the same answer.
        bound_seconds: so long after its end a token may still look good to another worker.
    """
    whole = sorted(lines, key=lambda line: line.started)
    grants: dict[str, list[Line]] = defaultdict(list)
    for line in whole:
        grants[line.grant].append(line)
    found = list(_find_mixed_up(whole))
    for of_grant in grants.values():
        found += _GrantHistory(of_grant, grace_seconds, bound_seconds).find_breaches()
    return found


def _find_mixed_up(lines: Sequence[Line]) -> Iterator[Breach]:
    owners: dict[str, str] = {}
    for line in lines:
        if line.named not in {None, line.subject}:
            yield Breach(Rule.OWN, line, "the answer names another subject")
        for token in (line.refresh_token, line.access_token):
            if token is not None and owners.setdefault(token, line.grant) != line.grant:
                yield Breach(Rule.OWN, line, "the answer holds a token of another grant")


class _GrantHistory:
    def __init__(self, lines: Sequence[Line], grace: float, bound: float) -> None:
        self.lines, self.grace, self.bound = lines, grace, bound
        self.uses: dict[str, list[Line]] = defaultdict(list)
        self.next_of: dict[str, str] = {}
        for line in lines:
            if line.op in {Op.EXCHANGE, Op.REFRESH}:
                self.uses[line.presented].append(line)
            if line.op is Op.REFRESH and line.refresh_token is not None:
                self.next_of.setdefault(line.presented, line.refresh_token)
        self.may_end = min((line.started for line in lines if self._may_end_it(line)), default=inf)
        self.is_over = min((line.ended for line in lines if _shows_end(line)), default=inf)

    def find_breaches(self) -> Iterator[Breach]:
        for uses in self.uses.values():
            yield from self._find_repeated([use for use in uses if use.outcome is Outcome.DONE])
            yield from _find_unsettled(uses)
        for line in self.lines:
            if line.outcome is Outcome.REFUSED:
                yield from self._judge_refused(line)
            elif line.outcome is Outcome.DONE and line.op is not Op.REVOKE:
                yield from self._judge_late(line)

    def _find_repeated(self, done: Sequence[Line]) -> Iterator[Breach]:
        if len(done) > 1 and done[0].op is Op.EXCHANGE:
            yield Breach(Rule.ONCE, done[1], "a code was exchanged twice")
        elif done and done[0].presented in self.next_of:
            yield from self._find_forked(done)

    def _find_forked(self, done: Sequence[Line]) -> Iterator[Breach]:
        next_token = self.next_of[done[0].presented]
        successors = [use for use in self.uses.get(next_token, ()) if use.outcome is Outcome.DONE]
        spent_by = min(line.ended for line in done) + self.grace
        replaced_by = min((line.ended for line in successors), default=inf)
        for line in done:
            if line.refresh_token != next_token:
                yield Breach(Rule.ONCE, line, "two next tokens came of one")
            elif line.started > spent_by or (self.grace == 0 and line is not done[0]):
                yield Breach(Rule.ONCE, line, "a refresh token was used again after its grace")
            elif line.started > replaced_by:
                yield Breach(Rule.ONCE, line, "a refresh token was used again after the next one")

    def _judge_refused(self, line: Line) -> Iterator[Breach]:
        if line.op is Op.EXCHANGE and not any(self._earlier(line)):
            yield Breach(Rule.WHOLE, line, "a code was refused that nobody had used")
        elif line.op is not Op.EXCHANGE and self.may_end > line.ended:
            yield Breach(Rule.KEPT, line, "refused, though nothing had ended the grant")

    def _judge_late(self, line: Line) -> Iterator[Breach]:
        bound = self.bound if line.op is Op.LOOK else 0.0
        if line.started > self.is_over + bound:
            yield Breach(Rule.ENDED, line, "good, though the grant had ended")

    def _may_end_it(self, line: Line) -> bool:
        """Tell whether a request may have ended the grant, rightly."""
        if line.op is Op.REVOKE:
            return True
        if line.op is Op.LOOK or line.outcome is Outcome.DONE:
            return False
        if line.op is Op.EXCHANGE:
            return any(self._earlier(line))
        is_late = any(line.ended >= use.started + self.grace for use in self._earlier(line))
        return is_late or any(self._replacing(line))

    def _earlier(self, line: Line) -> Iterator[Line]:
        """Find what may have used the same thing before this line did."""
        for use in self.uses[line.presented]:
            if use is not line and use.outcome is not Outcome.REFUSED and use.started < line.ended:
                yield use

    def _replacing(self, line: Line) -> Iterator[Line]:
        """Find what may have used the next refresh token before this line used this one."""
        following = self.uses.get(self.next_of.get(line.presented, ""), ())
        return (use for use in following if use.started < line.ended)


def _shows_end(line: Line) -> bool:
    """Tell whether the grant is over when this line is answered."""
    return line.outcome is (Outcome.DONE if line.op is Op.REVOKE else Outcome.REFUSED)


def _find_unsettled(uses: Sequence[Line]) -> Iterator[Breach]:
    settled = max((use.started for use in uses if use.outcome is not Outcome.UNKNOWN), default=-inf)
    for use in uses:
        if use.outcome is Outcome.UNKNOWN and use.ended > settled:
            yield Breach(Rule.WHOLE, use, "nobody was told what became of it")
