"""A run's results, as they are kept in a file: everything that was measured, and on what."""

from pathlib import Path

import msgspec

from bench.logins import Logins
from bench.machine import Machine
from bench.memory_growth import MemoryGrowth, ProcessMemory
from bench.password_grants import PasswordGrants
from bench.rows import ConnectionsPoint, Row
from bench.signatures import SignatureRates
from bench.statistics import spread
from bench.work import Work

FORMAT = 1


class Start(msgspec.Struct, frozen=True):
    """Seconds from a server's start to its first token.

    Args:
        first: with nothing there yet: keys, store and certificates are made.
        again: with what the first start left.
    """

    server: str
    title: str
    first: float
    again: tuple[float, ...]


class ServerMemory(msgspec.Struct, frozen=True):
    """Memory of a server's processes after the rounds."""

    server: str
    title: str
    processes: tuple[ProcessMemory, ...]


class Settings(msgspec.Struct, frozen=True):
    """How the run was made."""

    rounds: int
    seconds: int
    warm_up_seconds: int
    connections: int
    half_seconds: float
    is_quick: bool


class Results(msgspec.Struct, frozen=True):
    """A whole run.

    Args:
        problems: parts that failed after the rounds, which are kept all the same.
    """

    started_at: str
    machine: Machine
    versions: dict[str, dict[str, str]]
    settings: Settings
    signatures: tuple[SignatureRates, ...] = ()
    rows: tuple[Row, ...] = ()
    starts: tuple[Start, ...] = ()
    memory: tuple[ServerMemory, ...] = ()
    growth: MemoryGrowth | None = None
    curve: tuple[ConnectionsPoint, ...] = ()
    is_pair_shared: bool = False
    logins: Logins | None = None
    password_grants: PasswordGrants | None = None
    problems: tuple[str, ...] = ()
    format: int = FORMAT

    @property
    def noise(self) -> float:
        """How far the raw signature rates lay apart: 0 on a machine that does nothing else."""
        return max(
            spread([rates.p256_wall for rates in self.signatures]),
            spread([rates.rsa2048_wall for rates in self.signatures]),
        )

    @property
    def others(self) -> float:
        """The greatest share of the server's core that others took during a measurement."""
        samples = [sample for row in self.rows for sample in row.samples]
        return max((one.others_seconds / one.wall_seconds for one in samples), default=0.0)

    @property
    def is_noisy(self) -> bool:
        return self.noise > 0.15

    def find_row(self, server: str, work: Work, *, is_tls: bool = False) -> Row | None:
        """Return a row whose every answer was right."""
        for row in self.rows:
            if (row.server, row.work, row.is_tls) == (server, work, is_tls) and row.is_valid:
                return row
        return None


def write(results: Results, path: Path) -> None:
    """Write results to a file, for people and programs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")


def read(path: Path) -> Results:
    """Read what `write` wrote."""
    return msgspec.json.decode(path.read_bytes(), type=Results)
