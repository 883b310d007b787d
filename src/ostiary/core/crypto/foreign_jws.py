"""Signatures by keys that are not ours: clients' assertions, checked by joserfc.

The library is imported when the first assertion arrives: most servers never see one.
"""

from typing import TYPE_CHECKING

from ostiary.core.base.secret import Secret
from ostiary.core.crypto.jws import (
    MAX_HEADER_CHARACTERS,
    InvalidJWSError,
    UnverifiedJWS,
    verify,
)
from ostiary.core.crypto.keys import MAX_RSA_BITS, VerificationKey

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, OctKey, RSAKey

MAX_SIGNATURE_CHARACTERS = MAX_RSA_BITS // 6 + 2
HMAC_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}
"""HMAC algorithms, each with the key length that RFC 7518 §3.2 demands."""
PUBLIC_KEY_ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "EdDSA",
)  # fmt: skip


def verify_with_key(unverified: UnverifiedJWS, key: VerificationKey) -> bytes:
    """Return the payload of a token signed by the holder of `key`, with that key's algorithm.

    Raises: InvalidJWSError.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from joserfc import jwk

    match key.public_key:
        case rsa.RSAPublicKey():
            rsa_key = jwk.RSAKey(key.public_key, key.public_key)
            return _verify(unverified, rsa_key, key.algorithm)
        case ec.EllipticCurvePublicKey():
            return _verify(unverified, jwk.ECKey(key.public_key, key.public_key), key.algorithm)
        case _:
            # joserfc warns whenever it meets EdDSA by its old name, which clients go on using.
            return verify(key.public_key, key.algorithm, unverified)


def verify_with_secret(unverified: UnverifiedJWS, secret: Secret[str]) -> bytes:
    """Return the payload of a token authenticated with a shared secret.

    Spec: RFC 7518 §3.2: the secret has at least as many bytes as the hash.
    Raises: InvalidJWSError.
    """
    from joserfc import jwk

    encoded = secret.reveal().encode()
    if len(encoded) < HMAC_BYTES.get(unverified.algorithm, 1 << 30):
        raise InvalidJWSError("the client's secret is too short for this algorithm")
    try:
        key = jwk.OctKey.import_key(encoded)
    except ValueError as error:
        raise InvalidJWSError("the client's secret is a public key") from error
    return _verify(unverified, key, unverified.algorithm)


def _verify(unverified: UnverifiedJWS, key: "OctKey | RSAKey | ECKey", algorithm: str) -> bytes:
    from joserfc import jws
    from joserfc.errors import JoseError

    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = MAX_HEADER_CHARACTERS
    registry.max_signature_length = MAX_SIGNATURE_CHARACTERS
    try:
        return jws.deserialize_compact(
            unverified.compact,
            key,
            algorithms=[algorithm],
            registry=registry,
        ).payload
    except (JoseError, ValueError) as error:
        raise InvalidJWSError("the signature does not hold") from error
