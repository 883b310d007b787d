"""Memory of a process tree, from /proc."""

from dataclasses import dataclass
from pathlib import Path

from bench.cpu import read_tree

_KIB_PER_MB = 1000 * 1000 / 1024


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Memory of one process in MB (10⁶ bytes).

    Args:
        rss_mb: all its pages that are in memory; those it shares count in every process.
        pss_mb: the same with each shared page divided among those who share it.
    """

    pid: int
    rss_mb: float
    pss_mb: float


def parse_rollup(pid: int, text: str) -> MemoryUse:
    """Read /proc/PID/smaps_rollup."""
    kib = {
        line.partition(":")[0]: int(line.split()[1])
        for line in text.splitlines()
        if line.startswith(("Rss:", "Pss:"))
    }
    return MemoryUse(pid, kib["Rss"] / _KIB_PER_MB, kib["Pss"] / _KIB_PER_MB)


def read_memory(root: int) -> list[MemoryUse]:
    """Return the memory of a process and of each below it, parents first."""
    return [
        parse_rollup(process.pid, Path(f"/proc/{process.pid}/smaps_rollup").read_text())
        for process in read_tree(root)
    ]
