"""Compact JWS: read strictly, verified by the key's own algorithm, signed in raw form."""

from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ostiary.core.crypto import jws
from ostiary.core.crypto.jws import InvalidJWSError
from ostiary.core.crypto.keys import Algorithm
from tests.support import jose
from tests.support.tenants import private_key, signing_key

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _token(algorithm: Algorithm, **header: Any) -> str:
    key = private_key("jws", algorithm)
    return jose.compact({"alg": algorithm, **header}, {"a": 1}, key)


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_what_another_implementation_signed_is_verified(algorithm: Algorithm) -> None:
    unverified = jws.parse(_token(algorithm, kid="k"))
    public = private_key("jws", algorithm).public_key()
    assert jws.verify(public, algorithm, unverified) == b'{"a": 1}'
    assert (unverified.algorithm, unverified.kid) == (algorithm, "k")


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_what_we_sign_is_verified_by_our_own_reading(algorithm: Algorithm) -> None:
    key = signing_key("jws own", algorithm)
    signed = jose.signing_input({"alg": algorithm}, b"{}")
    token = f"{signed}.{jose.encode(jws.sign(key, signed.encode()))}"
    assert jws.verify(key.public_key, algorithm, jws.parse(token)) == b"{}"


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
@pytest.mark.parametrize("claimed", [*get_args(Algorithm), "HS256", "RS512", "ES384"])
def test_SEC_88_only_the_algorithm_of_the_key_counts(algorithm: Algorithm, claimed: str) -> None:
    key = private_key("jws", algorithm)
    signed = jose.signing_input({"alg": claimed}, b"{}")
    signature = jose.encode(jose.sign(signed.encode(), algorithm, key))
    unverified = jws.parse(f"{signed}.{signature}")
    if claimed == algorithm:
        assert jws.verify(key.public_key(), algorithm, unverified) == b"{}"
    else:
        with pytest.raises(InvalidJWSError, match=f"not {algorithm}"):
            jws.verify(key.public_key(), algorithm, unverified)


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_a_signature_by_another_key_does_not_hold(algorithm: Algorithm) -> None:
    other = private_key("jws other", algorithm).public_key()
    with pytest.raises(InvalidJWSError, match="does not hold"):
        jws.verify(other, algorithm, jws.parse(_token(algorithm)))


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_SEC_99_an_empty_signature_does_not_hold(algorithm: Algorithm) -> None:
    head, payload, _ = _token(algorithm).split(".")
    public = private_key("jws", algorithm).public_key()
    with pytest.raises(InvalidJWSError):
        jws.verify(public, algorithm, jws.parse(f"{head}.{payload}."))


@pytest.mark.parametrize(
    "alg", ["none", "None", "nOnE", "NONE", "", None, 1, ["RS256"], {}, True], ids=repr
)
def test_SEC_87_a_token_without_an_algorithm_is_no_token(alg: object) -> None:
    with pytest.raises(InvalidJWSError, match="algorithm"):
        jws.parse(jose.compact({"alg": alg}, {}, None))


def test_SEC_87_an_absent_algorithm_is_no_algorithm() -> None:
    with pytest.raises(InvalidJWSError, match="algorithm"):
        jws.parse(jose.compact({"kid": "k"}, {}, None))


@pytest.mark.parametrize(
    "extension",
    [
        pytest.param({"crit": ["exp"], "exp": 1}, id="unknown"),
        pytest.param({"crit": []}, id="empty"),
        pytest.param({"crit": ["missing"]}, id="naming what is not there"),
        pytest.param({"crit": ["alg"]}, id="naming a standard one"),
        pytest.param({"crit": None}, id="null"),
        pytest.param({"b64": False, "crit": ["b64"]}, id="an unencoded payload"),
        pytest.param({"b64": False}, id="an unencoded payload, not critical"),
        pytest.param({"b64": True}, id="b64 at all"),
    ],
)
def test_SEC_91_a_critical_extension_is_refused(extension: dict[str, Any]) -> None:
    with pytest.raises(InvalidJWSError, match="extension"):
        jws.parse(_token("ES256", **extension))


@pytest.mark.parametrize("kid", [1, None, ["k"], {"a": "b"}, True])
def test_SEC_90_a_kid_is_text_or_absent(kid: object) -> None:
    if kid is None:
        assert jws.parse(_token("ES256", kid=None)).kid is None
    else:
        with pytest.raises(InvalidJWSError, match="kid"):
            jws.parse(_token("ES256", kid=kid))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("a.b", id="two segments"),
        pytest.param("a.b.c.d.e", id="a JWE"),
        pytest.param("..", id="three empty segments"),
        pytest.param(".e30.", id="no header"),
        pytest.param("W10.e30.", id="a header that is a list"),
        pytest.param("ImEi.e30.", id="a header that is text"),
        pytest.param("bnVsbA.e30.", id="a null header"),
        pytest.param('{"payload":"e30","signatures":[]}', id="JSON serialisation"),
        pytest.param("eyJhbGciOiJFUzI1NiJ9.e30.é", id="no ASCII"),
    ],
)
def test_what_is_no_compact_jws_is_refused(text: str) -> None:
    with pytest.raises(InvalidJWSError):
        jws.parse(text)


