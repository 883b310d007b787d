"""What a run is to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench.results import Settings
from bench.servers.contract import MeasuredServer
from bench.work import Work


class Part(StrEnum):
    """A part of a run that can be left out."""

    ROUNDS = "rounds"
    HALF = "half"
    STARTS = "starts"
    MEMORY = "memory"
    CURVE = "curve"
    LOGINS = "logins"
    PASSWORDS = "passwords"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that was chosen on the command line.

    Args:
        settle_seconds: how long each row is loaded once before the first round.
        curve_connections: how many connections the second chart looks at.
        curve_seconds: for each of its points.
        memory_requests: after how many answers memory is compared.
        signature_seconds: for each kind of key, each time the raw rate is taken.
        turns: how often in a round tokens are asked for alone and beside others. A machine that
            is shared stands still now and then, which decides over the 99th percentile of a turn.
        turn_seconds: for each of them.
    """

    settings: Settings
    works: Sequence[Work]
    servers: Sequence[MeasuredServer]
    parts: frozenset[Part]
    settle_seconds: int
    curve_connections: Sequence[int]
    curve_seconds: int
    memory_requests: int
    starts: int
    signature_seconds: float
    turns: int
    turn_seconds: float


FULL = Settings(
    rounds=3, seconds=5, warm_up_seconds=1, connections=32, half_seconds=5, is_quick=False
)
QUICK = Settings(
    rounds=1, seconds=1, warm_up_seconds=0, connections=32, half_seconds=1, is_quick=True
)


def make_plan(
    settings: Settings,
    works: Sequence[Work],
    servers: Sequence[MeasuredServer],
    parts: frozenset[Part],
) -> Plan:
    """Fill in what follows from quick or not."""
    quick = settings.is_quick
    return Plan(
        settings=settings,
        works=works,
        servers=servers,
        parts=parts,
        settle_seconds=1 if quick else 5,
        curve_connections=(1, 32, 512) if quick else tuple(2**n for n in range(10)),
        curve_seconds=1 if quick else 4,
        memory_requests=20_000 if quick else 600_000,
        starts=1 if quick else 5,
        signature_seconds=0.2 if quick else 0.5,
        turns=1 if quick else 3,
        turn_seconds=1 if quick else 3,
    )
