"""Hosts are cut out of URLs, and compared without brackets."""

import pytest

from ostiary.core.base.hosts import host_of, without_brackets


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://id.example.com", "id.example.com"),
        ("https://id.example.com:9031", "id.example.com"),
        ("https://id.example.com:9031/as/token", "id.example.com"),
        ("https://127.0.0.1/", "127.0.0.1"),
        ("https://[::1]:9031", "[::1]"),
        ("https://[::1]", "[::1]"),
        ("http://[2001:db8::7]:80/[x]:1", "[2001:db8::7]"),
    ],
)
def test_a_host_has_no_port(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "name"),
    [("[::1]", "::1"), ("::1", "::1"), ("127.0.0.1", "127.0.0.1"), ("a.example", "a.example")],
)
def test_a_host_is_compared_without_brackets(host: str, name: str) -> None:
    assert without_brackets(host) == name
