"""Sites: which pages a browser counts as belonging to the server."""

import pytest

from ostiary.core.base.sites import is_same_site, origin_of


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("https://id.example.com", "https://id.example.com", True),
        ("https://app.example.com:3000", "https://id.example.com:9031", True),
        ("https://example.com", "https://id.example.com", True),
        ("https://a.example.co.uk", "https://b.example.co.uk", True),
        ("https://localhost:3000", "https://localhost:9031", True),
        ("https://[::1]:3000", "https://[::1]:9031", True),
        ("http://id.example.com", "https://id.example.com", False),
        ("https://example.org", "https://example.com", False),
        ("https://one.co.uk", "https://two.co.uk", False),
        ("https://127.0.0.1", "https://126.0.0.1", False),
        ("https://localhost", "https://127.0.0.1", False),
        ("capacitor://localhost", "https://localhost", False),
    ],
)
def test_a_site_is_a_scheme_and_a_registered_name(one: str, other: str, expected: bool) -> None:
    assert is_same_site(one, other) is expected
    assert is_same_site(other, one) is expected


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://app.example.com", "https://app.example.com"),
        ("https://app.example.com:8443/sign/on?x=/y", "https://app.example.com:8443"),
        ("https://app.example.com?x=1", "https://app.example.com"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
    ],
)
def test_the_origin_of_a_url_ends_with_its_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin
