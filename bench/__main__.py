"""`make bench`: measure, report, keep.

Ends with 0 when every row is valid, whatever the goals say; with 1 when a row is not, or a part
of the run could not be made; with 130 when it was interrupted.
"""

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from rich.console import Console

from bench import charts, options, performance_page, report, results
from bench.cores import choose_cores
from bench.errors import BenchError
from bench.plan import Plan
from bench.processes import ROOT, install
from bench.results import Results
from bench.run import Run

_COLUMNS = 112  # what the widest table needs


def main() -> int:
    """Carry out what the command line says."""
    chosen = options.parse(sys.argv[1:])
    console = Console(width=max(Console().width, _COLUMNS))
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        found = _measure(chosen.plan, console)
        report.show(found, console)
        written = _keep(found, chosen.results)
        if chosen.results == options.RESULTS:
            performance_page.update(found)
    except BenchError as error:
        console.print(f"bench: {error}", style="red", markup=False, highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("bench: interrupted; the servers have ended")
        return 130
    console.print(f"\nKept in {os.path.relpath(written)}", highlight=False)
    return 0 if all(row.is_valid for row in found.rows) and not found.problems else 1


def _measure(plan: Plan, console: Console) -> Results:
    cores = choose_cores()
    _install(plan)
    # Nothing of ours may disturb the server's core; the loader has its own while it works.
    os.sched_setaffinity(0, {cores.loader})
    # In the tree and not in /tmp: that is often in memory, and what a store costs is its disk.
    work = ROOT / "bench" / ".work"
    work.mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(dir=work, prefix=f"{os.getpid()}-"))
    try:
        run = Run(plan, cores, directory, lambda text: console.print(f"· {text}", style="dim"))
        return run.carry_out()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _install(plan: Plan) -> None:
    install("system_packages.sh", "wrk")
    for server in plan.servers:
        try:
            server.install()
        except BenchError as error:
            others = ",".join(other.key for other in plan.servers if other is not server)
            raise BenchError(
                f'{server.title} cannot be had; ARGS="--servers {others}" leaves it out. {error}'
            ) from None


def _keep(found: Results, folder: Path) -> Path:
    name = f"{found.started_at[:10]}-{found.machine.short_name}.json"
    results.write(found, folder / name)
    if found.rows:
        charts.draw_throughput(found, folder / report.THROUGHPUT_CHART)
    if found.curve:
        charts.draw_connections(found, folder / report.CONNECTIONS_CHART)
    (folder / "README.md").write_text(report.render_page(found, name))
    return folder / name


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
