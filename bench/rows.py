"""What is measured of a server at a work: samples, and the row that they make."""

import msgspec

from bench.load.fixed_rate import FixedRate
from bench.load.saturation import Saturation
from bench.statistics import median
from bench.work import Work


class Sample(msgspec.Struct, frozen=True):
    """One measurement of one row: a round.

    Args:
        cpu_seconds: of the server's whole process tree.
        others_seconds: of everybody else on the server's core, the hypervisor included.
        wall_seconds: between the two looks at them.
    """

    load: Saturation
    cpu_seconds: float
    others_seconds: float
    wall_seconds: float

    @property
    def busy(self) -> float:
        """The share of its core that the server used."""
        return self.cpu_seconds / self.wall_seconds

    @property
    def rate_per_core(self) -> float:
        """Right answers for each second of CPU time."""
        return (self.load.requests - self.load.errors) / self.cpu_seconds


class Row(msgspec.Struct, frozen=True):
    """One server at one work.

    Args:
        server, title: its name on the command line and in the report.
        is_tls: asked over TLS instead of plain HTTP.
        answer_bytes: size of the answer's JSON.
        at_half: rounds at half of the median rate.
    """

    server: str
    title: str
    work: Work
    is_tls: bool
    persistence: str
    setting: str
    answer_bytes: int
    samples: tuple[Sample, ...]
    at_half: tuple[FixedRate, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.title}, TLS" if self.is_tls else self.title

    @property
    def is_valid(self) -> bool:
        """Whether every answer was right."""
        return self.errors == 0

    @property
    def errors(self) -> int:
        return sum(sample.load.errors for sample in self.samples) + sum(
            rate.errors for rate in self.at_half
        )

    @property
    def rates(self) -> list[float]:
        """Right answers a second, round by round."""
        return [sample.load.rate for sample in self.samples]

    @property
    def rate(self) -> float:
        return median(self.rates)

    @property
    def rate_per_core(self) -> float:
        return median([sample.rate_per_core for sample in self.samples])

    @property
    def busy(self) -> float:
        return median([sample.busy for sample in self.samples])

    @property
    def p50_ms(self) -> float:
        return median([sample.load.p50_ms for sample in self.samples])

    @property
    def p99_ms(self) -> float:
        return median([sample.load.p99_ms for sample in self.samples])

    @property
    def half_p99_ms(self) -> float | None:
        """The 99th percentile at half load, if that load was held."""
        held = [rate.p99_ms for rate in self.at_half if rate.is_held]
        return median(held) if held else None


class ConnectionsPoint(msgspec.Struct, frozen=True):
    """Ostiary's ES256 tokens over so many connections."""

    workers: int
    connections: int
    samples: tuple[Sample, ...]

    @property
    def rate(self) -> float:
        return median([sample.load.rate for sample in self.samples])

    @property
    def p99_ms(self) -> float:
        return median([sample.load.p99_ms for sample in self.samples])
