"""What password grants with the real hash come to, and what they do to others."""

import msgspec

from bench.hashes import HashRates
from bench.load.fixed_rate import FixedRate
from bench.rows import Sample
from bench.statistics import median


class PasswordGrants(msgspec.Struct, frozen=True):
    """Password grants round by round, and ES256 tokens at half load alone and beside them.

    Args:
        hashes: raw rates on the same core, taken before and after each sample.
        samples: grants to the limit, with nothing else going on.
        grants: a second, beside the tokens.
    """

    hashes: tuple[HashRates, ...]
    samples: tuple[Sample, ...]
    alone: tuple[FixedRate, ...]
    beside: tuple[FixedRate, ...]
    grants: tuple[float, ...]

    @property
    def hash_rate(self) -> float:
        """Raw verifications for each second of CPU time."""
        return median([rates.rate for rates in self.hashes])

    @property
    def rate_per_core(self) -> float:
        """Grants for each second of CPU time, the event loop's included."""
        return median([sample.rate_per_core for sample in self.samples])

    @property
    def rate(self) -> float:
        """Grants a second on the clock."""
        return median([sample.load.rate for sample in self.samples])

    @property
    def share(self) -> float:
        """Which share of the raw rate the grants reach, by CPU time."""
        return self.rate_per_core / self.hash_rate

    @property
    def times(self) -> float:
        """How many times the 99th percentile of tokens alone it is beside the grants."""
        return self._p99(self.beside) / self._p99(self.alone)

    def _p99(self, rates: tuple[FixedRate, ...]) -> float:
        return median([rate.p99_ms for rate in rates])
