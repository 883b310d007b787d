"""An issuer's key set: which of its keys count, and for which signatures."""

from typing import Any

import pytest

from ostiary_client.verification.key_set import (
    MAX_CANDIDATES,
    MAX_KEYS,
    KeySetError,
    parse_key_set,
)
from tests.support import jose
from tests.support.played_issuer import jwk_of, private_key

EC = jwk_of(private_key("one"), "k1")
RSA = jwk_of(private_key("one", "RSA"), "k1")


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        ("RSA", "RS256"),
        ("RSA", "PS512"),
        ("P-256", "ES256"),
        ("P-384", "ES384"),
        ("P-521", "ES512"),
        ("Ed25519", "EdDSA"),
        ("Ed25519", "Ed25519"),
    ],
    ids=str,
)
def test_key_is_found_for_signatures_of_its_kind(kind: str, algorithm: str) -> None:
    keys = parse_key_set({"keys": [jwk_of(private_key("one", kind), "k1")]})
    assert [key.kind for key in keys.candidates("k1", algorithm)] == [kind]


@pytest.mark.parametrize("algorithm", ["RS256", "ES384", "ES512", "EdDSA"])
def test_key_is_not_found_for_signatures_of_another_kind(algorithm: str) -> None:
    assert parse_key_set({"keys": [EC]}).candidates("k1", algorithm) == ()


def test_key_for_one_algorithm_is_found_for_that_one_only() -> None:
    keys = parse_key_set({"keys": [{**RSA, "alg": "PS256"}]})
    assert keys.candidates("k1", "RS256") == ()
    assert len(keys.candidates("k1", "PS256")) == 1


def test_key_is_not_found_under_another_kid() -> None:
    assert parse_key_set({"keys": [EC]}).candidates("k2", "ES256") == ()


def test_token_without_kid_may_be_of_any_of_few_keys() -> None:
    keys = parse_key_set({"keys": [EC, jwk_of(private_key("two"), "k2"), RSA]})
    assert len(keys.candidates(None, "ES256")) == 2


def test_token_without_kid_is_of_none_among_many_keys() -> None:
    many = [jwk_of(private_key(str(n)), f"k{n}") for n in range(MAX_CANDIDATES + 1)]
    assert parse_key_set({"keys": many}).candidates(None, "ES256") == ()


def test_keys_of_one_kid_are_all_kept_when_they_differ() -> None:
    keys = parse_key_set({"keys": [EC, RSA, jwk_of(private_key("two"), "k1")]})
    assert len(keys.candidates("k1", "ES256")) == 2
    assert len(keys.candidates("k1", "RS256")) == 1


def test_key_that_is_there_twice_counts_once() -> None:
    assert len(parse_key_set({"keys": [EC, EC]}).keys) == 1


@pytest.mark.parametrize(
    "member",
    [
        pytest.param({"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}, id="a shared secret"),
        pytest.param({**EC, "kty": "XYZ"}, id="an unknown kind"),
        pytest.param({**EC, "kty": ["EC"]}, id="a kind that is a list"),
        pytest.param({**EC, "crv": "secp256k1"}, id="an unknown curve"),
        pytest.param({**EC, "use": "enc"}, id="for encryption"),
        pytest.param({**EC, "key_ops": ["encrypt"]}, id="without the operation verify"),
        pytest.param({**EC, "alg": "ES384"}, id="alg of another curve"),
        pytest.param({**RSA, "alg": "RSA-OAEP"}, id="alg for encryption"),
        pytest.param({**RSA, "alg": "HS256"}, id="alg of a shared secret"),
        pytest.param({**RSA, "alg": ["RS256"]}, id="alg that is a list"),
        pytest.param({**EC, "kid": 1}, id="kid that is a number"),
        pytest.param({**EC, "d": "AAAA"}, id="with its private part"),
        pytest.param({**EC, "y": EC["x"]}, id="a point off the curve"),
        pytest.param({**EC, "x": jose.encode(b"\0" * 32)}, id="another point off the curve"),
        pytest.param({**EC, "x": jose.encode(b"\0" + jose.decode(EC["x"]))}, id="33 bytes"),
        pytest.param({**EC, "x": EC["x"] + "="}, id="padding"),
        pytest.param({"kty": "EC", "crv": "P-256"}, id="no coordinates"),
        pytest.param(jwk_of(private_key("short", "RSA1024"), "k1"), id="RSA of 1024 bits"),
        pytest.param({**RSA, "n": jose.encode(b"\xff" * 8192)}, id="RSA of 65536 bits"),
        pytest.param({**RSA, "e": jose.encode(b"\1")}, id="RSA exponent 1"),
        pytest.param({**RSA, "e": jose.encode(b"\xff" * 256)}, id="huge RSA exponent"),
        pytest.param({"kty": "OKP", "crv": "X25519", "x": EC["x"]}, id="a key for agreement"),
        pytest.param({"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}, id="three bytes of Ed25519"),
    ],
)
def test_SEC_102_key_that_cannot_be_trusted_is_passed_over(member: dict[str, Any]) -> None:
    good = jwk_of(private_key("two"), "good")
    keys = parse_key_set({"keys": [member, good]})
    assert [key.kid for key in keys.keys] == ["good"]
    assert len(keys.passed_over) == 1


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({}, id="no keys"),
        pytest.param({"keys": EC}, id="an object"),
        pytest.param({"keys": ["k1"]}, id="texts"),
        pytest.param({"keys": [EC] * (MAX_KEYS + 1)}, id="101 keys"),
    ],
)
def test_SEC_102_absurd_set_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(KeySetError):
        parse_key_set(document)


def test_empty_set_is_a_set() -> None:
    assert parse_key_set({"keys": []}).keys == ()
