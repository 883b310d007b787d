"""Cookies are ours alone, and one of which there are two is none."""

from typing import Any

import pytest

from ostiary.http.cookies import (
    MAX_COOKIE_BYTES,
    MAX_COOKIES,
    Cookie,
    SameSite,
    delete_cookie,
    find_cookie,
    has_duplicate_cookie,
    set_cookie,
)
from ostiary.http.message import Request

NOW = 1_750_000_000.5


def make_request(*lines: bytes) -> Request:
    return Request("GET", "/x", headers=[(b"cookie", line) for line in lines])


@pytest.mark.parametrize(
    "lines",
    [
        (b"PF=abc",),
        (b"a=1; PF=abc; b=2",),
        (b"a=1;PF=abc",),
        (b"a=1", b"PF=abc"),
        (b"a; =; ; PF=abc; =x;",),
        (b'a="1"; \xff=\xff; PF=abc',),
    ],
)
def test_a_cookie_is_found(lines: tuple[bytes, ...]) -> None:
    request = make_request(*lines)
    assert find_cookie(request, "PF") == "abc"
    assert not has_duplicate_cookie(request, "PF")


@pytest.mark.parametrize(
    "line",
    [
        b"pf=abc",
        b"Pf=abc",
        b"PF =abc",
        b"a=1;  PF=abc",
        b"a=1;\tPF=abc",
        b"a=1, PF=abc",
        b"a PF=abc",
        b"PF.PERSISTENT=abc",
        b"__Host-PF=abc",
        b"PF",
        b"=PF=abc",
        b"PF%20=abc",
        b"$PF=abc",
        b"a=PF=abc",
    ],
)
def test_SEC_164_a_cookie_of_a_similar_name_is_another_cookie(line: bytes) -> None:
    request = make_request(line)
    assert find_cookie(request, "PF") is None
    assert not has_duplicate_cookie(request, "PF")


@pytest.mark.parametrize(
    "lines",
    [
        (b"PF=abc; PF=abd",),
        (b"PF=abc; PF=abc",),
        (b"PF=abc; a=1; PF=",),
        (b"PF=abc", b"PF=abd"),
        (b"PF=\xff; PF=abc",),
    ],
)
def test_SEC_128_a_cookie_that_stands_twice_is_none(lines: tuple[bytes, ...]) -> None:
    request = make_request(*lines)
    assert find_cookie(request, "PF") is None
    assert has_duplicate_cookie(request, "PF")


def test_SEC_128_another_cookie_that_stands_twice_does_not_matter() -> None:
    assert find_cookie(make_request(b"a=1; PF=abc; a=2"), "PF") == "abc"


@pytest.mark.parametrize("value", [b"", b'"abc"', b"a b", b"abc ", b"a,b", b"a\\b", b"\xc3\xa9"])
def test_a_value_that_we_never_write_is_none(value: bytes) -> None:
    assert find_cookie(make_request(b"PF=" + value), "PF") is None


def test_a_value_may_hold_what_separates_names_from_values() -> None:
    assert find_cookie(make_request(b"PF=a=b=="), "PF") == "a=b=="


@pytest.mark.parametrize("filler", [b"; a=1" * MAX_COOKIES, b"; a=" + b"x" * MAX_COOKIE_BYTES])
@pytest.mark.parametrize("is_first", [False, True])
def test_SEC_128_nobody_crowds_a_cookie_out_of_sight(filler: bytes, is_first: bool) -> None:
    lines = (filler[2:], b"PF=ours") if is_first else (b"PF=tossed" + filler, b"PF=ours")
    assert find_cookie(make_request(*lines), "PF") is None


def test_as_many_cookies_as_are_looked_at_are_fine() -> None:
    request = make_request(b"PF=abc" + b"; a=1" * (MAX_COOKIES - 1))
    assert find_cookie(request, "PF") == "abc"


def test_SEC_127_no_script_no_plain_text_and_no_other_host_gets_a_cookie() -> None:
    assert set_cookie(Cookie("PF", "abc"), NOW) == (
        b"set-cookie",
        b"PF=abc; Path=/; Secure; HttpOnly; SameSite=Lax",
    )


def test_a_cookie_that_outlives_the_browser_says_until_when_in_both_ways() -> None:
    cookie = Cookie("PF.PERSISTENT", "abc", max_age=94_608_000)
    assert set_cookie(cookie, NOW)[1] == (
        b"PF.PERSISTENT=abc; Path=/; Expires=Wed, 14 Jun 2028 15:06:40 GMT; Max-Age=94608000"
        b"; Secure; HttpOnly; SameSite=Lax"
    )


def test_a_cookie_may_be_sent_from_within_another_site() -> None:
    cookie = Cookie("ST", "abc", same_site=SameSite.NONE, partitioned=True, path="/e1")
    assert set_cookie(cookie, NOW)[1] == (
        b"ST=abc; Path=/e1; Secure; HttpOnly; SameSite=None; Partitioned"
    )


def test_a_cookie_may_leave_out_what_old_browsers_misread() -> None:
    _, value = set_cookie(Cookie("ST-NO-SS", "abc", same_site=None, path="/e1"), NOW)
    assert value == b"ST-NO-SS=abc; Path=/e1; Secure; HttpOnly"


def test_a_cookie_is_forgotten_under_the_attributes_it_was_set_with() -> None:
    assert delete_cookie("PF")[1] == (
        b"PF=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"
        b"; Secure; HttpOnly; SameSite=Lax"
    )
    deleted = delete_cookie("ST", same_site=SameSite.NONE, partitioned=True, path="/e1")[1]
    assert deleted.startswith(b"ST=; Path=/e1; ")
    assert deleted.endswith(b"; SameSite=None; Partitioned")


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "P F"},
        {"name": "PF="},
        {"name": "PF\r\nx: y"},
        {"value": "a b"},
        {"value": "a;b"},
        {"value": 'a"'},
        {"value": "a\r\nset-cookie: b=c"},
        {"value": "a\n"},
        {"value": "é"},
        {"path": ""},
        {"path": "x"},
        {"path": "/a; Domain=example.com"},
        {"path": "/\r\nx: y"},
        {"max_age": 0},
        {"max_age": -1},
    ],
    ids=str,
)
def test_SEC_19_what_cannot_stand_in_a_cookie_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="cookie"):
        Cookie(**{"name": "PF", "value": "abc", **fields})


def test_SEC_244_a_cookie_does_not_show_its_value() -> None:
    assert "canary" not in repr(Cookie("PF", "canary"))
