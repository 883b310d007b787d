"""Keys: made, imported, published as JWK, and kept as objects that can sign and verify."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ostiary.core.base import b64
from ostiary.core.base.ids import KeyId

Algorithm = Literal["RS256", "PS256", "ES256", "EdDSA"]
"""Signature algorithms of our own keys."""
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
PUBLICATION_LEAD_SECONDS = 300
"""How long verifiers may keep a JWK Set; a key is published that long before its first use."""
MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192


class KeyRefusedError(ValueError):
    """A key is too weak, of the wrong kind, or not a key at all; the message says which."""


@dataclass(frozen=True, slots=True, eq=False)
class VerificationKey:
    """A public key tied to the one algorithm that it may verify."""

    kid: KeyId
    algorithm: str
    public_key: PublicKey


@dataclass(frozen=True, slots=True, eq=False)
class SigningKey:
    """One of our private keys, ready to sign.

    Args:
        certificate: DER of the self-signed certificate that carries the public key (`x5c`).
        active_from, published_until: seconds since the epoch; a key signs from `active_from` until
            a later one of its set and algorithm takes over, and is published until the end.
    """

    kid: KeyId
    algorithm: Algorithm
    private_key: PrivateKey = field(repr=False)
    public_key: PublicKey = field(init=False, repr=False)
    public_jwk: dict[str, Any]
    certificate: bytes = field(repr=False)
    active_from: float = 0.0
    published_until: float | None = None
    header_segments: dict[tuple[tuple[str, str], ...], bytes] = field(
        default_factory=dict, repr=False
    )
    """Encoded JOSE headers by their extra members: constant per key, so encoded once."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "public_key", self.private_key.public_key())


@dataclass(frozen=True, slots=True, eq=False)
class KeySet:
    """The keys of one purpose in one environment, published together as one JWK Set."""

    name: str
    keys: tuple[SigningKey, ...]

    def signing_key(self, algorithm: Algorithm, now: float) -> SigningKey:
        """Return the youngest key of `algorithm` whose time to sign has come.

        Raises: LookupError when the set has none, which `ostiary check` and start-up prevent.
        """
        chosen: SigningKey | None = None
        for key in self.keys:
            if (
                key.algorithm == algorithm
                and key.active_from <= now
                and (chosen is None or key.active_from > chosen.active_from)
            ):
                chosen = key
        if chosen is None:
            raise LookupError(f"key set {self.name} has no {algorithm} key that may sign now")
        return chosen

    def published(self, now: float) -> tuple[SigningKey, ...]:
        """Return the keys that a verifier should know now: current, coming and recent ones."""
        return tuple(
            key for key in self.keys if key.published_until is None or key.published_until > now
        )


def generate(algorithm: Algorithm, *, rsa_bits: int = MIN_RSA_BITS) -> PrivateKey:
    """Make a new private key for `algorithm`."""
    match algorithm:
        case "RS256" | "PS256":
            return rsa.generate_private_key(public_exponent=65537, key_size=rsa_bits)
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "EdDSA":
            return ed25519.Ed25519PrivateKey.generate()


def check_fits(key: PrivateKey | PublicKey, algorithm: str) -> None:
    """Refuse a key that `algorithm` may not use.

    Raises: KeyRefusedError naming the reason.
    """
    match algorithm:
        case "RS256" | "PS256" | "RS384" | "RS512" | "PS384" | "PS512":
            if not isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
                raise KeyRefusedError(f"{algorithm} needs an RSA key")
            if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
                raise KeyRefusedError(
                    f"RSA keys need {MIN_RSA_BITS} to {MAX_RSA_BITS} bits; this has {key.key_size}"
                )
        case "ES256":
            if not isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
                raise KeyRefusedError("ES256 needs an elliptic-curve key")
            if key.curve.name != "secp256r1":
                raise KeyRefusedError(f"ES256 needs the curve P-256; this is {key.curve.name}")
        case "EdDSA":
            if not isinstance(key, ed25519.Ed25519PrivateKey | ed25519.Ed25519PublicKey):
                raise KeyRefusedError("EdDSA needs an Ed25519 key")
        case _:
            raise KeyRefusedError(f"{algorithm} is not an algorithm of this server")


def load_private_pem(pem: bytes, password: bytes | None = None) -> PrivateKey:
    """Read a private key in PEM form.

    Raises: KeyRefusedError when it is not one, or of a kind that cannot sign here.
    """
    try:
        key = serialization.load_pem_private_key(pem, password)
    except (ValueError, TypeError) as error:
        raise KeyRefusedError("not a readable PEM private key") from error
    if not isinstance(key, PrivateKey):
        raise KeyRefusedError("only RSA, P-256 and Ed25519 keys can sign here")
    return key


def load_own_pem(pem: bytes) -> PrivateKey:
    """Read back a key that `dump_private_pem` wrote and our seal has kept from changing.

    OpenSSL's consistency check of an RSA key is left out: it was made when the key came in, and
    costs 50 ms a key at every start of every worker.
    Raises: KeyRefusedError.
    """
    try:
        key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError) as error:
        raise KeyRefusedError("not a readable PEM private key") from error
    if not isinstance(key, PrivateKey):
        raise KeyRefusedError("only RSA, P-256 and Ed25519 keys can sign here")
    return key


def dump_private_pem(key: PrivateKey) -> bytes:
    """Write a private key as PKCS#8 PEM; the caller seals it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def public_members(key: PublicKey) -> dict[str, str]:
    """Return the JWK members that make up a public key, and nothing else.

    Spec: RFC 7517 §4; RFC 7518 §6; RFC 8037 §2.
    """
    match key:
        case rsa.RSAPublicKey():
            numbers = key.public_numbers()
            return {"kty": "RSA", "n": _uint(numbers.n), "e": _uint(numbers.e)}
        case ec.EllipticCurvePublicKey():
            point = key.public_numbers()
            return {
                "kty": "EC",
                "crv": "P-256",
                "x": b64.encode(point.x.to_bytes(32, "big")),
                "y": b64.encode(point.y.to_bytes(32, "big")),
            }
        case ed25519.Ed25519PublicKey():
            return {"kty": "OKP", "crv": "Ed25519", "x": b64.encode(key.public_bytes_raw())}


def thumbprint(key: PublicKey) -> str:
    """Return the RFC 7638 thumbprint: SHA-256, base64url."""
    members = public_members(key)
    canonical = ",".join(f'"{name}":"{members[name]}"' for name in sorted(members))
    return b64.encode(hashlib.sha256(f"{{{canonical}}}".encode()).digest())


def public_jwk(key: PublicKey, kid: str, algorithm: str, certificate: bytes) -> dict[str, Any]:
    """Return the JWK that we publish: public members, `kid`, `use`, `alg`, `x5c`, `x5t#S256`.

    Spec: RFC 7517 §4. `x5c` is plain base64, unlike the rest (§4.7).
    """
    return {
        **public_members(key),
        "kid": kid,
        "use": "sig",
        "alg": algorithm,
        "x5c": [base64.b64encode(certificate).decode()],
        "x5t#S256": b64.encode(hashlib.sha256(certificate).digest()),
    }


def _uint(number: int) -> str:
    return b64.encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))
