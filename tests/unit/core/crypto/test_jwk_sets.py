"""JWK Sets of clients: public, strong, each key known by one name."""

from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ostiary.core.crypto import keys
from ostiary.core.crypto.jwk_sets import (
    MAX_KEYS,
    KeyOfSetRefusedError,
    parse_public_key,
    parse_public_keys,
)
from ostiary.core.crypto.keys import Algorithm, KeyRefusedError
from tests.support.jose import encode
from tests.support.tenants import private_key

P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1


def _jwk(algorithm: Algorithm = "ES256", **members: Any) -> dict[str, Any]:
    public = private_key("jwk", algorithm).public_key()
    return {**keys.public_members(public), **members}


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_a_public_key_is_read_back(algorithm: Algorithm) -> None:
    key = parse_public_key(_jwk(algorithm, kid="k", alg=algorithm, use="sig"))
    assert (key.kid, key.algorithm) == ("k", algorithm)
    assert keys.public_members(key.public_key) == keys.public_members(
        private_key("jwk", algorithm).public_key()
    )


@pytest.mark.parametrize(
    ("algorithm", "usual"), [("RS256", "RS256"), ("ES256", "ES256"), ("EdDSA", "EdDSA")]
)
def test_without_alg_and_kid_the_usual_algorithm_and_the_thumbprint_hold(
    algorithm: Algorithm, usual: str
) -> None:
    key = parse_public_key(_jwk(algorithm))
    assert key.algorithm == usual
    assert key.kid == keys.thumbprint(key.public_key)


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_SEC_102_a_private_member_is_refused_and_not_shown(member: str) -> None:
    with pytest.raises(KeyRefusedError, match=f"private members .{member}.") as refused:
        parse_public_key(_jwk() | {member: "canary-private"})
    assert "canary-private" not in str(refused.value)


def test_SEC_100_a_symmetric_key_is_no_public_key() -> None:
    with pytest.raises(KeyRefusedError, match="symmetric") as refused:
        parse_public_key({"kty": "oct", "k": "canary-private"})
    assert "canary-private" not in str(refused.value)


def test_SEC_100_a_short_rsa_key_is_refused() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - as meant
    with pytest.raises(KeyRefusedError, match="2048"):
        parse_public_key(keys.public_members(short.public_key()))


def test_SEC_102_a_huge_modulus_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(KeyRefusedError, match="too long"):
        parse_public_key({"kty": "RSA", "e": "AQAB", "n": encode(b"\xff" * 8192)})


@pytest.mark.parametrize(
    ("x", "y"),
    [
        pytest.param(1, 1, id="off the curve"),
        pytest.param(0, 0, id="zero"),
        pytest.param(P256_PRIME, 1, id="beyond the field"),
    ],
)
def test_SEC_100_a_point_off_the_curve_is_refused(x: int, y: int) -> None:
    with pytest.raises(KeyRefusedError, match="not a valid public key"):
        parse_public_key(
            {
                "kty": "EC",
                "crv": "P-256",
                "x": encode(x.to_bytes(32, "big")),
                "y": encode(y.to_bytes(32, "big")),
            }
        )


@pytest.mark.parametrize("size", [31, 33, 0])
def test_a_coordinate_has_32_bytes(size: int) -> None:
    with pytest.raises(KeyRefusedError):
        parse_public_key({"kty": "EC", "crv": "P-256", "x": encode(b"\1" * size), "y": _jwk()["y"]})


def test_SEC_100_another_curve_is_refused() -> None:
    point = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
    with pytest.raises(KeyRefusedError, match="P-256"):
        parse_public_key(
            {"kty": "EC", "crv": "P-384", "x": encode(point.x.to_bytes(48, "big")), "y": "AA"}
        )


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"use": "enc"}, id="for encryption"),
        pytest.param({"key_ops": ["sign"]}, id="for signing"),
        pytest.param({"key_ops": "verify"}, id="key_ops that are no list"),
        pytest.param({"use": None}, id="a null use"),
        pytest.param({"alg": "RS256"}, id="an algorithm of another kind"),
        pytest.param({"alg": "HS256"}, id="a symmetric algorithm"),
        pytest.param({"alg": "none"}, id="no algorithm"),
        pytest.param({"alg": ["ES256"]}, id="a list of algorithms"),
        pytest.param({"kid": ""}, id="an empty kid"),
        pytest.param({"kid": 1}, id="a kid that is no text"),
        pytest.param({"kid": None}, id="a null kid"),
        pytest.param({"kty": None}, id="a null kind"),
        pytest.param({"kty": ["EC"]}, id="a list of kinds"),
        pytest.param({"kty": {}}, id="a kind that is an object"),
        pytest.param({"crv": ["P-256"]}, id="a list of curves"),
        pytest.param({"crv": "p-256"}, id="a curve in lower case"),
        pytest.param({"x": 1}, id="a coordinate that is no text"),
        pytest.param({"x": ""}, id="an empty coordinate"),
        pytest.param({"x": "é" * 43}, id="a coordinate that is no ASCII"),
        pytest.param({"x": _jwk()["x"] + "="}, id="padding"),
    ],
)
def test_what_is_no_key_for_verifying_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(KeyRefusedError):
        parse_public_key(_jwk(**members))


@pytest.mark.parametrize("e", [0, 1, 2, 65536])
def test_SEC_100_an_impossible_rsa_exponent_is_refused(e: int) -> None:
    with pytest.raises(KeyRefusedError):
        parse_public_key(
            {**_jwk("RS256"), "e": encode(e.to_bytes(3, "big").lstrip(b"\0") or b"\0")}
        )


def test_SEC_102_a_set_has_at_most_50_keys() -> None:
    assert MAX_KEYS == 50
    assert len(parse_public_keys([_jwk(kid=str(n)) for n in range(50)])) == 50
    with pytest.raises(KeyRefusedError, match="10000 keys"):
        parse_public_keys([{}] * 10_000)


def test_SEC_102_a_repeated_kid_is_refused_and_the_key_named() -> None:
    with pytest.raises(KeyOfSetRefusedError, match="repeats the kid a") as refused:
        parse_public_keys([_jwk(kid="a"), _jwk(kid="b"), _jwk("EdDSA", kid="a")])
    assert refused.value.index == 2


def test_the_refused_key_of_a_set_is_named_by_its_place() -> None:
    with pytest.raises(KeyOfSetRefusedError, match="symmetric") as refused:
        parse_public_keys([_jwk(kid="a"), {"kty": "oct", "k": "AA"}])
    assert refused.value.index == 1
