"""A recorded run, small enough to be read: two servers, one work, three rounds."""

import msgspec

from bench.hashes import HashRates
from bench.load.fixed_rate import FixedRate
from bench.load.saturation import Saturation
from bench.logins import Logins
from bench.machine import Machine
from bench.memory_growth import MemoryGrowth, MemoryPoint, ProcessMemory
from bench.password_grants import PasswordGrants
from bench.results import Results, ServerMemory, Settings, Start
from bench.rows import ConnectionsPoint, Row, Sample
from bench.signatures import SignatureRates
from bench.work import Work

MACHINE = Machine(
    model="Example(R) Processor 7000 CPU @ 2.60GHz",
    cores=2,
    memory_gb=24.0,
    kernel="6.1.0",
    system="Debian GNU/Linux 12",
    python="3.11.7",
    hypervisor="yes",
    load=0.1,
    filesystem="ext4",
    wrk="wrk 4.1.0",
)
RATES = SignatureRates(p256=50_000, rsa2048=4_000, p256_wall=50_000, rsa2048_wall=4_000)

HASHES = HashRates(rate=50.0, wall=45.0, head="argon2id$v=19$m=19456,t=2,p=1")


def sample(rate: int, *, errors: int = 0) -> Sample:
    """Return a round of five seconds in which the server used nine tenths of its core."""
    load = Saturation(5 * rate, 5.0, errors, p50_ms=2.0, p99_ms=4.0, max_ms=9.0)
    return Sample(load, cpu_seconds=4.5, others_seconds=0.0, wall_seconds=5.0)


def row(
    rates: tuple[int, ...],
    *,
    server: str = "ostiary",
    work: Work = Work.ES256,
    is_tls: bool = False,
    errors: int = 0,
) -> Row:
    """Return a row with one round for each rate; at half load it held its rate."""
    half = FixedRate(rates[0] / 2, rates[0] / 2, rates[0], 0, p50_ms=0.2, p99_ms=1.5, max_ms=3.0)
    return Row(
        server=server,
        title=server.title(),
        work=work,
        is_tls=is_tls,
        persistence="in memory",
        setting="one process",
        answer_bytes=700,
        samples=tuple(sample(rate, errors=errors) for rate in rates),
        at_half=(half,),
    )


def half(p99_ms: float) -> FixedRate:
    """Return a second at a rate that was held."""
    return FixedRate(500, 500, 500, 0, p50_ms=0.5, p99_ms=p99_ms, max_ms=9.0)


def results(*rows: Row) -> Results:
    """Return a run with these rows, and a bit of everything else."""
    return Results(
        started_at="2026-11-22T05:00:00+00:00",
        machine=MACHINE,
        versions={one.server: {one.server: "1.0"} for one in rows},
        settings=Settings(
            rounds=3,
            seconds=5,
            warm_up_seconds=1,
            connections=32,
            half_seconds=5.0,
            is_quick=False,
        ),
        signatures=(RATES, RATES),
        rows=rows,
        starts=(Start("ostiary", "Ostiary", 1.2, (0.5, 0.6, 0.7)),),
        memory=(
            ServerMemory(
                "ostiary",
                "Ostiary",
                (ProcessMemory("parent", 23.0, 14.0), ProcessMemory("worker", 55.0, 38.0)),
            ),
        ),
        growth=MemoryGrowth((MemoryPoint(10_000, 55.0, 38.0), MemoryPoint(600_000, 55.5, 38.4))),
        curve=tuple(
            ConnectionsPoint(workers, connections, (sample(1000 * workers + connections),))
            for workers in (1, 2)
            for connections in (1, 32, 512)
        ),
        is_pair_shared=True,
        logins=Logins((half(1.0), half(2.0)), (half(3.0), half(2.0)), (40.0, 45.0)),
        password_grants=PasswordGrants(
            hashes=(HASHES, HASHES),
            samples=(sample(36), sample(36)),
            alone=(half(1.0), half(2.0)),
            beside=(half(2.0), half(1.0)),
            grants=(20.0, 25.0),
        ),
    )


def noisy(run: Results) -> Results:
    """Return the same run on a machine that slowed down on the way."""
    slower = msgspec.structs.replace(RATES, p256_wall=40_000)
    return msgspec.structs.replace(run, signatures=(RATES, slower))
