"""The few statistics that the report is made of."""

import math
import statistics
from collections.abc import Sequence


def median(values: Sequence[float]) -> float:
    """Return the middle value, or the mean of the two in the middle."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of all values does not exceed.

    Args:
        share: from 0 to 1; 0.99 for the 99th percentile.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def spread(values: Sequence[float]) -> float:
    """Return how far the values lie apart: greatest less smallest, as a share of the median."""
    return (max(values) - min(values)) / median(values) if values else 0.0
