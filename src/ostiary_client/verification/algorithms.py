"""Signature algorithms of public keys: which there are, and whether a signature holds.

There is neither `none` nor HMAC here, so that no option could let them in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
Check: TypeAlias = Callable[[Any, bytes, bytes], None]
"""Takes key, signature and data; raises InvalidSignature."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """An algorithm: the kind of key that it takes, and its check."""

    key_kind: str
    check: Check


def holds(public_key: PublicKey, algorithm: str, *, signature: bytes, data: bytes) -> bool:
    """Tell whether the holder of a key signed these bytes; the key is of the algorithm's kind."""
    try:
        ALGORITHMS[algorithm].check(public_key, signature, data)
    except InvalidSignature:
        return False
    return True


def _rsa(scheme: padding.AsymmetricPadding, digest: hashes.HashAlgorithm) -> Algorithm:
    def check(key: rsa.RSAPublicKey, signature: bytes, data: bytes) -> None:
        key.verify(signature, data, scheme, digest)

    return Algorithm("RSA", check)


def _pss(digest: hashes.HashAlgorithm) -> Algorithm:
    return _rsa(padding.PSS(padding.MGF1(digest), salt_length=digest.digest_size), digest)


def _ecdsa(curve: str, size: int, digest: hashes.HashAlgorithm) -> Algorithm:
    scheme = ec.ECDSA(digest)

    def check(key: ec.EllipticCurvePublicKey, signature: bytes, data: bytes) -> None:
        if len(signature) != 2 * size:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
        if not r or not s:
            raise InvalidSignature
        key.verify(encode_dss_signature(r, s), data, scheme)

    return Algorithm(curve, check)


def _check_ed25519(key: ed25519.Ed25519PublicKey, signature: bytes, data: bytes) -> None:
    key.verify(signature, data)


_PKCS1 = padding.PKCS1v15()
_ED25519 = Algorithm("Ed25519", _check_ed25519)
ALGORITHMS: Mapping[str, Algorithm] = MappingProxyType(
    {
        "RS256": _rsa(_PKCS1, hashes.SHA256()),
        "RS384": _rsa(_PKCS1, hashes.SHA384()),
        "RS512": _rsa(_PKCS1, hashes.SHA512()),
        "PS256": _pss(hashes.SHA256()),
        "PS384": _pss(hashes.SHA384()),
        "PS512": _pss(hashes.SHA512()),
        "ES256": _ecdsa("P-256", 32, hashes.SHA256()),
        "ES384": _ecdsa("P-384", 48, hashes.SHA384()),
        "ES512": _ecdsa("P-521", 66, hashes.SHA512()),
        "EdDSA": _ED25519,
        "Ed25519": _ED25519,
    }
)
"""Every algorithm that may be allowed, by its name in a token's header.

Spec: RFC 7518 §3.1, §3.4; RFC 8037 §3.1; RFC 9864 §2.2.
"""
SAME = MappingProxyType({"Ed25519": "EdDSA"})
"""Newer names of an algorithm that has an older one."""
