"""A JWK Set of an issuer: the keys in it that can verify signatures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ostiary_client.verification.algorithms import ALGORITHMS, SAME, PublicKey
from ostiary_client.verification.reading import base64url

MAX_KEYS = 100
MAX_CANDIDATES = 4
"""Of so many keys at most each is tried, where a token does not say which one it was."""
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
_MAX_MEMBER_CHARACTERS = MAX_RSA_BITS // 6 + 2
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_CURVES: Mapping[object, tuple[type[ec.EllipticCurve], int]] = {
    "P-256": (ec.SECP256R1, 32),
    "P-384": (ec.SECP384R1, 48),
    "P-521": (ec.SECP521R1, 66),
}


class KeySetError(ValueError):
    """What came is no JWK Set, or an absurd one."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key; `kind` is `RSA` or its curve, `algorithm` the only one it is for."""

    kid: str | None
    kind: str
    algorithm: str | None
    public_key: PublicKey = field(repr=False)

    def fits(self, algorithm: str) -> bool:
        """Tell whether a signature by that algorithm may be checked with this key."""
        if ALGORITHMS[algorithm].key_kind != self.kind:
            return False
        return self.algorithm is None or _usual(self.algorithm) == _usual(algorithm)


@dataclass(frozen=True, slots=True)
class KeySet:
    """An issuer's keys by `kid`; `passed_over` says why others of its set do not count."""

    by_kid: Mapping[str | None, tuple[VerificationKey, ...]]
    passed_over: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[VerificationKey, ...]:
        """All keys."""
        return tuple(key for keys in self.by_kid.values() for key in keys)

    def candidates(self, kid: str | None, algorithm: str) -> tuple[VerificationKey, ...]:
        """Return the keys that may have made a signature: none, one, or a few.

        A token without `kid` may be of any key, as long as there are few.
        """
        keys = self.keys if kid is None else self.by_kid.get(kid, ())
        fitting = tuple(key for key in keys if key.fits(algorithm))
        return fitting if len(fitting) <= MAX_CANDIDATES else ()

    def joined_with(self, other: "KeySet") -> "KeySet":
        """Return the keys of both; one that is in both counts once."""
        by_kid = dict(self.by_kid)
        for key in other.keys:
            known = by_kid.get(key.kid, ())
            if key not in known:
                by_kid[key.kid] = (*known, key)
        return KeySet(by_kid, tuple(dict.fromkeys((*self.passed_over, *other.passed_over))))


def parse_key_set(document: Mapping[str, Any]) -> KeySet:
    """Read a JWK Set; keys of other kinds and for other uses are passed over.

    Two keys of one `kid` are both kept; a key that is there twice counts once. A key published with
    its private part is passed over, for everybody can sign with it.

    Spec: RFC 7517 §4, §5; RFC 7518 §6.2, §6.3; RFC 8037 §2.
    Raises: KeySetError for what is no set, and for more than 100 keys.
    """
    members = document.get("keys")
    if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
        raise KeySetError("no list of keys")
    if len(members) > MAX_KEYS:
        raise KeySetError(f"more than {MAX_KEYS} keys")
    keys = KeySet({})
    for member in members:
        try:
            key = parse_key(member)
        except ValueError as error:
            keys = keys.joined_with(KeySet({}, (str(error),)))
        else:
            keys = keys.joined_with(KeySet({key.kid: (key,)}))
    return keys


def parse_key(member: Mapping[str, Any]) -> VerificationKey:
    """Read one key.

    Raises: ValueError that says why it does not count, without a word of the key's own.
    """
    kid, algorithm = member.get("kid"), member.get("alg")
    if kid is not None and not isinstance(kid, str):
        raise ValueError("a kid that is no text")
    if _PRIVATE & member.keys():
        raise ValueError("a key that is published with its private part")
    if member.get("use", "sig") != "sig" or not _may_verify(member.get("key_ops")):
        raise ValueError("a key that is not for signatures")
    kind, public_key = _read(member)
    key = VerificationKey(kid, kind, algorithm, public_key)
    if algorithm is not None and not (
        isinstance(algorithm, str) and algorithm in ALGORITHMS and key.fits(algorithm)
    ):
        raise ValueError("a key whose alg does not fit it")
    return key


def _may_verify(key_ops: object) -> bool:
    return key_ops is None or (isinstance(key_ops, list) and "verify" in key_ops)


def _read(member: Mapping[str, Any]) -> tuple[str, PublicKey]:
    match member.get("kty"), member.get("crv"):
        case "RSA", _:
            return "RSA", _rsa(member)
        case "EC", ("P-256" | "P-384" | "P-521") as curve:
            return curve, _ec(member, *_CURVES[curve])
        case "OKP", "Ed25519":
            raw = _bytes(member, "x")
            return "Ed25519", ed25519.Ed25519PublicKey.from_public_bytes(raw)
        case _:
            raise ValueError("a key of another kind")


def _rsa(member: Mapping[str, Any]) -> rsa.RSAPublicKey:
    modulus = int.from_bytes(_bytes(member, "n"))
    exponent = int.from_bytes(_bytes(member, "e"))
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
        raise ValueError(f"an RSA key of less than {MIN_RSA_BITS} or over {MAX_RSA_BITS} bits")
    if exponent.bit_length() > 64:
        raise ValueError("an RSA key with a huge exponent")
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _ec(
    member: Mapping[str, Any], curve: type[ec.EllipticCurve], size: int
) -> ec.EllipticCurvePublicKey:
    x, y = _bytes(member, "x"), _bytes(member, "y")
    if len(x) != size or len(y) != size:
        raise ValueError("an EC key with coordinates of a wrong length")
    # 0x04 marks an uncompressed point; one off the curve is refused here.
    return ec.EllipticCurvePublicKey.from_encoded_point(curve(), b"\x04" + x + y)


def _bytes(member: Mapping[str, Any], name: str) -> bytes:
    value = member.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_MEMBER_CHARACTERS:
        raise ValueError(f"a key with a missing or an oversized {name}")
    return base64url.decode(value)


def _usual(algorithm: str) -> str:
    return SAME.get(algorithm, algorithm)
