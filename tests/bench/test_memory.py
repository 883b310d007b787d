"""Memory of processes, as the kernel tells it."""

import pytest

from bench import memory
from bench.memory_growth import MemoryGrowth, MemoryPoint

ROLLUP = """55f0a000-7ffd0000 ---p 00000000 00:00 0    [rollup]
Rss:               50000 kB
Pss:               25000 kB
Pss_Anon:          20000 kB
"""


def test_memory_is_read_in_millions_of_bytes() -> None:
    use = memory.parse_rollup(7, ROLLUP)
    assert use.rss_mb == pytest.approx(51.2)
    assert use.pss_mb == pytest.approx(25.6)


def test_growth_is_counted_from_after_the_warm_up() -> None:
    points = (MemoryPoint(1000, 50.0, 40.0), MemoryPoint(2000, 60.0, 40.0))
    assert MemoryGrowth((*points, MemoryPoint(3000, 55.0, 40.0))).growth == pytest.approx(0.1)
