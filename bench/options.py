"""The command line: what to measure, and where the results go."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec

from bench.plan import FULL, QUICK, Part, Plan, make_plan
from bench.processes import ROOT
from bench.servers import catalog
from bench.servers.contract import MeasuredServer
from bench.work import Work

RESULTS = ROOT / "bench" / "results"
PARTIAL = RESULTS / "partial"

_Name = TypeVar("_Name", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line chose; `results` is a folder."""

    plan: Plan
    results: Path


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; a wrong one ends the program with its usage."""
    parser = argparse.ArgumentParser(
        prog="make bench", description="Measure Ostiary beside its peers on this machine."
    )
    servers = [server.key for server in catalog.ALL]
    parser.add_argument("--quick", action="store_true", help="one short round; nothing to quote")
    parser.add_argument("--only", metavar="WORK,…", help=f"of {', '.join(Work)}")
    parser.add_argument("--servers", metavar="NAME,…", help=f"of {', '.join(servers)}")
    parser.add_argument("--parts", metavar="PART,…", help=f"of {', '.join(Part)}")
    parser.add_argument("--rounds", type=int, help="how often each row is measured")
    parser.add_argument("--seconds", type=int, help="how long, each time")
    parser.add_argument("--results", type=Path, metavar="FOLDER", help="where results are kept")
    given = parser.parse_args(arguments)
    try:
        plan = _plan(given)
    except ValueError as error:
        parser.error(str(error))
    whole = not any((given.quick, given.only, given.servers, given.parts, given.rounds))
    return Options(plan, given.results or (RESULTS if whole and not given.seconds else PARTIAL))


def _plan(given: argparse.Namespace) -> Plan:
    settings = QUICK if given.quick else FULL
    if given.rounds:
        settings = msgspec.structs.replace(settings, rounds=given.rounds)
    if given.seconds:
        settings = msgspec.structs.replace(
            settings, seconds=given.seconds, half_seconds=float(given.seconds)
        )
    return make_plan(
        settings,
        works=_choose(Work, given.only),
        servers=_choose_servers(given.servers),
        parts=frozenset(_choose(Part, given.parts)),
    )


def _choose(names: type[_Name], text: str | None) -> list[_Name]:
    return list(names) if text is None else [names(name) for name in text.split(",")]


def _choose_servers(text: str | None) -> list[MeasuredServer]:
    by_key = {server.key: server for server in catalog.ALL}
    chosen = list(by_key) if text is None else text.split(",")
    unknown = [key for key in chosen if key not in by_key]
    if unknown:
        raise ValueError(f"no server is called {', '.join(unknown)}")
    return [server for key, server in by_key.items() if key in chosen]
