"""Goals are met, held at their floor, or missed; what was not measured is not judged."""

import pytest

from bench.goals import Goal, Judgement, Verdict, judge
from bench.rows import Row
from bench.work import Work
from tests.bench import recorded

RATE = Goal("requests", "/s", goal=100, floor=80)
LIMIT = Goal("wait", "ms", goal=5, floor=5, is_limit=True)


@pytest.mark.parametrize(
    ("goal", "measured", "verdict"),
    [
        (RATE, 100.0, Verdict.MET),
        (RATE, 99.0, Verdict.ABOVE_FLOOR),
        (RATE, 79.0, Verdict.MISSED),
        (RATE, None, Verdict.NOT_MEASURED),
        (LIMIT, 5.0, Verdict.MET),
        (LIMIT, 5.1, Verdict.MISSED),
    ],
)
def test_verdict_follows_from_goal_and_floor(
    goal: Goal, measured: float | None, verdict: Verdict
) -> None:
    assert Judgement(goal, measured).verdict is verdict


@pytest.mark.parametrize(("goal", "measured"), [(RATE, 120.0), (LIMIT, 4.0)])
def test_a_goal_met_by_a_fifth_has_a_margin_of_a_fifth(goal: Goal, measured: float) -> None:
    assert Judgement(goal, measured).margin == pytest.approx(0.2)


def judgement(text: str, *rows: Row) -> Judgement:
    """Return the judgement whose goal begins with these words."""
    run = recorded.results(*rows)
    return next(one for one in judge(run) if one.goal.text.startswith(text))


def test_the_ratio_is_that_of_the_medians() -> None:
    rows = (recorded.row((900, 1000, 5000)), recorded.row((300, 250, 100), server="oidc-provider"))
    assert judgement("ES256, as many times", *rows).measured == pytest.approx(4.0)


def test_a_row_with_errors_proves_nothing() -> None:
    assert judgement("ES256, for each", recorded.row((1000,), errors=1)).measured is None


def test_rs256_is_held_against_the_raw_rate_of_the_same_run() -> None:
    row = recorded.row((1800,), work=Work.RS256)
    # 9,000 answers in 4.5 seconds of CPU time; 4,000 raw signatures a second.
    assert judgement("RS256", row).measured == pytest.approx(50.0)


def test_code_exchanges_on_sqlite_are_held_against_the_busy_core() -> None:
    row = recorded.row((900,), work=Work.CODE)
    assert judgement("code exchanges, for each", row).measured == pytest.approx(1000.0)


def test_postgresql_has_a_goal_of_its_own() -> None:
    row = recorded.row((900,), server="ostiary-postgres", work=Work.REFRESH)
    assert judgement("refreshes on PostgreSQL", row).measured == pytest.approx(900.0)
    assert judgement("refreshes, for each", row).measured is None


def test_waits_beside_logins_are_held_against_those_without() -> None:
    # Medians of 3 and 2 ms, and of 1 and 2.
    assert judgement("99th percentile of ES256 beside").measured == pytest.approx(2.5 / 1.5)


def test_password_grants_are_held_against_the_raw_hashes_of_the_same_run() -> None:
    # 180 grants in 4.5 seconds of CPU time; 50 raw hashes a second.
    assert judgement("password grants, of the raw").measured == pytest.approx(80.0)


def test_waits_beside_password_grants_are_held_against_those_without() -> None:
    assert judgement("99th percentile of ES256 beside password").measured == pytest.approx(1.0)


def test_over_tls_is_another_row() -> None:
    assert judgement("ES256, for each", recorded.row((1000,), is_tls=True)).measured is None
