"""Hosts of URLs: in a URL an IPv6 address stands in brackets, in a table of names without them."""


def host_of(url: str) -> str:
    """Return the host of a URL, without port, with the brackets of an IPv6 address."""
    authority = url.partition("://")[2].partition("/")[0]
    if authority.startswith("["):
        return authority.partition("]")[0] + "]"
    return authority.partition(":")[0]


def without_brackets(host: str) -> str:
    """Return a host as requests are compared by: an IPv6 address without its brackets."""
    return host.removeprefix("[").removesuffix("]")
