"""The judge of histories sees every way of being wrong, and takes nothing right for wrong."""

from collections.abc import Sequence

import pytest

from tests.support.history import Line, Op, Outcome, Rule, find_breaches

DONE, REFUSED, UNKNOWN = Outcome.DONE, Outcome.REFUSED, Outcome.UNKNOWN
GRACE_SECONDS = 10.0


def line(moment: float, op: Op, presented: str, outcome: Outcome = DONE, **seen: str) -> Line:
    """Make a request that takes half a second; `seen` also changes whose grant it is."""
    of = {"grant": "g", "subject": "joe", **seen}
    return Line(moment, moment + 0.5, op, presented=presented, outcome=outcome, **of)


def exchange(moment: float, outcome: Outcome = DONE, **seen: str) -> Line:
    got = {"refresh_token": "r1", "access_token": "a1"} if outcome is DONE else {}
    return line(moment, Op.EXCHANGE, "code", outcome, **{**got, **seen})


def refresh(moment: float, number: int, outcome: Outcome = DONE, **seen: str) -> Line:
    """Use the refresh token of a number; the next one has the number after it."""
    got = {"refresh_token": f"r{number + 1}"} if outcome is DONE else {}
    return line(moment, Op.REFRESH, f"r{number}", outcome, **{**got, **seen})


def look(moment: float, outcome: Outcome = DONE, **seen: str) -> Line:
    return line(moment, Op.LOOK, "a1", outcome, **seen)


def revoke(moment: float, outcome: Outcome = DONE) -> Line:
    return line(moment, Op.REVOKE, "r1", outcome)


def judge(history: Sequence[Line], grace_seconds: float = GRACE_SECONDS) -> set[Rule]:
    return {breach.rule for breach in find_breaches(history, grace_seconds=grace_seconds)}


RIGHT = {
    "a life": [exchange(0), refresh(1, 1), refresh(2, 2), look(3)],
    "an answer that got lost comes again": [
        *(exchange(0), refresh(1, 1, UNKNOWN), refresh(2, 1), refresh(3, 2)),
    ],
    "two at once get the same": [exchange(0), refresh(1, 1), refresh(1.2, 1), refresh(3, 2)],
    "a repetition that began in the grace": [exchange(0), refresh(1, 1), refresh(11.4, 1)],
    "a code whose answer got lost had been spent": [exchange(0, UNKNOWN), exchange(1, REFUSED)],
    "a code whose answer got lost had not been spent": [
        *(exchange(0, UNKNOWN), exchange(1), refresh(2, 1), look(3)),
    ],
    "a code that is presented again ends all": [
        *(exchange(0), exchange(1, REFUSED), refresh(2, 1, REFUSED), look(3, REFUSED)),
    ],
    "of several at once one wins, and nothing stays": [
        *(exchange(0), exchange(0.1, REFUSED), exchange(0.2, REFUSED), look(1, REFUSED)),
    ],
    "a refresh token after its grace ends all": [
        *(exchange(0), refresh(1, 1), refresh(20, 1, REFUSED), refresh(21, 2, REFUSED)),
    ],
    "one whose successor was used ends all": [
        *(exchange(0), refresh(1, 1), refresh(2, 2), refresh(3, 1, REFUSED), look(4, REFUSED)),
    ],
    "a revocation ends all": [exchange(0), revoke(1), refresh(2, 1, REFUSED), look(3, REFUSED)],
    "a revocation without an answer may have been": [
        *(exchange(0), revoke(1, UNKNOWN), look(2), refresh(3, 1, REFUSED)),
    ],
    "a look within the bound is late": [exchange(0), revoke(1), look(2), look(4, REFUSED)],
    "what overlaps may be in either order": [exchange(0), revoke(1), refresh(1.2, 1)],
    "two people": [
        exchange(0, named="joe"),
        exchange(0, grant="h", subject="ann", refresh_token="s1", access_token="b1", named="ann"),
    ],
}
WRONG = {
    "a code twice": (Rule.ONCE, [exchange(0), exchange(2, refresh_token="r9")]),
    "a code twice at once": (Rule.ONCE, [exchange(0), exchange(0.1, refresh_token="r9")]),
    "a refresh token after its grace": (Rule.ONCE, [exchange(0), refresh(1, 1), refresh(11.6, 1)]),
    "a refresh token whose successor was used": (
        Rule.ONCE,
        [exchange(0), refresh(1, 1), refresh(2, 2), refresh(3, 1)],
    ),
    "two next tokens of one": (
        Rule.ONCE,
        [exchange(0), refresh(1, 1), refresh(1.1, 1, refresh_token="r9")],
    ),
    "a refresh token that was lost": (Rule.KEPT, [exchange(0), refresh(1, 1, REFUSED)]),
    "an access token that was lost": (Rule.KEPT, [exchange(0), look(1, REFUSED)]),
    "a rotation that was lost": (Rule.KEPT, [exchange(0), refresh(1, 1), refresh(2, 2, REFUSED)]),
    "a lost answer that does not come again": (
        Rule.KEPT,
        [exchange(0), refresh(1, 1, UNKNOWN), refresh(2, 1, REFUSED)],
    ),
    "an end before its cause": (
        Rule.KEPT,
        [exchange(0), refresh(1, 1, REFUSED), revoke(2)],
    ),
    "a refresh token after its revocation": (Rule.ENDED, [exchange(0), revoke(1), refresh(2, 1)]),
    "an access token long after its revocation": (Rule.ENDED, [exchange(0), revoke(1), look(3)]),
    "a refresh token after its code came again": (
        Rule.ENDED,
        [exchange(0), exchange(1, REFUSED), refresh(2, 1)],
    ),
    "an access token after its refresh token was refused": (
        Rule.ENDED,
        [exchange(0), refresh(1, 1), refresh(20, 1, REFUSED), look(23)],
    ),
    "a code after its refusal": (
        Rule.ENDED,
        [exchange(0, UNKNOWN), exchange(1, REFUSED), exchange(2)],
    ),
    "an answer that names somebody else": (Rule.OWN, [exchange(0, named="ann")]),
    "a token of somebody else": (
        Rule.OWN,
        [exchange(0), exchange(0, grant="h", subject="ann", refresh_token="r1")],
    ),
    "a code that is burnt": (Rule.WHOLE, [exchange(0, REFUSED)]),
    "a code that never gets an answer": (Rule.WHOLE, [exchange(0, UNKNOWN), exchange(1, UNKNOWN)]),
    "a refresh token that never gets an answer": (
        Rule.WHOLE,
        [exchange(0), refresh(1, 1, UNKNOWN)],
    ),
    "a code of which half is there": (
        Rule.KEPT,
        [exchange(0, UNKNOWN), exchange(1), look(2), refresh(3, 1, REFUSED)],
    ),
}


