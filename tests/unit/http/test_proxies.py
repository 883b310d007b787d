"""Forwarded headers are believed from trusted proxies, and from nobody else."""

from ipaddress import ip_network

import pytest

from ostiary.http.message import Request
from ostiary.http.proxies import TrustedProxies

PROXIES = TrustedProxies([ip_network("10.0.0.0/8"), ip_network("fd00::/8")])


def apply(peer: str, *headers: tuple[bytes, bytes], proxies: TrustedProxies = PROXIES) -> Request:
    request = Request("GET", "/", headers=headers, address=peer)
    proxies.apply(request)
    return request


def forwarded(value: str) -> tuple[bytes, bytes]:
    return b"x-forwarded-for", value.encode()


@pytest.mark.parametrize("peer", ["192.0.2.1", "11.0.0.1", "fe80::1", "", "not an address"])
def test_SEC_176_a_stranger_cannot_speak_for_others(peer: str) -> None:
    request = apply(peer, forwarded("198.51.100.7"), (b"x-forwarded-proto", b"https"))
    assert (request.address, request.is_secure) == (peer, False)


def test_SEC_176_without_trusted_networks_nobody_speaks_for_others() -> None:
    request = apply("10.0.0.1", forwarded("198.51.100.7"), proxies=TrustedProxies())
    assert request.address == "10.0.0.1"


@pytest.mark.parametrize(
    ("hops", "address"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7, 10.1.1.1", "198.51.100.7"),
        ("10.9.9.9, 198.51.100.7, 10.1.1.1,10.2.2.2", "198.51.100.7"),
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("198.51.100.7:4711", "198.51.100.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("203.0.113.9, fd00::1", "203.0.113.9"),
    ],
)
def test_SEC_176_the_rightmost_address_that_is_not_trusted_is_the_callers(
    hops: str, address: str
) -> None:
    assert apply("10.0.0.1", forwarded(hops)).address == address


def test_several_header_lines_are_one_list() -> None:
    request = apply("10.0.0.1", forwarded("203.0.113.9"), forwarded("198.51.100.7"))
    assert request.address == "198.51.100.7"


@pytest.mark.parametrize("hop", ["", "unknown", "198.51.100.7\x00", "999.1.1.1", "_hidden", "1"])
def test_SEC_176_behind_what_is_no_address_nothing_is_believed(hop: str) -> None:
    assert apply("10.0.0.1", forwarded(f"198.51.100.7, {hop}, 10.1.1.1")).address == "10.1.1.1"
    assert apply("10.0.0.1", forwarded(hop)).address == "10.0.0.1"


def test_a_proxy_that_says_nothing_is_the_caller() -> None:
    assert apply("10.0.0.1").address == "10.0.0.1"


def test_a_peer_on_a_dual_stack_socket_is_recognised() -> None:
    assert apply("::ffff:10.0.0.1", forwarded("198.51.100.7")).address == "198.51.100.7"


@pytest.mark.parametrize(
    ("schemes", "is_secure"),
    [
        (["https"], True),
        (["HTTPS"], True),
        (["http, https"], True),
        (["https, http"], False),
        (["https", "http"], False),
        (["http"], False),
        (["wss"], False),
        ([], False),
    ],
)
def test_SEC_174_a_trusted_proxy_says_whether_it_was_asked_over_tls(
    schemes: list[str], is_secure: bool
) -> None:
    headers = [(b"x-forwarded-proto", scheme.encode()) for scheme in schemes]
    assert apply("10.0.0.1", *headers).is_secure is is_secure


def test_a_host_or_a_certificate_from_a_proxy_is_not_read() -> None:
    headers = ((b"x-forwarded-host", b"evil.example"), (b"x-client-cert", b"MII"))
    request = apply("10.0.0.1", *headers)
    assert (request.host, request.client_certificate) == ("", None)