def test_SEC_103_json_serialisation_is_not_read() -> None:
    head, payload, signature = _token("ES256").split(".")
    flattened = f'{{"protected":"{head}","payload":"{payload}","signature":"{signature}"}}'
    with pytest.raises(InvalidJWSError):
        jws.parse(flattened)


@pytest.mark.parametrize("segment", [0, 1, 2])
@pytest.mark.parametrize("spoil", ["{}=", "{}==", " {}", "{}\n", "\t{}"])
def test_SEC_104_a_segment_has_one_spelling(segment: int, spoil: str) -> None:
    segments = _token("ES256").split(".")
    segments[segment] = spoil.format(segments[segment])
    with pytest.raises(InvalidJWSError):
        jws.parse(".".join(segments))


def test_SEC_92_a_header_member_that_stands_twice_is_refused() -> None:
    with pytest.raises(InvalidJWSError, match="duplicate"):
        jws.parse(jose.compact(b'{"alg":"ES256","alg":"RS256"}', {}, private_key("jws", "ES256")))


def test_SEC_95_a_token_has_at_most_16_KiB() -> None:
    key = private_key("jws", "ES256")
    small = jose.compact({"alg": "ES256"}, b"x" * 12_000, key)
    assert jws.parse(small).payload == b"x" * 12_000
    with pytest.raises(InvalidJWSError, match="too long"):
        jws.parse(jose.compact({"alg": "ES256"}, b"x" * 12_300, key))


def test_SEC_95_a_header_has_at_most_8_KiB() -> None:
    with pytest.raises(InvalidJWSError):
        jws.parse(_token("ES256", x="y" * 6_200))
    assert jws.parse(_token("ES256", x="y" * 6_000)).header["x"]


def _es256(r: int, s: int) -> str:
    signed = _token("ES256").rpartition(".")[0]
    return f"{signed}.{jose.encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@pytest.mark.parametrize(
    ("r", "s"),
    [
        pytest.param(0, 1, id="r is zero"),
        pytest.param(1, 0, id="s is zero"),
        pytest.param(0, 0, id="both are zero"),
        pytest.param(P256_ORDER, 1, id="r is the order"),
        pytest.param(1, P256_ORDER, id="s is the order"),
        pytest.param(1, 1, id="both are one"),
        pytest.param(2**256 - 1, 2**256 - 1, id="both are as large as can be"),
        pytest.param(P256_ORDER + 1, P256_ORDER + 1, id="both are one, once around"),
    ],
)
def test_SEC_101_an_impossible_ecdsa_signature_does_not_hold(r: int, s: int) -> None:
    public = private_key("jws", "ES256").public_key()
    with pytest.raises(InvalidJWSError):
        jws.verify(public, "ES256", jws.parse(_es256(r, s)))


@pytest.mark.parametrize("spoil", ["short", "long", "der"])
def test_SEC_101_an_ecdsa_signature_has_64_raw_bytes(spoil: str) -> None:
    key = private_key("jws", "ES256")
    signed, _, signature = _token("ES256").rpartition(".")
    raw = jose.decode(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    spoiled = {
        "short": raw[:-1],
        "long": b"\x00" + raw[:32] + b"\x00" + raw[32:],
        "der": encode_dss_signature(r, s),
    }[spoil]
    with pytest.raises(InvalidJWSError, match="64 bytes"):
        jws.verify(key.public_key(), "ES256", jws.parse(f"{signed}.{jose.encode(spoiled)}"))


def test_SEC_101_an_eddsa_signature_with_another_s_does_not_hold() -> None:
    """RFC 8032 §5.1.7: S is less than the group's order, so nobody can make a second one."""
    order = 2**252 + 27742317777372353535851937790883648493
    key = private_key("jws", "EdDSA")
    signed, _, signature = _token("EdDSA").rpartition(".")
    raw = jose.decode(signature)
    twin = int.from_bytes(raw[32:], "little") + order
    spoiled = raw[:32] + twin.to_bytes(32, "little")
    with pytest.raises(InvalidJWSError):
        jws.verify(key.public_key(), "EdDSA", jws.parse(f"{signed}.{jose.encode(spoiled)}"))


def test_SEC_244_an_unverified_token_does_not_show_itself_whole() -> None:
    token = _token("ES256")
    assert token not in repr(jws.parse(token))
    assert token.rpartition(".")[2] not in repr(jws.parse(token))
