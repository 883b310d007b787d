"""IP addresses: which of them are public, whatever older addresses are hidden inside.

The registries that this follows are IANA's for special-purpose addresses. Python's own `is_global`
is asked too, but it knows fewer of them, and takes some wrappings for what they look like.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

IPAddress = IPv4Address | IPv6Address
_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")
"""All that is given out so far; what is outside of it is no address of a public host."""
_SPECIAL_IPV4 = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24"),
            *("192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
            *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            "168.63.129.16/32",  # in no registry: the host of a virtual machine at Azure
        ),
    )
)
_SPECIAL_IPV6 = tuple(
    map(
        IPv6Network,
        # Protocol assignments with Teredo among them, documentation, 6to4, AS112, documentation.
        ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)


def unwrap(address: IPAddress) -> IPAddress:
    """Return the IPv4 address to which an IPv6 address leads, or the address itself.

    Spec: RFC 4291 §2.5.5.2 (mapped); RFC 6052 §2.1 (translated, NAT64).
    """
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_public(address: IPAddress) -> bool:
    """Tell whether an address is one of a host in the public internet.

    Tunnels such as 6to4 and Teredo are not: nobody serves from there, and each leads to an IPv4
    address that nobody looks at.
    Spec: RFC 6890 §2.2.
    """
    real = unwrap(address)
    if not real.is_global or real.is_multicast or real.is_reserved:
        return False
    if isinstance(real, IPv4Address):
        return not any(real in network for network in _SPECIAL_IPV4)
    is_scoped = real.scope_id is not None
    return real in _UNICAST and not is_scoped and not any(real in each for each in _SPECIAL_IPV6)


def find_address(host: str) -> IPAddress | None:
    """Return the address that a host of a URL is, without brackets; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None
