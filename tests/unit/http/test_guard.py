"""The guard takes requests for this server only, with one undisputed end."""

import pytest

from ostiary.http.errors import HTTPError
from ostiary.http.guard import check_framing, check_host, parse_host
from ostiary.http.message import Request

HOSTS = frozenset({"id.example.com", "::1"})


def make_request(*headers: tuple[bytes, bytes]) -> Request:
    return Request("POST", "/x", headers=headers)


@pytest.mark.parametrize(
    ("value", "host"),
    [
        (b"id.example.com", "id.example.com"),
        (b"ID.Example.COM:9031", "id.example.com"),
        (b"id.example.com:", "id.example.com"),
        (b"[::1]", "::1"),
        (b"[::1]:9031", "::1"),
    ],
)
def test_the_host_name_is_kept_without_port_and_brackets(value: bytes, host: str) -> None:
    request = make_request((b"host", value))
    check_host(request, HOSTS)
    assert request.host == host


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b":9031",
        b"id.example.com:port",
        b"id.example.com:123456",
        b"id.example.com:1:2",
        b"good@id.example.com",
        b"id.example.com/x",
        b"id.example.com, evil.example",
        b"id.example.com evil",
        b"id.example.com\x00",
        b"::1",
        b"[::1",
        b"[]",
        b"id\xe9.example.com",
        b"a" * 256,
    ],
)
def test_SEC_177_a_malformed_host_is_refused(value: bytes) -> None:
    with pytest.raises(HTTPError) as refused:
        check_host(make_request((b"host", value)), HOSTS)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "value", [b"evil.example", b"id.example.com.", b"id.example.com.evil.example", b"[::2]", b"1"]
)
def test_SEC_177_a_host_that_is_not_ours_is_refused(value: bytes) -> None:
    with pytest.raises(HTTPError) as refused:
        check_host(make_request((b"host", value)), HOSTS)
    assert refused.value.status == 421


@pytest.mark.parametrize("count", [0, 2])
def test_SEC_177_exactly_one_host_is_taken(count: int) -> None:
    with pytest.raises(HTTPError) as refused:
        check_host(make_request(*[(b"host", b"id.example.com")] * count), HOSTS)
    assert refused.value.status == 400


def test_the_host_of_a_forwarded_header_does_not_count() -> None:
    request = make_request((b"host", b"id.example.com"), (b"x-forwarded-host", b"evil.example"))
    check_host(request, HOSTS)
    assert request.host == "id.example.com"


def test_SEC_255_a_long_host_is_refused_at_once() -> None:
    for value in (b"a" * 65536, b"[" + b":" * 65536, b"a:" * 32768):
        with pytest.raises(HTTPError):
            parse_host(value)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"content-length", b"3"), (b"transfer-encoding", b"chunked")], 400),
        ([(b"content-length", b"3"), (b"content-length", b"3")], 400),
        ([(b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked")], 400),
        ([(b"content-length", b"-3")], 400),
        ([(b"content-length", b"3,3")], 400),
        ([(b"content-length", b"")], 400),
        ([(b"content-length", b"9" * 19)], 400),
        ([(b"transfer-encoding", b"gzip, chunked")], 415),
        ([(b"transfer-encoding", b"identity")], 415),
    ],
)
def test_SEC_178_a_disputable_end_is_refused_and_the_connection_with_it(
    headers: list[tuple[bytes, bytes]], status: int
) -> None:
    request = make_request(*headers)
    with pytest.raises(HTTPError) as refused:
        check_framing(request)
    assert refused.value.status == status
    assert request.has_unread_body


@pytest.mark.parametrize(
    ("headers", "has_body"),
    [
        ([], False),
        ([(b"content-length", b"0")], False),
        ([(b"content-length", b"1")], True),
        ([(b"transfer-encoding", b"Chunked")], True),
    ],
)
def test_a_body_is_announced_by_its_headers(
    headers: list[tuple[bytes, bytes]], has_body: bool
) -> None:
    request = make_request(*headers)
    check_framing(request)
    assert request.has_unread_body is has_body
