"""Do people who sign on keep programs waiting? ES256 at half load, alone and beside logins.

A password's hash takes a core for about 20 ms. Here it is the real one, and the logins never stop.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.cores import CoreLayout
from bench.errors import BenchError
from bench.load.fixed_rate import FixedRate, Pace, hold_rate
from bench.load.saturation import Saturation, saturate
from bench.logins import PARALLEL, Logins
from bench.plan import Plan
from bench.running_server import RunningServer, start
from bench.servers.contract import MeasuredServer
from bench.signon.chains import make_chain, verify_sign_on
from bench.verify import make_request, verify
from bench.work import Work


def measure_logins(
    server: MeasuredServer,
    directory: Path,
    *,
    plan: Plan,
    cores: CoreLayout,
    say: Callable[[str], None],
) -> Logins:
    """Hold the rate in turns alone and beside logins.

    Raises: BenchError, also for any wrong answer.
    """
    alone: list[FixedRate] = []
    beside: list[FixedRate] = []
    logins: list[Saturation] = []
    with start(server, directory, cores=[cores.server]) as running:
        verify(server, running.launch, Work.ES256)
        verify_sign_on(server, running.launch, Work.FLOW)
        rate = _find_rate(running, plan, cores) / 2
        for number in range(1, plan.settings.rounds + 1):
            say(f"round {number}: tokens alone, then beside {PARALLEL} logins at a time")
            pace = Pace(rate, plan.settings.half_seconds, seed=number)
            alone.append(_hold(running, cores, pace))
            with ThreadPoolExecutor(1) as pool:
                signing_on = pool.submit(_sign_on, running, cores, int(pace.seconds) + 1)
                beside.append(_hold(running, cores, pace))
                logins.append(signing_on.result())
    errors = sum(one.errors for one in (*alone, *beside)) + sum(load.errors for load in logins)
    if errors:
        raise BenchError(f"{errors} wrong answers while logins went on")
    return Logins(tuple(alone), tuple(beside), tuple(load.rate for load in logins))


def _find_rate(running: RunningServer, plan: Plan, cores: CoreLayout) -> float:
    load = saturate(
        running.launch.url,
        make_request(running.server, running.launch, Work.ES256),
        core=cores.loader,
        connections=plan.settings.connections,
        seconds=plan.settle_seconds,
    )
    return load.rate


def _hold(running: RunningServer, cores: CoreLayout, pace: Pace) -> FixedRate:
    request = make_request(running.server, running.launch, Work.ES256)
    return hold_rate(running.launch.url, request, core=cores.loader, pace=pace)


def _sign_on(running: RunningServer, cores: CoreLayout, seconds: int) -> Saturation:
    chain = make_chain(
        running.server, running.launch, Work.FLOW, connections=PARALLEL, expected=0.0
    )
    return saturate(
        running.launch.url, chain, core=cores.loader, connections=PARALLEL, seconds=seconds
    )
