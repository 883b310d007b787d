"""The raw rate of password hashes: what no password grant on this core can exceed.

Run by itself it verifies for so many seconds and prints the rates as JSON.
"""

import argparse
import sys
import time

import msgspec
from argon2 import PasswordHasher, Type

from bench.processes import ask

_PASSWORD = "a password of the benchmark"  # noqa: S105 - nobody's


class HashRates(msgspec.Struct, frozen=True):
    """Passwords a second on one core that are found to be those of a kept hash.

    Args:
        rate: for each second of CPU time.
        wall: for each second on the clock, beside everything else that ran on the core.
        head: what was computed, as kept hashes say it.
    """

    rate: float
    wall: float
    head: str


def make_library() -> PasswordHasher:
    """Return the library with the costs of Ostiary's own hashes."""
    return PasswordHasher(
        time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
    )


def measure(core: int, seconds: float) -> HashRates:
    """Measure the rates in a process of its own on one core."""
    command = [sys.executable, "-m", "bench.hashes", str(seconds)]
    return msgspec.json.decode(ask(command, core=core, seconds=4 * seconds + 30), type=HashRates)


def main() -> None:
    """Print the rates of the library itself."""
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float)
    seconds = parser.parse_args().seconds
    library = make_library()
    kept = library.hash(_PASSWORD)
    count = 0
    wall, cpu = time.perf_counter(), time.process_time()
    while (elapsed := time.perf_counter() - wall) < seconds:
        library.verify(kept, _PASSWORD)
        count += 1
    used = time.process_time() - cpu
    rates = HashRates(count / used, count / elapsed, "$".join(kept.split("$")[1:4]))
    sys.stdout.write(msgspec.json.encode(rates).decode())


if __name__ == "__main__":
    main()
