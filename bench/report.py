"""The report: the same tables on the terminal and as a page of Markdown beside the charts."""

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as RichTable

from bench.goals import BARE_RATE, P256_RATE
from bench.results import Results
from bench.statistics import median
from bench.table import Table
from bench.tables import tables
from bench.work import Work

THROUGHPUT_CHART, CONNECTIONS_CHART = "throughput.svg", "connections.svg"
_BREAK = "\n"


def show(results: Results, console: Console) -> None:
    """Print everything."""
    for line in facts(results):
        console.print(line, highlight=False)
    for table in tables(results):
        console.print()
        console.print(_rich(table))


def _rich(table: Table) -> RichTable:
    rich = RichTable(
        title=table.title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for number, name in enumerate(table.head):
        is_words = number == 0 or table.is_prose
        rich.add_column(name, justify="left" if is_words else "right", no_wrap=not table.is_prose)
    for row in table.rows:
        rich.add_row(*row)
    return rich


def facts(results: Results) -> Iterator[str]:
    """Yield, line by line, what a reader must know before the figures."""
    machine, settings = results.machine, results.settings
    where = "a virtual machine" if machine.hypervisor == "yes" else "no hypervisor seen"
    yield f"Run of {results.started_at} on {machine.model}, {machine.cores} cores ({where})."
    yield (
        f"{machine.system}, Linux {machine.kernel}, Python {machine.python}, {machine.wrk}, "
        f"{machine.memory_gb:.0f} GB, files on {machine.filesystem}, load {machine.load:.2f} "
        "at the start."
    )
    yield (
        f"Medians of {settings.rounds} rounds of {settings.seconds} s over {settings.connections} "
        "connections, one core for the server, another for the load."
    )
    if settings.is_quick:
        yield "A quick run: too short for its figures to be quoted."
    for problem in results.problems:
        yield f"A part failed: {problem}"
    if results.others > 0.05:
        yield (
            f"Other processes took up to {results.others:.0%} of the server's core during a "
            "measurement; figures per busy core suffer less from that."
        )
    if results.is_noisy:
        yield (
            f"Noisy: the raw signature rate moved by {results.noise:.0%} during the run. "
            "Run again when the machine is quiet."
        )
    elif results.signatures:
        yield f"The raw signature rate moved by {results.noise:.0%} during the run."
    if results.signatures:
        yield from _speed(results)


def _speed(results: Results) -> Iterator[str]:
    """Say how this machine stands to the one on which the goals were set."""
    speed = median([rates.p256 for rates in results.signatures]) / P256_RATE
    if abs(speed - 1) > 0.1:
        yield (
            f"This core signs {speed:.0%} as fast with P-256 as the one on which the goals that "
            "count a second were set."
        )
    bare = results.find_row("bare", Work.ES256)
    if bare is not None:
        yield (
            f"Bare uvicorn is {bare.rate_per_core / BARE_RATE:.0%} as fast as on that machine, "
            "where both were measured with nobody else about."
        )


def render_page(results: Results, data_file: str) -> str:
    """Return the report as Markdown, for the folder in which the charts lie."""
    lines = ["# Results", "", "`make bench` writes this page.", "", *facts(results)]
    lines += ["", f"All figures: [{data_file}]({data_file})."]
    charts = [(results.rows, "Requests a second by server", THROUGHPUT_CHART)]
    for figures, words, chart in (*charts, (results.curve, "Over connections", CONNECTIONS_CHART)):
        if figures:
            lines += ["", f"![{words}]({chart})"]
    for table in tables(results):
        lines += ["", f"## {table.title[0].upper()}{table.title[1:]}", "", *render_table(table)]
    return "\n".join(lines) + "\n"


def render_table(table: Table) -> Iterator[str]:
    """Yield a table's lines of Markdown, without its title."""
    figures = "---" if table.is_prose else "---:"
    yield f"| {' | '.join(table.head).replace(_BREAK, ' ')} |"
    yield f"|---|{'|'.join([figures] * (len(table.head) - 1))}|"
    for row in table.rows:
        yield f"| {' | '.join(row)} |"
