"""Tables of what the hash of passwords comes to, and of tokens beside it."""

from collections.abc import Iterator, Sequence

from bench.load.fixed_rate import FixedRate
from bench.logins import Logins
from bench.password_grants import PasswordGrants
from bench.statistics import median
from bench.table import Table
from bench.turns import PARALLEL


def logins_table(logins: Logins) -> Table:
    """Show what logins do to tokens."""
    return _beside_table("logins", logins.alone, logins.beside, logins.logins)


def _beside_table(
    others: str, alone: Sequence[FixedRate], beside: Sequence[FixedRate], rates: Sequence[float]
) -> Table:
    return Table(
        f"ES256 at half load, alone and beside {PARALLEL} {others} at a time with the real hash",
        ("Turn", "p99 ms alone", "p99 ms beside", f"{others}/s"),
        [
            [str(number), f"{one.p99_ms:.2f}", f"{other.p99_ms:.2f}", f"{rate:.0f}"]
            for number, (one, other, rate) in enumerate(zip(alone, beside, rates, strict=True), 1)
        ],
    )


def password_tables(grants: PasswordGrants) -> Iterator[Table]:
    """Show how near to the raw rate password grants come, and what they do to tokens."""
    raw = grants.hashes
    yield Table(
        f"password grants with the real hash ({raw[0].head}), {PARALLEL} at a time",
        ("Rate", "per CPU second", "per second", "of the raw rate"),
        [
            [
                f"raw hashes, taken {len(raw)} times",
                f"{grants.hash_rate:.1f}",
                f"{median([rates.wall for rates in raw]):.1f}",
                "100%",
            ],
            [
                "grants",
                f"{grants.rate_per_core:.1f}",
                f"{grants.rate:.1f}",
                f"{grants.share:.0%}",
            ],
        ],
    )
    yield _beside_table("password grants", grants.alone, grants.beside, grants.grants)
