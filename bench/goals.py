"""The goals, and by how much a run met or missed them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bench.password_grants import PasswordGrants
from bench.results import Results
from bench.rows import Row
from bench.statistics import median
from bench.work import Work

P256_RATE = 54_000
"""Raw signatures a second with a P-256 key where the goals were set."""
BARE_RATE = 18_400
"""ES256 tokens a second of bare uvicorn, for each busy core, there: what Python was worth."""

_OURS, _ON_POSTGRES, _PEER = "ostiary", "ostiary-postgres", "oidc-provider"
_SIGN_ON = (
    (Work.CODE, "code exchanges", 6_000, 4_000),
    (Work.REFRESH, "refreshes", 9_000, 6_000),
    (Work.FLOW, "logins without the hash", 6_000, 4_000),
)


class Verdict(StrEnum):
    """How a measured value stands to its goal."""

    MET = "met"
    ABOVE_FLOOR = "floor held, goal missed"
    MISSED = "missed"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Goal:
    """A value to reach.

    Args:
        floor: the least that is acceptable; the goal itself where there is no difference.
        is_limit: smaller is better.
    """

    text: str
    unit: str
    goal: float
    floor: float
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """A goal, what was measured, and what follows."""

    goal: Goal
    measured: float | None

    @property
    def verdict(self) -> Verdict:
        if self.measured is None:
            return Verdict.NOT_MEASURED
        if self._reaches(self.goal.goal):
            return Verdict.MET
        return Verdict.ABOVE_FLOOR if self._reaches(self.goal.floor) else Verdict.MISSED

    @property
    def margin(self) -> float | None:
        """By what share of the goal it was met (positive) or missed (negative)."""
        if self.measured is None:
            return None
        distance = self.measured / self.goal.goal - 1
        return -distance if self.goal.is_limit else distance

    def _reaches(self, value: float) -> bool:
        measured = self.measured or 0.0
        return measured <= value if self.goal.is_limit else measured >= value


def judge(results: Results) -> list[Judgement]:
    """Hold a run against every goal."""
    return list(_judge(results))


def _judge(results: Results) -> Iterator[Judgement]:
    es256 = results.find_row(_OURS, Work.ES256)
    rs256 = results.find_row(_OURS, Work.RS256)
    reference = results.find_row(_OURS, Work.REFERENCE)
    introspect = results.find_row(_OURS, Work.INTROSPECT)
    peer = results.find_row(_PEER, Work.ES256)
    yield Judgement(
        Goal("ES256, as many times the rate of oidc-provider", "×", 3.0, 2.5),
        es256.rate / peer.rate if es256 and peer else None,
    )
    yield Judgement(
        Goal("ES256, for each busy core", "/s", 14_000, 10_000),
        es256.rate_per_core if es256 else None,
    )
    yield Judgement(
        Goal("RS256, of the raw rate of RSA-2048 signatures", "%", 78, 70),
        _share_of_raw(results, rs256),
    )
    yield Judgement(
        Goal("reference tokens", "/s", 12_000, 12_000), reference.rate if reference else None
    )
    yield Judgement(
        Goal("introspection of reference tokens", "/s", 14_000, 14_000),
        introspect.rate if introspect else None,
    )
    yield Judgement(
        Goal("ES256, 99th percentile at half load", "ms", 5.0, 5.0, is_limit=True),
        es256.half_p99_ms if es256 else None,
    )
    yield from _judge_sign_on(results)
    yield from _judge_passwords(results.password_grants)
    yield from _judge_memory(results)


def _judge_sign_on(results: Results) -> Iterator[Judgement]:
    for work, name, goal, floor in _SIGN_ON:
        row = results.find_row(_OURS, work)
        yield Judgement(
            Goal(f"{name}, for each busy core", "/s", goal, floor),
            row.rate_per_core if row else None,
        )
    for work, name, _, _ in _SIGN_ON:
        row = results.find_row(_ON_POSTGRES, work)
        yield Judgement(
            Goal(f"{name} on PostgreSQL", "/s", 2_000, 2_000), row.rate if row else None
        )
    handover = results.find_row(_OURS, Work.HANDOVER)
    yield Judgement(
        Goal("attributes handed over, for each busy core", "/s", 4_000, 4_000),
        handover.rate_per_core if handover else None,
    )
    yield Judgement(
        Goal("99th percentile of ES256 beside logins", "×", 2, 2, is_limit=True),
        results.logins.times if results.logins else None,
    )


def _judge_passwords(grants: PasswordGrants | None) -> Iterator[Judgement]:
    yield Judgement(
        Goal("password grants, of the raw rate of the hash", "%", 90, 90),
        100 * grants.share if grants else None,
    )
    yield Judgement(
        Goal("99th percentile of ES256 beside password grants", "×", 2, 2, is_limit=True),
        grants.times if grants else None,
    )


def _share_of_raw(results: Results, row: Row | None) -> float | None:
    """Return which percentage of the raw signatures a core turned into answers."""
    if row is None or not results.signatures:
        return None
    return 100 * row.rate_per_core / median([rates.rsa2048 for rates in results.signatures])


def _judge_memory(results: Results) -> Iterator[Judgement]:
    growth = results.growth
    yield Judgement(
        Goal("memory of a worker (RSS) after all that", "MB", 80, 80, is_limit=True),
        growth.points[-1].rss_mb if growth else None,
    )
    yield Judgement(
        Goal("growth of a worker's memory under load", "%", 3, 3, is_limit=True),
        100 * growth.growth if growth and len(growth.points) > 1 else None,
    )
