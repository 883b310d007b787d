"""Do people who sign on keep programs waiting? ES256 at half load, alone and beside logins.

A password's hash takes a core for about 20 ms. Here it is the real one, and the logins never stop.
"""

from collections.abc import Callable

from bench.cores import CoreLayout
from bench.load.requests import ChainedRequests
from bench.logins import Logins
from bench.plan import Plan
from bench.running_server import RunningServer
from bench.signon.chains import make_chain, verify_sign_on
from bench.turns import PARALLEL, Turns
from bench.work import Work


def measure_logins(
    running: RunningServer, *, plan: Plan, cores: CoreLayout, say: Callable[[str], None]
) -> Logins:
    """Hold the rate in turns alone and beside logins.

    Raises: BenchError, also for any wrong answer.
    """
    verify_sign_on(running.server, running.launch, Work.FLOW)

    def logins(_seconds: int) -> ChainedRequests:
        return make_chain(
            running.server, running.launch, Work.FLOW, connections=PARALLEL, expected=0.0
        )

    turns = Turns(running, plan, cores, logins)
    rate = turns.find_rate()
    for number in range(1, plan.settings.rounds + 1):
        say(f"round {number}: tokens alone, then beside {PARALLEL} logins at a time")
        turns.take(rate)
    return Logins(tuple(turns.alone), tuple(turns.beside), tuple(load.rate for load in turns.loads))
