"""Whether two kinds of requests take as long: samples taken in turn, and a statistical test."""

import gc
import itertools
import math
import random
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

LIMIT_T = 4.5
LIMIT_OF_MEDIANS = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two samples, compared.

    Args:
        t: Welch's, over means.
        medians: by how much the medians differ, as a share of the first.
        resolution: the share of the mean that would have been found.
    """

    t: float
    medians: float
    resolution: float

    @property
    def is_alike(self) -> bool:
        """Tell whether nobody could tell them apart by so many requests."""
        return abs(self.t) < LIMIT_T and abs(self.medians) < LIMIT_OF_MEDIANS


def compare(one: Sequence[int], other: Sequence[int], *, kept: float = 0.9) -> Comparison:
    """Compare the quicker part of two samples: the rest is noise of the machine.

    Args: kept is the share that counts. Over a connection half of them tell more than all.
    """
    first, second = (sorted(times)[: int(len(times) * kept)] for times in (one, other))
    error = math.sqrt(
        statistics.variance(first) / len(first) + statistics.variance(second) / len(second)
    )
    means, middle = (statistics.fmean(first), statistics.fmean(second)), statistics.median(first)
    return Comparison(
        t=(means[0] - means[1]) / error,
        medians=(statistics.median(second) - middle) / middle,
        resolution=LIMIT_T * error / means[0],
    )


def in_turn(names: Sequence[str], times: int) -> list[str]:
    """Return each name so many times, in an order that says nothing and is always the same."""
    order = list(itertools.chain.from_iterable(itertools.repeat(names, times)))
    random.Random(1).shuffle(order)
    return order


@contextmanager
def quiet() -> Iterator[None]:
    """Keep this process's own garbage collector from adding to what is measured."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
