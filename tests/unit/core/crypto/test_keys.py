"""Keys: which are good enough, what is published of them, which one signs."""

import base64
import hashlib
from collections.abc import Callable
from typing import get_args

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import PublicFormat

from ostiary.core.base.ids import KeyId
from ostiary.core.crypto import keys
from ostiary.core.crypto.certificates import self_signed
from ostiary.core.crypto.keys import Algorithm, KeyRefusedError, KeySet, SigningKey
from tests.support.jose import encode
from tests.support.tenants import private_key, signing_key

PUBLIC_MEMBERS = {"kty", "n", "e", "crv", "x", "y", "kid", "use", "alg", "x5c", "x5t#S256"}


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_SEC_105_a_published_key_has_public_members_only(algorithm: Algorithm) -> None:
    key = signing_key("published", algorithm)
    assert set(key.public_jwk) <= PUBLIC_MEMBERS
    assert key.public_jwk["use"] == "sig"
    assert key.public_jwk["alg"] == algorithm
    assert key.public_jwk["kid"] == key.kid


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_x5c_is_plain_base64_of_a_certificate_with_the_same_key(algorithm: Algorithm) -> None:
    key = signing_key("published", algorithm)
    (text,) = key.public_jwk["x5c"]
    der = base64.b64decode(text, validate=True)
    certificate = x509.load_der_x509_certificate(der)
    assert _spki(certificate.public_key()) == _spki(key.public_key)
    assert key.public_jwk["x5t#S256"] == encode(hashlib.sha256(der).digest())


def test_a_coordinate_with_leading_zeros_keeps_its_length() -> None:
    """RFC 7518 §6.2.1.2: the full size of a coordinate, whatever its value."""
    short = 0
    for scalar in range(1, 600):
        public = ec.derive_private_key(scalar, ec.SECP256R1()).public_key()
        members = keys.public_members(public)
        assert len(members["x"]) == len(members["y"]) == 43
        short += public.public_numbers().x < 2**248
    assert short, "no multiple of the base point had a short x: choose more of them"


def test_SEC_106_two_keys_never_have_one_thumbprint() -> None:
    made = [private_key(f"thumb {n}", "ES256").public_key() for n in range(20)]
    assert len({keys.thumbprint(key) for key in made}) == 20


def test_SEC_100_a_short_rsa_key_is_refused() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that is the point
    for algorithm in ("RS256", "PS256", "RS512"):
        with pytest.raises(KeyRefusedError, match="2048"):
            keys.check_fits(short, algorithm)
        with pytest.raises(KeyRefusedError, match="2048"):
            keys.check_fits(short.public_key(), algorithm)


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP256K1(), ec.SECP192R1()])
def test_SEC_100_another_curve_is_refused(curve: ec.EllipticCurve) -> None:
    with pytest.raises(KeyRefusedError, match="P-256"):
        keys.check_fits(ec.generate_private_key(curve), "ES256")


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_SEC_88_a_key_fits_the_algorithms_of_its_own_kind_only(algorithm: Algorithm) -> None:
    kinds = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
    key = private_key("kinds", algorithm)
    for other, kind in kinds.items():
        if kind == kinds[algorithm]:
            keys.check_fits(key, other)
        else:
            with pytest.raises(KeyRefusedError):
                keys.check_fits(key, other)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "", "rs256", "ES384"])
def test_an_unknown_algorithm_fits_no_key(algorithm: str) -> None:
    with pytest.raises(KeyRefusedError):
        keys.check_fits(private_key("kinds", "ES256"), algorithm)


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
@pytest.mark.parametrize("load", [keys.load_private_pem, keys.load_own_pem])
def test_a_private_key_survives_pem(
    algorithm: Algorithm, load: Callable[[bytes], keys.PrivateKey]
) -> None:
    key = private_key("pem", algorithm)
    again = load(keys.dump_private_pem(key))
    assert keys.thumbprint(again.public_key()) == keys.thumbprint(key.public_key())


@pytest.mark.parametrize("load", [keys.load_private_pem, keys.load_own_pem])
@pytest.mark.parametrize(
    "pem",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"not a key", id="text"),
        pytest.param(
            private_key("pem", "ES256")
            .public_key()
            .public_bytes(serialization.Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            id="a public key",
        ),
        pytest.param(
            private_key("pem", "ES256").private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(b"password"),
            ),
            id="an encrypted key without its password",
        ),
        pytest.param(
            ed448.Ed448PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
            id="a kind that cannot sign here",
        ),
        pytest.param(
            dsa.generate_private_key(2048).private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
            id="DSA",
        ),
    ],
)
def test_a_pem_that_cannot_sign_here_is_refused(
    pem: bytes, load: Callable[[bytes], keys.PrivateKey]
) -> None:
    with pytest.raises(KeyRefusedError):
        load(pem)


def test_S4_38_the_youngest_key_whose_time_has_come_signs() -> None:
    old, now, soon = (_key(kid, at) for kid, at in (("old", 100), ("now", 200), ("soon", 300)))
    key_set = KeySet("set", (now, soon, old))
    assert key_set.signing_key("ES256", 250).kid == "now"
    assert key_set.signing_key("ES256", 299.9).kid == "now"
    assert key_set.signing_key("ES256", 300).kid == "soon"
    assert key_set.signing_key("ES256", 150).kid == "old"


def test_a_key_of_another_algorithm_never_signs() -> None:
    key_set = KeySet("set", (_key("a", 100),))
    with pytest.raises(LookupError, match="RS256"):
        key_set.signing_key("RS256", 500)


def test_S4_38_a_coming_key_is_published_and_an_old_one_until_its_end() -> None:
    key_set = KeySet("set", (_key("old", 100, until=400), _key("soon", 300)))
    assert [key.kid for key in key_set.published(200)] == ["old", "soon"]
    assert [key.kid for key in key_set.published(399.9)] == ["old", "soon"]
    assert [key.kid for key in key_set.published(400)] == ["soon"]


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_SEC_244_a_signing_key_does_not_show_its_private_half(algorithm: Algorithm) -> None:
    key = signing_key("shown", algorithm)
    assert "PRIVATE" not in repr(key)
    assert "PrivateKey" not in repr(key)


def test_a_certificate_is_good_from_a_little_before_it_was_made() -> None:
    at = 1_750_000_000.0
    der = self_signed(private_key("cert", "ES256"), "x" * 100, now=at, lifetime_days=10)
    certificate = x509.load_der_x509_certificate(der)
    assert certificate.not_valid_before_utc.timestamp() == at - 300
    assert certificate.not_valid_after_utc.timestamp() == at + 864_000
    assert certificate.subject == certificate.issuer
    certificate.verify_directly_issued_by(certificate)


def _key(kid: str, active_from: float, until: float | None = None) -> SigningKey:
    return SigningKey(
        kid=KeyId(kid),
        algorithm="ES256",
        private_key=private_key("set", "ES256"),
        public_jwk={},
        certificate=b"",
        active_from=active_from,
        published_until=until,
    )


def _spki(key: object) -> bytes:
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey)
    return key.public_bytes(serialization.Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
