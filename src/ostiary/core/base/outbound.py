"""Where the server itself may connect to: the URLs and the addresses."""

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network

from ostiary.core.base.addresses import IPAddress, find_address, is_public, unwrap

MAX_URL_CHARACTERS = 2048
HTTPS_PORTS = frozenset({443, 8443})
_DEFAULT_PORTS = {"https": 443, "http": 80}
_MAX_PORT = 65_535
_MAX_HOST_CHARACTERS = 253
_LOOPBACK = ("127.0.0.0/8", "::1/128")
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:[/?][A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*)?)"
)
"""No user, no fragment, no space, no backslash: nothing that programs read in two ways."""
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""The last label of what a resolver takes for an IPv4 address, in any of its spellings."""
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")

Network = IPv4Network | IPv6Network


class OutboundRefusedError(Exception):
    """The server does not connect there.

    Args:
        reason: one word of few, for events: `url`, `scheme`, `port` or `address`.
        message: why, as the end of a sentence about the URL.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


@dataclass(frozen=True, slots=True)
class OutboundTarget:
    """A URL that was read strictly.

    Args:
        host: in lower case, an IPv6 address without brackets.
        target: path and query, as they go over the wire.
        authority: host and port as the header Host has them.
    """

    scheme: str
    host: str
    port: int
    target: str
    authority: str


@dataclass(frozen=True, slots=True)
class OutboundRules:
    """Where the server may connect to beside the public internet.

    Args:
        networks: addresses that are allowed whatever they are.
        hosts: names that are allowed wherever they lead.
        ports: None for any.
        allows_http: plain HTTP too.
    """

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    ports: frozenset[int] | None = field(default=HTTPS_PORTS)
    allows_http: bool = False

    def read(self, url: str) -> OutboundTarget:
        """Read a URL, and hold what can be told without asking a resolver against the rules.

        Raises: OutboundRefusedError.
        """
        target = parse_target(url)
        if target.scheme != "https" and not self.allows_http:
            raise OutboundRefusedError("scheme", "must be https")
        if self.ports is not None and target.port not in self.ports:
            raise OutboundRefusedError("port", "must have a port that the server may connect to")
        if (address := find_address(target.host)) is not None:
            self.check_address(target.host, address)
        return target

    def check_address(self, host: str, address: IPAddress) -> None:
        """Refuse an address to which a host leads, unless it is public or allowed.

        Raises: OutboundRefusedError.
        """
        if host in self.hosts or is_public(address):
            return
        if not any(
            each in network for each in {address, unwrap(address)} for network in self.networks
        ):
            raise OutboundRefusedError("address", "must not lead to an internal address")


def make_rules(
    allow: tuple[str, ...], ports: tuple[int, ...] | None, *, is_dev: bool
) -> OutboundRules:
    """Read the rules as they are configured; in dev mode this machine is allowed, and plain HTTP.

    Args: allow has networks, addresses and names of hosts.
    """
    networks, hosts = list[Network](), set[str]()
    for entry in (*allow, *(_LOOPBACK if is_dev else ())):
        try:
            networks.append(ip_network(entry.strip("[]")))
        except ValueError:
            hosts.add(entry)
    anything = None if is_dev else HTTPS_PORTS
    known = anything if ports is None else frozenset(ports)
    return OutboundRules(tuple(networks), frozenset(hosts), known, allows_http=is_dev)


def parse_target(url: str) -> OutboundTarget:
    """Read an http(s) URL so strictly that nobody else can read it as one of another host.

    Raises: OutboundRefusedError.
    """
    parts = _URL.fullmatch(url) if len(url) <= MAX_URL_CHARACTERS else None
    if parts is None:
        known = url.startswith(("https:", "http:"))
        reason = "url" if known else "scheme"
        raise OutboundRefusedError(
            reason, "must be an https URL with a host, and without user and fragment"
        )
    if _BROKEN_ESCAPE.search(parts["target"]):
        raise OutboundRefusedError("url", "must hold no broken escape")
    scheme, host = parts["scheme"], parts["host"].lower()
    port = int(parts["port"] or _DEFAULT_PORTS[scheme])
    bare = host.removeprefix("[").removesuffix("]")
    if not 0 < port <= _MAX_PORT or not _is_host(host, bare):
        raise OutboundRefusedError(
            "url", "must name a host, and if any a port, as they are written"
        )
    authority = host if port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
    path = parts["target"]
    return OutboundTarget(
        scheme, bare, port, path if path.startswith("/") else f"/{path}", authority
    )


def _is_host(host: str, bare: str) -> bool:
    """Tell whether it is a name, or an address in its usual spelling."""
    labels = bare.split(".")
    if host != bare or _NUMBER.fullmatch(labels[-1]):
        address = find_address(bare)
        return address is not None and (address.version == 6) is (host != bare)
    return len(bare) <= _MAX_HOST_CHARACTERS and all(_LABEL.fullmatch(label) for label in labels)
