"""How many password hashes one process computes at once."""

import os


def available_cores() -> int:
    """Return how many cores this process may run on."""
    return len(os.sched_getaffinity(0))


def hashing_threads(workers: int) -> int:
    """Return a worker's share of the cores, at least one.

    More threads than cores would make every hash slower, and the event loop with them.
    """
    return max(1, available_cores() // max(1, workers))
