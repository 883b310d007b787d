"""Keys of nobody: a wrong assertion costs as much for an unknown client as for a known one."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ostiary.core.base.ids import KeyId, mint_alphanumeric
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.foreign_jws import PUBLIC_KEY_ALGORITHMS
from ostiary.core.crypto.keys import MIN_RSA_BITS, PublicKey, VerificationKey

SECRET_CHARACTERS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Decoys:
    """What an assertion is checked against where the claimed client has nothing that fits.

    Nobody holds the private halves, so nothing ever holds against a decoy.
    Args:
        keys: one by each algorithm that clients may sign with.
    """

    secret: Secret[str]
    keys: Mapping[str, VerificationKey] = field(repr=False)

    @classmethod
    def make(cls) -> "Decoys":
        """Make decoys for one process."""
        # The product of no known primes: verifying costs the same, and making it nothing.
        modulus = secrets.randbits(MIN_RSA_BITS) | 1 << (MIN_RSA_BITS - 1) | 1
        rsa_key = rsa.RSAPublicNumbers(65537, modulus).public_key()
        others: Mapping[str, PublicKey] = {
            "ES256": ec.generate_private_key(ec.SECP256R1()).public_key(),
            "EdDSA": ed25519.Ed25519PrivateKey.generate().public_key(),
        }
        return cls(
            secret=Secret(mint_alphanumeric(SECRET_CHARACTERS)),
            keys={
                algorithm: VerificationKey(
                    KeyId("decoy"), algorithm, others.get(algorithm, rsa_key)
                )
                for algorithm in PUBLIC_KEY_ALGORITHMS
            },
        )
