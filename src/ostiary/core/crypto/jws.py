"""JWS in compact form: our own tokens signed and verified, strangers' read strictly.

Spec: RFC 7515 §3.1, §5; RFC 8725 §3.
"""

from dataclasses import dataclass, field
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from ostiary.core.base import b64, strict_json
from ostiary.core.crypto.keys import PublicKey, SigningKey

MAX_TOKEN_CHARACTERS = 16 * 1024
MAX_HEADER_CHARACTERS = 8 * 1024
_SHA256 = hashes.SHA256()
_ECDSA_SHA256 = ec.ECDSA(_SHA256)
_PKCS1 = padding.PKCS1v15()
_PSS = padding.PSS(mgf=padding.MGF1(_SHA256), salt_length=32)
_P256_BYTES = 32


class InvalidJWSError(ValueError):
    """Not a JWS that this server reads, or its signature does not hold."""


@dataclass(frozen=True, slots=True)
class UnverifiedJWS:
    """A well-formed compact JWS whose signature nobody has checked yet."""

    header: dict[str, Any]
    algorithm: str
    kid: str | None
    signing_input: bytes
    payload: bytes
    signature: bytes = field(repr=False)
    compact: str = field(repr=False)


def sign(key: SigningKey, signing_input: bytes) -> bytes:
    """Return the JWS signature of `signing_input` by one of our keys.

    Spec: RFC 7518 §3.3-3.5; RFC 8037 §3.1.
    """
    # The algorithm tells the key's type: asking its abstract class costs as much as hashing.
    match key.algorithm:
        case "ES256":
            private = cast(ec.EllipticCurvePrivateKey, key.private_key)
            r, s = decode_dss_signature(private.sign(signing_input, _ECDSA_SHA256))
            return r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big")
        case "RS256":
            return cast(rsa.RSAPrivateKey, key.private_key).sign(signing_input, _PKCS1, _SHA256)
        case "PS256":
            return cast(rsa.RSAPrivateKey, key.private_key).sign(signing_input, _PSS, _SHA256)
        case "EdDSA":
            return cast(ed25519.Ed25519PrivateKey, key.private_key).sign(signing_input)


def verify(public_key: PublicKey, algorithm: str, unverified: UnverifiedJWS) -> bytes:
    """Return the payload of a token that `public_key` signed with exactly `algorithm`.

    Raises: InvalidJWSError.
    """
    if unverified.algorithm != algorithm:
        raise InvalidJWSError(f"signed with {unverified.algorithm}, not {algorithm}")
    data, signature = unverified.signing_input, unverified.signature
    try:
        match public_key:
            case ec.EllipticCurvePublicKey():
                public_key.verify(_der_signature(signature), data, _ECDSA_SHA256)
            case rsa.RSAPublicKey():
                scheme = _PSS if algorithm == "PS256" else _PKCS1
                public_key.verify(signature, data, scheme, _SHA256)
            case ed25519.Ed25519PublicKey():
                public_key.verify(signature, data)
    except InvalidSignature as error:
        raise InvalidJWSError("the signature does not hold") from error
    return unverified.payload


def parse(compact: str) -> UnverifiedJWS:
    """Read a compact JWS from a stranger; nothing in it is trusted yet.

    Algorithm `none`, extensions (`crit`), and unencoded payloads are refused here, before any key
    is looked for.
    Raises: InvalidJWSError.
    """
    if len(compact) > MAX_TOKEN_CHARACTERS:
        raise InvalidJWSError("the token is too long")
    segments = compact.split(".")
    if len(segments) != 3 or len(segments[0]) > MAX_HEADER_CHARACTERS:
        raise InvalidJWSError("not three segments")
    try:
        header = strict_json.loads(b64.decode(segments[0]))
        payload = b64.decode(segments[1])
        signature = b64.decode(segments[2])
    except ValueError as error:
        raise InvalidJWSError(str(error)) from error
    if not isinstance(header, dict):
        raise InvalidJWSError("the header is no object")
    return UnverifiedJWS(
        header=header,
        algorithm=_read_algorithm(header),
        kid=_read_kid(header),
        signing_input=compact[: -len(segments[2]) - 1].encode() if segments[2] else b"",
        payload=payload,
        signature=signature,
        compact=compact,
    )


def _read_algorithm(header: dict[str, Any]) -> str:
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm.lower() in {"", "none"}:
        raise InvalidJWSError("no signature algorithm")
    if "crit" in header or "b64" in header:
        raise InvalidJWSError("critical extensions are not supported")
    return algorithm


def _read_kid(header: dict[str, Any]) -> str | None:
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise InvalidJWSError("kid is no string")
    return kid


def _der_signature(raw: bytes) -> bytes:
    if len(raw) != 2 * _P256_BYTES:
        raise InvalidJWSError("an ES256 signature has 64 bytes")
    r = int.from_bytes(raw[:_P256_BYTES], "big")
    s = int.from_bytes(raw[_P256_BYTES:], "big")
    if not r or not s:
        raise InvalidJWSError("an ES256 signature has no zero half")
    return encode_dss_signature(r, s)
