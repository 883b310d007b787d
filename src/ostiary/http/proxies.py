"""Who really sent a request that came through proxies."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from ostiary.http.handed_certificates import handed_certificate
from ostiary.http.message import Request

_REMEMBERED_ADDRESSES = 1024


class TrustedProxies:
    """The networks whose forwarded headers are believed; nobody else's are even read.

    Only `X-Forwarded-For` and `X-Forwarded-Proto` count, and the header that is configured for the
    certificates of their clients: host names come from the configuration.
    """

    def __init__(
        self,
        networks: Iterable[IPv4Network | IPv6Network] = (),
        certificate_header: str | None = None,
    ) -> None:
        self.networks = tuple(networks)
        self._certificate_header = certificate_header and certificate_header.encode()
        self._is_trusted = lru_cache(_REMEMBERED_ADDRESSES)(self._find_trust)

    def apply(self, request: Request) -> None:
        """Replace address, scheme and certificate of a request that a trusted proxy handed on.

        The address is the rightmost one that is not itself trusted: everything left of it is only
        what that sender claims.
        """
        if not self._is_trusted(request.address):
            return
        if self._certificate_header:
            # The certificate of the connection is the proxy's own.
            request.client_certificate = handed_certificate(request, self._certificate_header)
        request.is_secure = request.is_secure or _last_scheme(request) == b"https"
        for hop in reversed(_hops(request)):
            address = _parse_address(hop)
            if address is None:
                return
            request.address = str(address)
            if not self._is_trusted(request.address):
                return

    def _find_trust(self, text: str) -> bool:
        address = _parse_address(text)
        return address is not None and any(address in network for network in self.networks)


def _last_scheme(request: Request) -> bytes:
    values = request.find_headers(b"x-forwarded-proto")
    return values[-1].rpartition(b",")[2].strip().lower() if values else b""


def _hops(request: Request) -> list[str]:
    values = b",".join(request.find_headers(b"x-forwarded-for")).decode("latin-1")
    return [hop.strip() for hop in values.split(",")] if values else []


def _parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address with or without a port; an IPv4 address mapped into IPv6 is the IPv4 one."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
