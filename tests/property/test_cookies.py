"""Whatever stands in the header of cookies, at most one value is believed, and it is ours."""

import re

from hypothesis import given
from hypothesis import strategies as st

from ostiary.http.cookies import (
    Cookie,
    SameSite,
    find_cookie,
    has_duplicate_cookie,
    set_cookie,
)
from ostiary.http.message import Request
from ostiary.http.redirects import redirect_response

_OCTETS = "".join(map(chr, (0x21, *range(0x23, 0x2C), *range(0x2D, 0x3B), *range(0x3C, 0x5C))))
VALUES = st.text(st.sampled_from(_OCTETS + "]^_`abcxyz{|}~"), min_size=1)
NAMES = st.from_regex(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}", fullmatch=True)
PIECES = ["PF", "pf", "=", ";", "; ", " ", "\t", ",", '"', "abc", "\xff", "PF=abc", "PF=", "=PF"]
HEADERS = st.one_of(
    st.binary(),
    st.lists(st.sampled_from(PIECES)).map(lambda parts: "".join(parts).encode("latin-1")),
)


def make_request(*lines: bytes) -> Request:
    return Request("GET", "/x", headers=[(b"cookie", line) for line in lines])


@given(st.lists(HEADERS, max_size=4))
def test_SEC_128_any_header_holds_one_clean_value_or_none(lines: list[bytes]) -> None:
    request = make_request(*lines)
    value = find_cookie(request, "PF")
    if value is not None:
        assert not has_duplicate_cookie(request, "PF")
        assert re.fullmatch(r'[^\x00-\x20\x7f-\xff",;\\]+', value)
        assert b"".join(lines).count(b"PF=" + value.encode()) >= 1


@given(HEADERS, HEADERS, VALUES)
def test_SEC_128_whatever_stands_beside_it_a_second_cookie_makes_none(
    before: bytes, after: bytes, value: str
) -> None:
    ours = b"PF=" + value.encode()
    assert find_cookie(make_request(before, ours, b"PF=tossed", after), "PF") is None


@given(
    NAMES,
    VALUES,
    st.none() | st.integers(1, 10**8),
    st.sampled_from(SameSite),
    st.integers(0, 4_000_000_000),
)
def test_a_cookie_that_is_set_is_found_again(
    name: str, value: str, max_age: int | None, same_site: SameSite, now: int
) -> None:
    cookie = Cookie(name, value, max_age=max_age, same_site=same_site)
    header = set_cookie(cookie, now)[1]
    pair, *attributes = header.split(b"; ")
    assert find_cookie(make_request(b"a; b=c", pair), name) == value
    assert {b"Path=/", b"Secure", b"HttpOnly"} <= set(attributes)
    assert not any(attribute.lower().startswith(b"domain") for attribute in attributes)


@given(st.text(), st.text(), st.text())
def test_SEC_19_no_cookie_ends_its_header(name: str, value: str, path: str) -> None:
    try:
        cookie = Cookie(name, value, path=path)
    except ValueError:
        return
    header = set_cookie(cookie, 0)[1].decode()
    assert header.isprintable()
    assert header.count(";") == 4


@given(st.one_of(st.text(), st.text().map(lambda text: f"https://a.example/?state={text}")))
def test_SEC_19_no_url_ends_its_header(url: str) -> None:
    location = dict(redirect_response(url, 302).headers)[b"location"]
    assert re.fullmatch(rb"[\x21-\x7e]*", location)
