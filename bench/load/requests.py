"""Requests of which each spends what an earlier answer gave."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ChainedRequests:
    """Requests that differ from each other, for a script of the loader.

    Args:
        script: its name in `bench/load`.
        body: what each begins with.
        marker: stands in the body of every right answer and of no wrong one.
        links: what the first requests spend, each one of them.
        follows: a pattern of Lua for what an answer gives to the next request.
    """

    script: str
    path: str
    body: str
    marker: str
    links: Sequence[str] = field(repr=False)
    follows: str = ""
