"""What logins do to others: ES256 at half load, alone and beside them."""

import msgspec

from bench.load.fixed_rate import FixedRate
from bench.statistics import median


class Logins(msgspec.Struct, frozen=True):
    """ES256 tokens at half load, turn by turn: alone, and beside parallel logins.

    Args:
        logins: a second, turn by turn.
    """

    alone: tuple[FixedRate, ...]
    beside: tuple[FixedRate, ...]
    logins: tuple[float, ...]

    @property
    def times(self) -> float:
        """How many times the 99th percentile alone it is beside logins."""
        return self._p99(self.beside) / self._p99(self.alone)

    def _p99(self, rates: tuple[FixedRate, ...]) -> float:
        return median([rate.p99_ms for rate in rates])
