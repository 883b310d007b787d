"""Headers that decide who is asked, and for whom, are believed exactly or not at all."""

import time
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.errors import ProtocolError
from ostiary.http import cors
from ostiary.http.credentials import present
from ostiary.http.errors import HTTPError
from ostiary.http.guard import check_host, parse_host
from ostiary.http.message import Request
from ostiary.http.oauth_json import render_error
from ostiary.http.proxies import TrustedProxies
from ostiary.http.route import CorsPolicy, Route

HOST = "id.example.com"
ORIGIN = "https://app.example.com"
LATIN = st.characters(max_codepoint=255)
SLOW_MACHINE_SECONDS = 0.1
"""Ten times what 64 KiB may take."""

ROUTE = Route(
    "/x",
    {},
    render_error,
    cors=CorsPolicy.CONFIGURED,
    origins=lambda request: frozenset({ORIGIN}),
    cors_credentials=True,
)
PROXIES = TrustedProxies([ip_network("10.0.0.0/8")])
STRANGERS = st.ip_addresses(v=4).filter(lambda address: address not in ip_network("10.0.0.0/8"))


@st.composite
def edits(draw: st.DrawFn, text: str) -> str:
    """Make a text that differs from `text` in one place, or starts or ends differently."""
    place = draw(st.integers(0, len(text)))
    added = draw(st.text(LATIN, max_size=3))
    removed = draw(st.integers(0, 2))
    return text[:place] + added + text[place + removed :]


def request_with(name: bytes, value: str) -> Request:
    return Request("POST", "/x", headers=[(name, value.encode("latin-1"))], address="10.0.0.1")


@given(st.one_of(edits(ORIGIN), st.text(LATIN)).filter(lambda origin: origin != ORIGIN))
def test_SEC_143_no_origin_but_the_configured_one_is_let_in(origin: str) -> None:
    headers = cors.answer_headers(ROUTE, request_with(b"origin", origin))
    assert headers == ((b"vary", b"Origin"),)


@given(st.one_of(edits(HOST), st.text(LATIN)))
def test_SEC_177_no_host_but_ours_is_served(host: str) -> None:
    request = request_with(b"host", host)
    try:
        check_host(request, frozenset({HOST}))
    except HTTPError as refused:
        assert refused.status in {400, 421}  # noqa: PT017 - most hosts are refused, some are ours
    else:
        name, _, port = host.partition(":")
        assert name.lower() == HOST == request.host
        assert port.isdigit() or port == ""


@given(STRANGERS, st.lists(st.text(LATIN, max_size=20), max_size=5))
def test_SEC_176_what_a_stranger_claims_does_not_change_its_address(
    stranger: IPv4Address, claims: list[str]
) -> None:
    value = ", ".join([*claims, str(stranger), "10.1.1.1"])
    request = request_with(b"x-forwarded-for", value)
    PROXIES.apply(request)
    assert request.address == str(stranger)


@given(STRANGERS, st.text(LATIN))
def test_SEC_176_a_stranger_is_not_asked_who_it_speaks_for(
    stranger: IPv4Address, value: str
) -> None:
    for name in (b"x-forwarded-for", b"x-forwarded-proto", b"forwarded"):
        request = request_with(name, value)
        request.address = str(stranger)
        PROXIES.apply(request)
        assert (request.address, request.is_secure) == (str(stranger), False)


@given(st.text(LATIN))
def test_SEC_176_whatever_a_proxy_hands_on_an_address_stays_an_address(value: str) -> None:
    request = request_with(b"x-forwarded-for", value)
    PROXIES.apply(request)
    assert _is_address(request.address)


def _is_address(text: str) -> bool:
    try:
        return str(IPv4Address(text)) == text
    except ValueError:
        return str(IPv6Address(text)) == text


@given(st.text(LATIN))
def test_an_authorization_header_is_read_or_unreadable(value: str) -> None:
    presented = present(request_with(b"authorization", value), "/x")
    assert presented.is_unreadable is (presented.basic is None)


@pytest.mark.parametrize("piece", [":", "a", "a.", "[", "[::", "a:1", "-", ",", " ", "=", "\xff"])
def test_SEC_255_hostile_headers_cost_no_more_than_their_length(piece: str) -> None:
    value = (piece * 65536)[:65536]
    asked = request_with(b"access-control-request-headers", value)
    started = time.process_time()
    with pytest.raises(ProtocolError):
        parse_host(value.encode("latin-1"))
    cors.answer_options(ROUTE, asked)
    present(request_with(b"authorization", "Basic " + value), "/x")
    PROXIES.apply(request_with(b"x-forwarded-for", value))
    assert time.process_time() - started < SLOW_MACHINE_SECONDS
