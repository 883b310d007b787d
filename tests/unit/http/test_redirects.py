"""A redirect leads to the URL it was given, by GET, and nothing in the URL ends the header."""

import pytest

from ostiary.http.message import Request
from ostiary.http.redirects import redirect, redirect_response, refresh

URL = "https://app.example.com/cb?code=a%20b&state=x/y:z~!$'()*+,;=@#f[0]"


@pytest.mark.parametrize(("method", "status"), [("POST", 303), ("GET", 302), ("HEAD", 302)])
def test_what_was_posted_is_not_posted_again(method: str, status: int) -> None:
    assert redirect(Request(method, "/x"), URL).status == status


def test_a_url_goes_out_as_it_is() -> None:
    response = redirect_response(URL, 302)
    assert dict(response.headers)[b"location"] == URL.encode()
    assert response.body == b""


def test_SEC_49_a_redirect_is_not_kept() -> None:
    headers = redirect_response(URL, 303, ((b"set-cookie", b"a=1"),)).headers
    assert {(b"cache-control", b"no-store"), (b"set-cookie", b"a=1")} <= set(headers)


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("https://a/?s=1\r\nset-cookie: x=1", b"https://a/?s=1%0D%0Aset-cookie:%20x=1"),
        ("https://a/\0\t\x7f", b"https://a/%00%09%7F"),
        ("https://a/\\b", b"https://a/%5Cb"),
        ("https://a/ü\u2028", b"https://a/%C3%BC%E2%80%A8"),
        ("https://a/\ud800", b"https://a/?"),
    ],
)
def test_SEC_19_what_may_not_stand_in_a_url_is_escaped(url: str, location: bytes) -> None:
    assert dict(redirect_response(url, 302).headers)[b"location"] == location


def test_SEC_19_a_refresh_holds_nothing_that_could_end_its_header() -> None:
    assert refresh("https://a.example/?x=1\r\nset-cookie: y", 5) == (
        b"refresh",
        b"5;url=https://a.example/?x=1%0D%0Aset-cookie:%20y",
    )
