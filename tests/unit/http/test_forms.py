"""Form bodies and queries are read strictly, and leniently only where real clients need it."""

import pytest

from ostiary.core.base.errors import OAuthError
from ostiary.http.errors import HTTPError
from ostiary.http.forms import MAX_FIELDS, parse_params


def test_pairs_are_decoded() -> None:
    params = parse_params(b"grant_type=client_credentials&scope=a+b%20c&resource=https%3A%2F%2Fx")
    assert params.get("grant_type") == "client_credentials"
    assert params.get("scope") == "a b c"
    assert params.get("resource") == "https://x"


def test_escapes_in_names_count_as_the_characters_they_stand_for() -> None:
    assert parse_params(b"%73cope=a").get("scope") == "a"


def test_an_escaped_plus_stays_a_plus() -> None:
    assert parse_params(b"a=1%2B1").get("a") == "1+1"


@pytest.mark.parametrize("value", ["user@example.com", "a/b?c:d;e", "é", "=", "a=b=c"])
def test_unescaped_characters_stand_for_themselves(value: str) -> None:
    assert parse_params(f"a={value}".encode()).get("a") == value


def test_escaped_utf8_may_be_mixed_with_plain_text() -> None:
    assert parse_params("a=x%C3%A9yß%E2%82%ACz".encode()).get("a") == "xéyß€z"


@pytest.mark.parametrize("data", [b"", b"a", b"a=", b"&&", b"a=&b="])
def test_a_parameter_without_a_value_is_absent(data: bytes) -> None:
    params = parse_params(data)
    assert "a" not in params
    assert "" not in params


@pytest.mark.parametrize("data", [b"a=1&a=1", b"a=1&%61=2", b"b=&a=1&a=2"])
def test_SEC_12_a_repeated_parameter_is_refused(data: bytes) -> None:
    with pytest.raises(OAuthError) as refused:
        parse_params(data)
    assert refused.value.code == "invalid_request"


def test_resources_may_repeat() -> None:
    assert parse_params(b"resource=a&x=1&resource=b").find_all("resource") == ("a", "b")


@pytest.mark.parametrize("data", [b"a=%", b"a=%4", b"a=%zz", b"a=% 41", b"a=%+1", b"%=1", b"a=%G0"])
def test_a_broken_escape_is_refused(data: bytes) -> None:
    with pytest.raises(HTTPError, match="percent-escape") as refused:
        parse_params(data)
    assert refused.value.status == 400


@pytest.mark.parametrize("data", [b"a=\xff", b"a=%ff", b"a=%C3", b"a=%C3x%A9", b"a=%ED%A0%80"])
def test_what_is_not_utf8_is_refused(data: bytes) -> None:
    with pytest.raises(HTTPError, match="UTF-8"):
        parse_params(data)


@pytest.mark.parametrize("data", [b"a=\0", b"a=%00", b"%00=a", b"a=x%00y"])
def test_a_nul_character_is_refused(data: bytes) -> None:
    with pytest.raises(HTTPError, match="NUL"):
        parse_params(data)


def test_an_escaped_percent_before_zeros_is_no_nul() -> None:
    assert parse_params(b"a=%2500").get("a") == "%00"


def test_SEC_233_more_than_100_fields_are_refused() -> None:
    fields = [b"f%d=1" % number for number in range(MAX_FIELDS)]
    assert "f99" in parse_params(b"&".join(fields))
    with pytest.raises(HTTPError, match="more than 100"):
        parse_params(b"&".join([*fields, b"one=more"]))
