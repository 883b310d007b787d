"""Endpoints that ask for a certificate, in the place of those that do not."""

from dataclasses import fields, replace
from typing import Any
from urllib.parse import urlsplit

from ostiary_client.errors import ConfigurationError, DiscoveryError
from ostiary_client.printable import printable
from ostiary_client.protocol.answers import text_member
from ostiary_client.protocol.metadata import Metadata, origin_of


def for_certificates(metadata: Metadata, trusted_origins: tuple[str, ...] = ()) -> Metadata:
    """Return metadata with the endpoints for a client that shows a certificate.

    Spec: RFC 8705 §5.
    Raises: DiscoveryError for one without TLS, or at a host that is neither the server's own, by
        whatever port, nor trusted.
    """
    named = metadata.document.get("mtls_endpoint_aliases")
    if not isinstance(named, dict):
        return metadata
    known = {each.name for each in fields(metadata)}
    found = {name: text_member(named, name) for name in known}
    aliases: dict[str, Any] = {
        name: url for name, url in found.items() if url and name.endswith("_endpoint")
    }
    origins = {origin_of(trusted) for trusted in (metadata.issuer, *trusted_origins)}
    for name, url in aliases.items():
        _check(name, url, metadata.issuer, origins)
    return replace(metadata, **aliases, mtls_endpoint_aliases=aliases)


def _check(name: str, url: str, issuer: str, origins: set[str]) -> None:
    try:
        origin = origin_of(url)
    except ConfigurationError as error:
        raise DiscoveryError(
            f"The server's metadata gives a {name} that cannot be used: {error.problem}"
        ) from None
    parts = urlsplit(url)
    is_near = parts.hostname == urlsplit(issuer).hostname or origin in origins
    if parts.scheme != "https" or not is_near:
        raise DiscoveryError(
            f"The server's metadata puts its {name} for certificates at another host, "
            f"{printable(origin)}",
            remedy="Nothing was sent there. If that is right, name the host in trusted_origins",
        )
