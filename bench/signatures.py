"""The raw rate of signatures: what no server in Python on this core can exceed.

Run by itself it signs for so many seconds with each kind of key and prints the rates as JSON.
"""

import argparse
import sys
import time
from collections.abc import Callable

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from bench.processes import ask

_MESSAGE = b"x" * 400  # about the signing input of the tokens here
_BATCH = 20


class SignatureRates(msgspec.Struct, frozen=True):
    """Signatures a second on one core.

    Args:
        p256, rsa2048: for each second of CPU time: what the core can do.
        p256_wall, rsa2048_wall: for each second on the clock: what it could do just then, beside
            everything else that ran on it.
        openssl: what signed.
    """

    p256: float
    rsa2048: float
    p256_wall: float
    rsa2048_wall: float
    openssl: str = ""


def measure(core: int, seconds: float) -> SignatureRates:
    """Measure the rates in a process of its own on one core."""
    command = [sys.executable, "-m", "bench.signatures", str(seconds)]
    return msgspec.json.decode(
        ask(command, core=core, seconds=4 * seconds + 30), type=SignatureRates
    )


def _rate(sign: Callable[[], object], seconds: float) -> tuple[float, float]:
    """Return signatures a second of CPU time, and of the clock."""
    sign()
    count = 0
    wall, cpu = time.perf_counter(), time.process_time()
    while (elapsed := time.perf_counter() - wall) < seconds:
        for _ in range(_BATCH):
            sign()
        count += _BATCH
    return count / (time.process_time() - cpu), count / elapsed


def main() -> None:
    """Print the rates."""
    from cryptography.hazmat.backends.openssl import backend  # noqa: PLC0415 - only the child's

    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float)
    seconds = parser.parse_args().seconds
    p256 = ec.generate_private_key(ec.SECP256R1())
    rsa2048 = rsa.generate_private_key(65537, 2048)
    ecdsa, pkcs1, digest = ec.ECDSA(SHA256()), padding.PKCS1v15(), SHA256()
    p256_rate = _rate(lambda: p256.sign(_MESSAGE, ecdsa), seconds)
    rsa_rate = _rate(lambda: rsa2048.sign(_MESSAGE, pkcs1, digest), seconds)
    rates = SignatureRates(
        p256_rate[0], rsa_rate[0], p256_rate[1], rsa_rate[1], backend.openssl_version_text()
    )
    sys.stdout.write(msgspec.json.encode(rates).decode())


if __name__ == "__main__":
    main()
