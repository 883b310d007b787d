"""Password grants with the real hash: against the machine's raw hashes, and beside tokens."""

from collections.abc import Callable

from bench import hashes
from bench.cores import CoreLayout
from bench.errors import BenchError
from bench.hashes import HashRates
from bench.password_grants import PasswordGrants
from bench.plan import Plan
from bench.rounds import take_sample
from bench.rows import Sample
from bench.running_server import RunningServer
from bench.signon.password_requests import make_grants
from bench.targets import Dose
from bench.turns import PARALLEL, Turns
from bench.verify import verify
from bench.work import Work

_MOST_A_SECOND = 1000
"""More than any core can hash."""


def measure_passwords(
    running: RunningServer, *, plan: Plan, cores: CoreLayout, say: Callable[[str], None]
) -> PasswordGrants:
    """Hold a rate of tokens alone and beside grants, then take grants to the limit, in turns.

    Raises: BenchError, also for any wrong answer.
    """
    verify(running.server, running.launch, Work.PASSWORD)
    turns = Turns(
        running, plan, cores, lambda seconds: make_grants(running.server, _MOST_A_SECOND * seconds)
    )
    rates, samples = list[HashRates](), list[Sample]()
    rate = turns.find_rate()
    for number in range(1, plan.settings.rounds + 1):
        say(f"round {number}: tokens alone, then beside {PARALLEL} password grants at a time")
        turns.take(rate)
        # Also a pause, in which grants end that nobody waits for any more.
        rates.append(_hashes(plan, cores))
        samples.append(_sample(running, plan, cores))
        rates.append(_hashes(plan, cores))
    return PasswordGrants(
        hashes=tuple(rates),
        samples=tuple(samples),
        alone=tuple(turns.alone),
        beside=tuple(turns.beside),
        grants=tuple(load.rate for load in turns.loads),
    )


def _sample(running: RunningServer, plan: Plan, cores: CoreLayout) -> Sample:
    dose = Dose(PARALLEL, plan.settings.seconds)
    chain = make_grants(running.server, _MOST_A_SECOND * dose.seconds)
    sample = take_sample(running, running.launch.url, chain, cores=cores, dose=dose)
    if sample.load.errors or not sample.load.requests:
        raise BenchError(f"{sample.load.errors} password grants went wrong")
    return sample


def _hashes(plan: Plan, cores: CoreLayout) -> HashRates:
    return hashes.measure(cores.server, plan.signature_seconds * 2)
