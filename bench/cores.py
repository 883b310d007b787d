"""Which cores a run uses: one for the server, another for what loads it."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError

_CPUS = Path("/sys/devices/system/cpu")


@dataclass(frozen=True, slots=True)
class CoreLayout:
    """Logical processors by their numbers.

    Args:
        pair: where a server with two workers runs.
        is_pair_shared: the loader has no core left for itself then.
    """

    server: int
    loader: int
    pair: tuple[int, int]
    is_pair_shared: bool


def choose_cores() -> CoreLayout:
    """Choose among the cores that this process may use, no two of them threads of one core."""
    allowed = sorted(os.sched_getaffinity(0))
    return lay_out(allowed, {number: _siblings(number) for number in allowed})


def lay_out(allowed: Iterable[int], siblings: Mapping[int, frozenset[int]]) -> CoreLayout:
    """Give server and loader the first two whole cores, and a second worker the third.

    Raises: BenchError when there are no two cores.
    """
    chosen: list[int] = []
    for number in allowed:
        if not any(number in siblings[other] for other in chosen):
            chosen.append(number)
    if len(chosen) < 2:
        raise BenchError("the benchmark needs two cores: one for the server, one for the load")
    server, loader, *rest = chosen
    second = rest[0] if rest else loader
    return CoreLayout(server, loader, (server, second), is_pair_shared=not rest)


def _siblings(number: int) -> frozenset[int]:
    path = _CPUS / f"cpu{number}" / "topology" / "thread_siblings_list"
    return parse_list(path.read_text()) if path.exists() else frozenset({number})


def parse_list(text: str) -> frozenset[int]:
    """Read a list of processors as the kernel writes it: `0-1,4`."""
    found: set[int] = set()
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)
