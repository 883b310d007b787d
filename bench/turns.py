"""Do others keep programs waiting? ES256 at half load in turns, alone and beside something else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bench.cores import CoreLayout
from bench.errors import BenchError
from bench.load.fixed_rate import FixedRate, Pace, hold_rate
from bench.load.requests import ChainedRequests
from bench.load.saturation import Saturation, saturate
from bench.plan import Plan
from bench.running_server import RunningServer
from bench.verify import make_request
from bench.work import Work

PARALLEL = 8
"""So many of the others at a time, without end."""


@dataclass(slots=True)
class Turns:
    """Tokens at a rate, turn by turn.

    Args:
        others: makes what goes on beside the tokens; takes how many seconds it has to last.
        loads: what the others brought about.
    """

    running: RunningServer
    plan: Plan
    cores: CoreLayout
    others: Callable[[int], ChainedRequests]
    alone: list[FixedRate] = field(default_factory=list)
    beside: list[FixedRate] = field(default_factory=list)
    loads: list[Saturation] = field(default_factory=list)

    def find_rate(self) -> float:
        """Return half of what the server can take."""
        load = saturate(
            self.running.launch.url,
            make_request(self.running.server, self.running.launch, Work.ES256),
            core=self.cores.loader,
            connections=self.plan.settings.connections,
            seconds=self.plan.settle_seconds,
        )
        return load.rate / 2

    def take(self, rate: float) -> None:
        """Hold a rate alone, then beside the others; and again, as often as planned.

        Raises: BenchError for any wrong answer.
        """
        for _ in range(self.plan.turns):
            self._take_one(Pace(rate, self.plan.turn_seconds, seed=len(self.alone) + 1))

    def _take_one(self, pace: Pace) -> None:
        self.alone.append(self._hold(pace))
        chain = self.others(int(pace.seconds) + 1)
        with ThreadPoolExecutor(1) as pool:
            going_on = pool.submit(self._load, chain, int(pace.seconds) + 1)
            self.beside.append(self._hold(pace))
            self.loads.append(going_on.result())
        errors = self.alone[-1].errors + self.beside[-1].errors + self.loads[-1].errors
        if errors:
            raise BenchError(f"{errors} wrong answers to tokens and what went on beside them")

    def _hold(self, pace: Pace) -> FixedRate:
        request = make_request(self.running.server, self.running.launch, Work.ES256)
        return hold_rate(self.running.launch.url, request, core=self.cores.loader, pace=pace)

    def _load(self, chain: ChainedRequests, seconds: int) -> Saturation:
        return saturate(
            self.running.launch.url,
            chain,
            core=self.cores.loader,
            connections=PARALLEL,
            seconds=seconds,
        )
