"""The second chart: one and two workers of Ostiary over ever more connections."""

from pathlib import Path

from bench.cores import CoreLayout
from bench.plan import Plan
from bench.rounds import Say, take_sample, warm_up
from bench.rows import ConnectionsPoint, Sample
from bench.running_server import RunningServer, start
from bench.servers.contract import MeasuredServer
from bench.targets import Dose
from bench.verify import make_request, verify
from bench.work import Work


def measure_curve(
    server: MeasuredServer, directory: Path, *, plan: Plan, cores: CoreLayout, say: Say
) -> tuple[ConnectionsPoint, ...]:
    """Measure ES256 tokens over each number of connections, in rounds."""
    points: list[ConnectionsPoint] = []
    for workers in (1, 2):
        on = [cores.server] if workers == 1 else list(cores.pair)
        with start(server, directory / str(workers), cores=on, workers=workers) as running:
            verify(server, running.launch, Work.ES256)
            samples: dict[int, list[Sample]] = {count: [] for count in plan.curve_connections}
            for number in range(1, plan.settings.rounds + 1):
                for count, taken in samples.items():
                    say(f"round {number}: {count} connections, workers: {workers}")
                    taken.append(_sample(running, count, plan=plan, cores=cores))
        points += [
            ConnectionsPoint(workers, count, tuple(taken)) for count, taken in samples.items()
        ]
    return tuple(points)


def _sample(running: RunningServer, connections: int, *, plan: Plan, cores: CoreLayout) -> Sample:
    running.check_alive()
    request, url = make_request(running.server, running.launch, Work.ES256), running.launch.url
    if plan.settings.warm_up_seconds:
        first = Dose(connections, plan.settings.warm_up_seconds)
        warm_up(url, request, core=cores.loader, dose=first)
    dose = Dose(connections, plan.curve_seconds)
    return take_sample(running, url, request, cores=cores, dose=dose)
