"""JWT: what we sign is exactly what we meant, and times of strangers are checked."""

from typing import Any

import pytest

from ostiary.core.crypto import jws
from ostiary.core.formats import jwt
from ostiary.core.formats.jwt import InvalidClaimsError
from tests.support import jose
from tests.support.tenants import signing_key

NOW = 1_750_000_000.4
SKEW, LONGEST = 10.0, 3600.0


def test_header_members_stand_in_order_after_alg_and_kid() -> None:
    key = signing_key("jwt", "ES256", "k1")
    signed = jwt.signing_input(key, (("pi.atm", "6pac"),), {"b": 1, "a": [True, None]})
    header, payload = (jose.decode(part) for part in signed.decode().split("."))
    assert header == b'{"alg":"ES256","kid":"k1","pi.atm":"6pac"}'
    assert payload == b'{"b":1,"a":[true,null]}'


def test_the_header_of_one_manager_is_not_that_of_another() -> None:
    key = signing_key("jwt", "ES256", "k1")
    heads = [
        jwt.signing_input(key, headers, {}).partition(b".")[0]
        for headers in ((), (("typ", "at+jwt"),), (("pi.atm", "a"),), (("pi.atm", "b"),), ())
    ]
    assert heads[0] == heads[-1]
    assert len(set(heads)) == 4


def test_a_signed_token_reads_back() -> None:
    key = signing_key("jwt", "ES256", "k1")
    signed = jwt.signing_input(key, (), {"sub": "é"})
    token = jwt.compact(signed, jws.sign(key, signed))
    payload = jws.verify(key.public_key, "ES256", jws.parse(token))
    assert jwt.read_claims(payload) == {"sub": "é"}


@pytest.mark.parametrize("payload", [b"[]", b'"text"', b"1", b"null", b"", b"{", b"\xff"])
def test_claims_are_an_object(payload: bytes) -> None:
    with pytest.raises(InvalidClaimsError):
        jwt.read_claims(payload)


def test_SEC_92_a_claim_that_stands_twice_is_refused() -> None:
    with pytest.raises(InvalidClaimsError, match="duplicate"):
        jwt.read_claims(b'{"sub":"a","sub":"b"}')


@pytest.mark.parametrize(
    "value",
    ["1750000000", True, False, [], {}, 10**13, -(10**13), 10**400, 1e300, "NaN"],
    ids=lambda value: repr(value)[:20],
)
@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
def test_SEC_93_a_time_is_a_number_of_seconds_in_reach(name: str, value: object) -> None:
    with pytest.raises(InvalidClaimsError, match=name):
        jwt.read_time({name: value}, name)
    with pytest.raises(InvalidClaimsError, match=name):
        _check({"exp": NOW + 60, name: value})


@pytest.mark.parametrize("value", [1_750_000_000, 1_750_000_000.25, 0, -1])
def test_a_time_may_be_a_fraction(value: float) -> None:
    """Real clients write fractions: `datetime.timestamp()` returns one."""
    assert jwt.read_time({"exp": value}, "exp") == value


def test_SEC_94_claims_without_exp_do_not_hold() -> None:
    with pytest.raises(InvalidClaimsError, match="exp is missing"):
        _check({"iat": NOW})
    with pytest.raises(InvalidClaimsError, match="exp is missing"):
        _check({"exp": None})


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        pytest.param({"exp": NOW - 9.9}, None, id="over, within the skew"),
        pytest.param({"exp": NOW - 10}, "expired", id="over"),
        pytest.param({"exp": NOW + 3610}, None, id="as far ahead as may be"),
        pytest.param({"exp": NOW + 3611}, "too far ahead", id="too far ahead"),
        pytest.param({"exp": NOW + 60, "nbf": NOW + 10}, None, id="begins soon"),
        pytest.param({"exp": NOW + 60, "nbf": NOW + 11}, "nbf", id="has not begun"),
        pytest.param({"exp": NOW + 60, "iat": NOW + 11}, "iat", id="issued in the future"),
        pytest.param({"exp": NOW + 60, "iat": NOW - 3609}, None, id="issued long ago"),
        pytest.param(
            {"exp": NOW + 60, "iat": NOW - 3611}, "too far back", id="issued too long ago"
        ),
    ],
)
def test_SEC_57_times_hold_within_the_skew(claims: dict[str, Any], refusal: str | None) -> None:
    if refusal is None:
        assert _check(claims) == claims["exp"]
    else:
        with pytest.raises(InvalidClaimsError, match=refusal):
            _check(claims)


def _check(claims: dict[str, Any]) -> float:
    return jwt.check_times(claims, now=NOW, skew_seconds=SKEW, max_lifetime_seconds=LONGEST)