@pytest.mark.parametrize("history", RIGHT.values(), ids=list(RIGHT))
def test_a_right_history_has_no_breach(history: list[Line]) -> None:
    assert judge(history) == set()


@pytest.mark.parametrize(("rule", "history"), WRONG.values(), ids=list(WRONG))
def test_a_wrong_history_breaks_its_rule_and_no_other(rule: Rule, history: list[Line]) -> None:
    assert judge(history) == {rule}


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_is_broken_by_a_history(rule: Rule) -> None:
    assert rule in {broken for broken, _ in WRONG.values()}


def test_without_a_grace_a_refresh_token_is_used_once() -> None:
    at_once = [exchange(0), refresh(1, 1), refresh(1.1, 1)]

    assert judge(at_once, grace_seconds=0) == {Rule.ONCE}
    assert judge(at_once, grace_seconds=10) == set()


def test_without_a_grace_a_repeated_refresh_token_ends_all() -> None:
    assert judge([exchange(0), refresh(1, 1), refresh(1.1, 1, REFUSED)], grace_seconds=0) == set()


def test_the_order_of_the_lines_is_of_no_account() -> None:
    _, history = WRONG["a refresh token whose successor was used"]

    assert judge(history[::-1]) == {Rule.ONCE}


def test_a_grant_does_not_answer_for_another_one() -> None:
    others = [exchange(0, grant="h", refresh_token="s1", access_token="b1"), revoke(1)]

    assert judge([*others, look(5, grant="h")]) == set()


def test_a_breach_shows_the_line() -> None:
    (breach,) = find_breaches([exchange(0), look(1, REFUSED)], grace_seconds=GRACE_SECONDS)

    assert (breach.line.op, breach.line.outcome) == (Op.LOOK, REFUSED)
    assert "nothing had ended" in breach.why
