"""CPU time of a process and everything below it, from /proc."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class ProcessTimes:
    """One line of /proc/PID/stat, as far as it concerns us.

    Args:
        ticks: of the process and of those children of it that ended and were waited for, in user
            and kernel mode, so that a worker that ends takes no time out of its tree's sum.
    """

    pid: int
    parent_pid: int
    ticks: int


def parse_stat(text: str) -> ProcessTimes:
    """Read a line of /proc/PID/stat; the name in it may hold spaces and parentheses."""
    head, _, tail = text.rpartition(")")
    fields = tail.split()
    return ProcessTimes(
        pid=int(head.split(" ", 1)[0]),
        parent_pid=int(fields[1]),
        ticks=sum(map(int, fields[11:15])),
    )


def below(root: int, processes: Iterable[ProcessTimes]) -> list[ProcessTimes]:
    """Return a process and its descendants, parents first."""
    children: dict[int, list[ProcessTimes]] = {}
    tree: list[ProcessTimes] = []
    for process in processes:
        children.setdefault(process.parent_pid, []).append(process)
        if process.pid == root:
            tree.append(process)
    for process in tree:  # grows while it is walked
        tree += children.get(process.pid, ())
    return tree


def read_tree(root: int) -> list[ProcessTimes]:
    """Look at a running process and everything below it."""
    return below(root, _read_all())


def tree_seconds(root: int) -> float:
    """Return the CPU seconds that a process tree has used so far."""
    return sum(process.ticks for process in read_tree(root)) / _TICKS_PER_SECOND


def parse_core(text: str, core: int) -> int:
    """Return the ticks that a core has spent on processes or lost to the hypervisor.

    Interrupts are left out: those of the loopback belong to server and loader alike.

    Args:
        text: of /proc/stat.
    """
    for line in text.splitlines():
        name, *fields = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _iowait, _irq, _softirq, steal = map(int, fields[:8])
            return user + nice + system + steal
    raise ValueError(f"no core {core}")


def core_seconds(core: int) -> float:
    """Return the seconds that a core has been busy so far, for whomever."""
    return parse_core((_PROC / "stat").read_text(), core) / _TICKS_PER_SECOND


def _read_all() -> Iterable[ProcessTimes]:
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                yield parse_stat((folder / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):
                continue  # ended while we looked
