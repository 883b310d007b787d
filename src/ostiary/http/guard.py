"""What is checked of every request before anything is looked up for it."""

import re
from functools import lru_cache

from ostiary.http.errors import HTTPError, bad_request, unsupported_media_type
from ostiary.http.message import Request

_HOST = re.compile(r"(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,255}))(?::[0-9]{0,5})?")

_MAX_LENGTH_DIGITS = 18
REMEMBERED_HOSTS = 256


def check_host(request: Request, allowed_hosts: frozenset[str]) -> None:
    """Refuse a request that is not addressed to one of this server's names; keep the name.

    Spec: RFC 9112 §3.2 (exactly one Host), RFC 9110 §15.5.20 (421).
    Args: allowed_hosts are lower case, without ports, IPv6 addresses without brackets.
    """
    value = request.find_header(b"host")
    if value is None:
        raise bad_request("The header host is missing.")
    host = parse_host(value)
    if host not in allowed_hosts:
        raise HTTPError(421, "This server does not answer for the requested host.")
    request.host = host


@lru_cache(REMEMBERED_HOSTS)
def parse_host(value: bytes) -> str:
    """Return the lower-case name in a Host value, without port and brackets.

    Only what is well-formed is remembered, so a value is short.

    Raises: HTTPError 400 for anything that is no host.
    """
    match = _HOST.fullmatch(value.decode("latin-1").lower())
    if match is None:
        raise bad_request("The header host is malformed.")
    return match[1] or match[2]


def check_framing(request: Request) -> None:
    """Refuse a request about whose end two servers could disagree, and note whether it has a body.

    Spec: RFC 9112 §6.1, §6.3.
    """
    request.has_unread_body = True  # also if one of the two stands there twice
    coding = request.find_header(b"transfer-encoding")
    length = request.find_header(b"content-length")
    request.has_unread_body = coding is not None or (length is not None and length != b"0")
    if length is not None and not (length.isdigit() and len(length) <= _MAX_LENGTH_DIGITS):
        raise bad_request("The header content-length is malformed.")
    if coding is None:
        return
    if length is not None:
        raise bad_request("Content-Length and Transfer-Encoding exclude each other.")
    if coding.lower() != b"chunked":
        raise unsupported_media_type("Transfer codings other than chunked are not supported.")
