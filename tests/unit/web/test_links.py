"""A page leads to places that are safe to go to, and to no other."""

import pytest

from ostiary.web.links import find_origin, is_safe_url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/",
        "https://example.com:8443/a/b;c?d=e&f=g#h",
        "https://EXAMPLE.com/%C3%A9",
        "https://[2001:db8::1]/",
        "http://localhost:3000/terms",
        "http://127.0.0.1/",
        "http://[::1]:8080",
    ],
)
def test_a_link_over_tls_or_to_the_own_machine_is_safe(url: str) -> None:
    assert is_safe_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/terms",
        "//example.com",
        "example.com",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\tscript:alert(1)",
        " https://example.com",
        "https://example.com/ ",
        "https://example.com\n",
        "https://",
        "https:///a",
        "https:example.com",
        "https:/example.com",
        "https://exa mple.com/",
        "https://user@example.com/",
        "https://example.com\\@evil.example/",
        "https://example.com:port/",
        "https://exämple.com/",
        'https://example.com/"onload=',
        "https://example.com/<b>",
        "http://example.com/",
        "http://localhost.example.com/",
        "http://localhost@example.com/",
        "http://127.0.0.1.example.com/",
        "data:text/html,x",
        "vbscript:x",
        "blob:https://example.com/x",
        "view-source:https://example.com",
        "ftp://example.com/",
    ],
)
def test_SEC_138_any_other_link_is_not_safe(url: str) -> None:
    assert not is_safe_url(url)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.example:8443/b?c#d", "https://a.example:8443"),
        ("https://a.example?b", "https://a.example"),
        ("http://[::1]/", "http://[::1]"),
        ("https://a.example;script-src/", None),
        ("data:image/png,", None),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str | None) -> None:
    assert find_origin(url) == origin
