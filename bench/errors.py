"""What ends a run of the benchmark, in words for the person who started it."""


class BenchError(Exception):
    """Something that the benchmark needs is not there, or did not do as told."""
