"""Signatures of clients: the registered key decides, never the token."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ostiary.core.base.ids import KeyId
from ostiary.core.base.secret import Secret
from ostiary.core.crypto import jws
from ostiary.core.crypto.foreign_jws import (
    HMAC_BYTES,
    PUBLIC_KEY_ALGORITHMS,
    verify_with_key,
    verify_with_secret,
)
from ostiary.core.crypto.jwk_sets import parse_public_key
from ostiary.core.crypto.jws import InvalidJWSError
from ostiary.core.crypto.keys import Algorithm, VerificationKey
from tests.support import jose
from tests.support.tenants import private_key, verification_key

SECRET = "0123456789abcdef" * 4
_KIND: dict[str, Algorithm] = {"RS": "RS256", "PS": "RS256", "ES": "ES256", "Ed": "EdDSA"}


def _key_for(algorithm: str, name: str = "foreign") -> tuple[jose.Key, VerificationKey]:
    kind = _KIND[algorithm[:2]]
    return private_key(name, kind), verification_key(name, kind, alg=algorithm)


def _token(algorithm: str, key: jose.Key, **header: Any) -> str:
    return jose.compact({"alg": algorithm, **header}, {"a": 1}, key)


@pytest.mark.parametrize("algorithm", PUBLIC_KEY_ALGORITHMS)
def test_every_advertised_algorithm_is_verified(algorithm: str) -> None:
    private, public = _key_for(algorithm)
    assert verify_with_key(jws.parse(_token(algorithm, private)), public) == b'{"a": 1}'


@pytest.mark.parametrize("registered", PUBLIC_KEY_ALGORITHMS)
@pytest.mark.parametrize("used", PUBLIC_KEY_ALGORITHMS)
def test_SEC_88_a_key_verifies_its_one_algorithm_only(registered: str, used: str) -> None:
    private, _ = _key_for(used)
    _, public = _key_for(registered)
    unverified = jws.parse(_token(used, private))
    if used == registered:
        verify_with_key(unverified, public)
    else:
        with pytest.raises(InvalidJWSError):
            verify_with_key(unverified, public)


@pytest.mark.parametrize("algorithm", PUBLIC_KEY_ALGORITHMS)
def test_a_signature_by_another_key_does_not_hold(algorithm: str) -> None:
    private, _ = _key_for(algorithm, "stranger")
    _, public = _key_for(algorithm)
    with pytest.raises(InvalidJWSError):
        verify_with_key(jws.parse(_token(algorithm, private)), public)


@pytest.mark.parametrize("algorithm", PUBLIC_KEY_ALGORITHMS)
def test_SEC_99_an_empty_signature_does_not_hold(algorithm: str) -> None:
    _, public = _key_for(algorithm)
    with pytest.raises(InvalidJWSError):
        verify_with_key(jws.parse(jose.compact({"alg": algorithm}, {}, None)), public)


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_SEC_89_keys_in_the_header_are_never_looked_at(algorithm: Algorithm) -> None:
    """The header's own key would make the signature hold."""
    stranger, _ = _key_for(algorithm, "stranger")
    _, public = _key_for(algorithm)
    offered = {
        "jwk": {"kty": "oct", "k": "AA"},
        "jku": "https://keys.example.com/jwks",
        "x5u": "https://keys.example.com/cert",
        "x5c": ["AA"],
        "x5t": "AA",
    }
    with pytest.raises(InvalidJWSError):
        verify_with_key(jws.parse(_token(algorithm, stranger, **offered)), public)


@pytest.mark.parametrize("algorithm", HMAC_BYTES)
def test_a_shared_secret_authenticates(algorithm: str) -> None:
    token = _token(algorithm, SECRET.encode())
    assert verify_with_secret(jws.parse(token), Secret(SECRET)) == b'{"a": 1}'
    with pytest.raises(InvalidJWSError):
        verify_with_secret(jws.parse(token), Secret(SECRET[::-1]))


@pytest.mark.parametrize(("algorithm", "size"), HMAC_BYTES.items())
def test_SEC_100_a_secret_shorter_than_the_hash_authenticates_nothing(
    algorithm: str, size: int
) -> None:
    """RFC 7518 §3.2."""
    enough, short = "s" * size, "s" * (size - 1)
    verify_with_secret(jws.parse(_token(algorithm, enough.encode())), Secret(enough))
    with pytest.raises(InvalidJWSError, match="too short"):
        verify_with_secret(jws.parse(_token(algorithm, short.encode())), Secret(short))
    with pytest.raises(InvalidJWSError):
        verify_with_secret(jws.parse(_token(algorithm, b"")), Secret(""))


@pytest.mark.parametrize(
    "algorithm", [*PUBLIC_KEY_ALGORITHMS, "HS1", "hs256", "PBES2-HS256+A128KW"]
)
def test_SEC_96_a_secret_verifies_hmac_only(algorithm: str) -> None:
    signed = jose.signing_input({"alg": algorithm, "p2c": 2**31}, b"{}")
    token = f"{signed}.{jose.encode(jose.sign(signed.encode(), 'HS256', SECRET.encode()))}"
    with pytest.raises(InvalidJWSError):
        verify_with_secret(jws.parse(token), Secret(SECRET))


def test_SEC_60_a_secret_that_is_a_public_key_authenticates_nothing() -> None:
    public = private_key("foreign", "RS256").public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(InvalidJWSError, match="public key"):
        verify_with_secret(jws.parse(_token("HS256", pem)), Secret(pem.decode()))


def test_a_client_may_have_the_largest_key_that_is_accepted() -> None:
    """A signature by an RSA key of 8192 bits has 1366 characters."""
    vector = json.loads((Path(__file__).parent / "rsa8192.json").read_text())
    key = parse_public_key(vector["jwk"])
    assert key.public_key.key_size == 8192  # type: ignore[union-attr]
    assert verify_with_key(jws.parse(vector["compact"]), key) == b"largest"


def test_a_client_may_use_headers_of_8_KiB() -> None:
    """A header that carries the signer's certificates is longer than a library's usual 512."""
    private, public = _key_for("ES256")
    token = _token("ES256", private, x5c=["A" * 5000])
    assert verify_with_key(jws.parse(token), public)


def test_a_key_has_an_id_of_its_own() -> None:
    _, public = _key_for("ES256")
    assert public.kid == KeyId("foreign")
