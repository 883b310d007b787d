"""CPU time is that of the whole process tree, and of nobody else."""

import os
import subprocess
import sys

import pytest

from bench import cpu
from bench.cpu import ProcessTimes

STAT = (
    "4711 (a (strange) name) S 42 4711 4711 0 -1 4194560 9181 812 3 0 "
    "150 25 10 5 20 0 3 0 8133 268435456 9000 18446744073709551615 1 1 0 0 0"
)
PROC_STAT = """cpu  300 0 200 9000 0 0 0 0 0 0
cpu0 100 1 50 4000 7 8 9 2 0 0
cpu1 200 0 150 5000 0 0 0 0 0 0
intr 1
"""


def test_a_stat_line_is_read_past_any_name() -> None:
    assert cpu.parse_stat(STAT) == ProcessTimes(pid=4711, parent_pid=42, ticks=190)


def test_a_tree_holds_descendants_of_every_generation_and_no_others() -> None:
    processes = [
        ProcessTimes(1, 0, 100),
        ProcessTimes(12, 11, 3),
        ProcessTimes(10, 1, 1),
        ProcessTimes(11, 10, 2),
        ProcessTimes(20, 1, 50),
    ]
    assert [process.pid for process in cpu.below(10, processes)] == [10, 11, 12]


def test_time_of_an_ended_child_stays_in_the_sum_of_its_tree() -> None:
    before = cpu.tree_seconds(os.getpid())
    busy = "import os\nwhile os.times().user < 0.1: pass"
    subprocess.run([sys.executable, "-c", busy], check=True)
    assert cpu.tree_seconds(os.getpid()) - before >= 0.09


def test_a_process_that_is_not_there_has_no_tree() -> None:
    assert cpu.below(99, [ProcessTimes(1, 0, 1)]) == []


def test_a_busy_core_counts_processes_and_steal_but_no_interrupts() -> None:
    assert cpu.parse_core(PROC_STAT, 0) == 100 + 1 + 50 + 2


def test_a_core_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no core 2"):
        cpu.parse_core(PROC_STAT, 2)
