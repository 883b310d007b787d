"""JWK Sets of others: a client's public keys, read strictly."""

from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ostiary.core.base import b64
from ostiary.core.base.ids import KeyId
from ostiary.core.crypto.foreign_jws import PUBLIC_KEY_ALGORITHMS
from ostiary.core.crypto.keys import (
    MAX_RSA_BITS,
    KeyRefusedError,
    PublicKey,
    VerificationKey,
    check_fits,
    thumbprint,
)

MAX_KEYS = 50
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_MAX_MEMBER_CHARACTERS = MAX_RSA_BITS // 6 + 2
_COORDINATE_BYTES = 32
_KINDS = (("RSA", None), ("EC", "P-256"), ("OKP", "Ed25519"))
_DEFAULT_ALGORITHM = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}


class KeyOfSetRefusedError(KeyRefusedError):
    """One key of a set is refused; `index` says which."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index


def parse_public_keys(keys: Sequence[Mapping[str, object]]) -> tuple[VerificationKey, ...]:
    """Read the members of `keys` of a JWK Set; a key without `kid` is known by its thumbprint.

    A key without `alg` verifies the common algorithm of its kind (RS256, ES256, EdDSA) only.
    Spec: RFC 7517 §4 and §5; RFC 7518 §6.
    Raises: KeyRefusedError for more than 50 keys; KeyOfSetRefusedError for a weak, private,
    symmetric, repeated or unreadable one.
    """
    if len(keys) > MAX_KEYS:
        raise KeyRefusedError(f"has {len(keys)} keys; at most {MAX_KEYS} are accepted")
    parsed: dict[KeyId, VerificationKey] = {}
    for index, jwk in enumerate(keys):
        try:
            key = parse_public_key(jwk)
        except KeyRefusedError as error:
            raise KeyOfSetRefusedError(index, str(error)) from error
        if key.kid in parsed:
            raise KeyOfSetRefusedError(index, f"repeats the kid {key.kid}")
        parsed[key.kid] = key
    return tuple(parsed.values())


def parse_public_key(jwk: Mapping[str, object]) -> VerificationKey:
    """Read one public JWK.

    Raises: KeyRefusedError naming the reason, never a member's value.
    """
    kty = jwk.get("kty")
    if kty == "oct":
        raise KeyRefusedError("is a symmetric key, which is a shared secret and no public key")
    if leaked := sorted(PRIVATE_MEMBERS & jwk.keys()):
        raise KeyRefusedError(
            f"holds private members ({', '.join(leaked)}): give the public key only, and replace "
            "this key, which is no secret any more"
        )
    if jwk.get("use", "sig") != "sig" or not _may_verify(jwk.get("key_ops")):
        raise KeyRefusedError("is not meant for signatures")
    public_key = _read_members(kty, jwk)
    algorithm = jwk.get("alg", _DEFAULT_ALGORITHM[str(kty)])
    if algorithm not in PUBLIC_KEY_ALGORITHMS:
        raise KeyRefusedError(f"alg must be one of {', '.join(PUBLIC_KEY_ALGORITHMS)}")
    check_fits(public_key, str(algorithm))
    kid = jwk.get("kid", thumbprint(public_key))
    if not isinstance(kid, str) or not kid:
        raise KeyRefusedError("kid must be text")
    return VerificationKey(KeyId(kid), str(algorithm), public_key)


def _may_verify(key_ops: object) -> bool:
    return key_ops is None or (isinstance(key_ops, list | tuple) and "verify" in key_ops)


def _read_members(kty: object, jwk: Mapping[str, object]) -> PublicKey:
    # Compared, not looked up: a stranger's kty may be a list, which cannot be hashed.
    if (kty, None if kty == "RSA" else jwk.get("crv")) not in _KINDS:
        raise KeyRefusedError("must be an RSA key, or one on the curve P-256 or Ed25519")
    try:
        if kty == "RSA":
            return rsa.RSAPublicNumbers(_uint(jwk, "e"), _uint(jwk, "n")).public_key()
        if kty == "EC":
            # 0x04 marks an uncompressed point; one off the curve is refused here.
            point = b"\x04" + _fixed(jwk, "x") + _fixed(jwk, "y")
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        return ed25519.Ed25519PublicKey.from_public_bytes(_fixed(jwk, "x"))
    except KeyRefusedError:
        raise
    except ValueError as error:
        raise KeyRefusedError("is not a valid public key") from error


def _uint(jwk: Mapping[str, object], name: str) -> int:
    return int.from_bytes(_decode(jwk, name))


def _fixed(jwk: Mapping[str, object], name: str) -> bytes:
    data = _decode(jwk, name)
    if len(data) != _COORDINATE_BYTES:
        raise KeyRefusedError(f"{name} must have {_COORDINATE_BYTES} bytes")
    return data


def _decode(jwk: Mapping[str, object], name: str) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str) or not value:
        raise KeyRefusedError(f"{name} is missing")
    if len(value) > _MAX_MEMBER_CHARACTERS:
        raise KeyRefusedError(f"{name} is too long: keys have at most {MAX_RSA_BITS} bits")
    try:
        return b64.decode(value)
    except ValueError as error:
        raise KeyRefusedError(f"{name} is not base64url") from error
