"""Compact JWS: whatever comes is read or refused, and a changed token is never believed."""

import json
from contextlib import suppress
from typing import Any, get_args

from hypothesis import assume, given
from hypothesis import strategies as st

from ostiary.core.base import b64
from ostiary.core.crypto import foreign_jws, jws
from ostiary.core.crypto.jwk_sets import parse_public_key, parse_public_keys
from ostiary.core.crypto.jws import InvalidJWSError
from ostiary.core.crypto.keys import Algorithm, KeyRefusedError, public_members
from tests.support import jose
from tests.support.tenants import private_key, verification_key

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ALGORITHMS = st.sampled_from(get_args(Algorithm))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
HEADER_NAMES = st.sampled_from(
    ["alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5c", "zip", "enc"]
)


@given(
    st.text(max_size=80)
    | st.text(alphabet=f"{ALPHABET}.", max_size=80)
    | st.lists(st.binary(max_size=30), min_size=1, max_size=5).map(
        lambda parts: ".".join(b64.encode(part) for part in parts)
    )
)
def test_whatever_text_comes_it_is_a_token_or_a_refusal(text: str) -> None:
    try:
        unverified = jws.parse(text)
    except InvalidJWSError:
        return
    assert unverified.compact == text
    assert text.encode().startswith(unverified.signing_input)


@given(st.dictionaries(HEADER_NAMES, JSON, max_size=5))
def test_whatever_header_comes_it_names_an_algorithm_or_is_refused(header: dict[str, Any]) -> None:
    text = f"{jose.encode(json.dumps(header).encode())}.e30.AAAA"
    try:
        unverified = jws.parse(text)
    except InvalidJWSError:
        return
    assert unverified.algorithm == header["alg"]
    assert unverified.algorithm.lower() not in {"", "none"}
    assert unverified.kid == header.get("kid")
    assert not {"crit", "b64"} & header.keys()


@given(ALGORITHMS, st.binary(max_size=60))
def test_what_is_signed_is_read_back_by_both_readers(algorithm: Algorithm, payload: bytes) -> None:
    token = jose.compact({"alg": algorithm}, payload, private_key("property", algorithm))
    key = verification_key("property", algorithm)
    assert jws.verify(key.public_key, algorithm, jws.parse(token)) == payload
    assert foreign_jws.verify_with_key(jws.parse(token), key) == payload


@given(ALGORITHMS, st.data())
def test_SEC_48_a_token_with_one_character_changed_is_not_believed(
    algorithm: Algorithm, draw: st.DataObject
) -> None:
    token = jose.compact({"alg": algorithm}, {"a": 1}, private_key("property", algorithm))
    position = draw.draw(st.integers(0, len(token) - 1))
    character = draw.draw(st.sampled_from(f"{ALPHABET}.=+/ ") | st.characters(codec="utf-8"))
    assume(character != token[position])
    changed = token[:position] + character + token[position + 1 :]
    assert not _is_believed(algorithm, changed)


@given(ALGORITHMS, st.data())
def test_SEC_48_a_token_cut_or_padded_is_not_believed(
    algorithm: Algorithm, draw: st.DataObject
) -> None:
    token = jose.compact({"alg": algorithm}, {"a": 1}, private_key("property", algorithm))
    cut = token[: draw.draw(st.integers(0, len(token) - 1))]
    assert not _is_believed(algorithm, cut)
    padded = token + draw.draw(st.text(f"{ALPHABET}.=", min_size=1, max_size=4))
    assert not _is_believed(algorithm, padded)


@given(ALGORITHMS, st.binary(max_size=80))
def test_SEC_101_no_bytes_but_a_signature_are_one(algorithm: Algorithm, signature: bytes) -> None:
    signed = jose.signing_input({"alg": algorithm}, {"a": 1})
    assert not _is_believed(algorithm, f"{signed}.{jose.encode(signature)}")


JWK_MEMBERS = st.sampled_from(
    ["kty", "crv", "x", "y", "n", "e", "alg", "use", "key_ops", "kid", "d", "k", "x5c"]
)
JWK_VALUES = JSON | st.sampled_from(
    ["RSA", "EC", "OKP", "oct", "P-256", "Ed25519", "AQAB", "sig", "enc", "RS256", "ES256", "none"]
)


@given(ALGORITHMS, st.dictionaries(JWK_MEMBERS, JWK_VALUES, max_size=5), st.booleans())
def test_SEC_102_whatever_key_comes_it_is_public_and_strong_or_refused(
    algorithm: Algorithm, members: dict[str, Any], is_whole: bool
) -> None:
    whole = public_members(private_key("property", algorithm).public_key()) if is_whole else {}
    jwk = {**whole, **members}
    try:
        key = parse_public_key(jwk)
    except KeyRefusedError:
        return
    assert key.algorithm in foreign_jws.PUBLIC_KEY_ALGORITHMS
    assert key.kid
    assert not {"d", "k"} & jwk.keys()
    assert parse_public_keys([jwk])[0].kid == key.kid


def _is_believed(algorithm: Algorithm, token: str) -> bool:
    key = verification_key("property", algorithm)
    try:
        unverified = jws.parse(token)
    except InvalidJWSError:
        return False
    believed = []
    with suppress(InvalidJWSError):
        believed.append(jws.verify(key.public_key, algorithm, unverified))
    with suppress(InvalidJWSError):
        believed.append(foreign_jws.verify_with_key(unverified, key))
    assert len(believed) != 1, "our two readers do not agree"
    return bool(believed)
