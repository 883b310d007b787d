"""Compact JWS made by hand, so that a test can make every mistake that a stranger could."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from ostiary.core.crypto.keys import PrivateKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
Key = PrivateKey | bytes | None
"""A private key, the bytes of a shared secret, or None for an empty signature."""


def encode(data: bytes) -> str:
    """Encode to base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Decode base64url with its padding left off."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(compact: str) -> tuple[Any, Any]:
    """Return header and claims of a token, unverified."""
    header, payload, _ = compact.split(".")
    return json.loads(decode(header)), json.loads(decode(payload))


def compact(header: Mapping[str, Any] | bytes, payload: Mapping[str, Any] | bytes, key: Key) -> str:
    """Sign `payload` under `header`, with the algorithm that the header names.

    Args: header and payload may be bytes, to be taken as they are; the header's `alg` then counts
        as the usual one of the key.
    """
    algorithm = str(header.get("alg")) if isinstance(header, Mapping) else usual_algorithm(key)
    signed = signing_input(header, payload)
    return f"{signed}.{encode(sign(signed.encode(), algorithm, key))}"


def signing_input(header: Mapping[str, Any] | bytes, payload: Mapping[str, Any] | bytes) -> str:
    """Return the part of a token that is signed."""
    return f"{encode(_json(header))}.{encode(_json(payload))}"


def sign(data: bytes, algorithm: str, key: Key) -> bytes:
    """Return the raw signature of `data`."""
    digest = _HASHES.get(algorithm[-3:], hashes.SHA256())
    match key:
        case None:
            return b""
        case bytes():
            return hmac.new(key, data, getattr(hashlib, digest.name)).digest()
        case ec.EllipticCurvePrivateKey():
            r, s = decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
            size = (key.curve.key_size + 7) // 8
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        case rsa.RSAPrivateKey():
            return key.sign(data, _padding(algorithm, digest), digest)
        case ed25519.Ed25519PrivateKey():
            return key.sign(data)


def usual_algorithm(key: Key) -> str:
    """Return the algorithm that a key is used with when nobody says otherwise."""
    match key:
        case None:
            return "none"
        case bytes():
            return "HS256"
        case ec.EllipticCurvePrivateKey():
            return "ES256"
        case rsa.RSAPrivateKey():
            return "RS256"
        case ed25519.Ed25519PrivateKey():
            return "EdDSA"


def _padding(algorithm: str, digest: hashes.HashAlgorithm) -> padding.PSS | padding.PKCS1v15:
    if algorithm.startswith("PS"):
        return padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
    return padding.PKCS1v15()


def _json(value: Mapping[str, Any] | bytes) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()
