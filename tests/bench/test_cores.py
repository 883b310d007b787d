"""Server and loader never share a core, not even as two threads of one."""

import pytest

from bench import cores
from bench.cores import CoreLayout
from bench.errors import BenchError


def alone(*numbers: int) -> dict[int, frozenset[int]]:
    """Return processors without hyper-threading."""
    return {number: frozenset({number}) for number in numbers}


def test_on_two_cores_a_second_worker_shares_that_of_the_loader() -> None:
    layout = cores.lay_out([0, 1], alone(0, 1))
    assert layout == CoreLayout(server=0, loader=1, pair=(0, 1), is_pair_shared=True)


def test_on_three_cores_a_second_worker_has_its_own() -> None:
    layout = cores.lay_out([0, 1, 2], alone(0, 1, 2))
    assert layout == CoreLayout(server=0, loader=1, pair=(0, 2), is_pair_shared=False)


def test_the_second_thread_of_a_core_is_passed_over() -> None:
    siblings = {
        0: frozenset({0, 1}),
        1: frozenset({0, 1}),
        2: frozenset({2, 3}),
        3: frozenset({2, 3}),
    }
    assert cores.lay_out([0, 1, 2, 3], siblings).loader == 2


def test_one_core_with_two_threads_is_not_enough() -> None:
    siblings = dict.fromkeys((0, 1), frozenset({0, 1}))
    with pytest.raises(BenchError, match="two cores"):
        cores.lay_out([0, 1], siblings)


def test_a_list_of_processors_is_read_as_the_kernel_writes_it() -> None:
    assert cores.parse_list("0-2,5\n") == {0, 1, 2, 5}
