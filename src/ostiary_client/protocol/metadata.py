"""What a server says about itself: its issuer and its endpoints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ostiary_client.errors import ConfigurationError, DiscoveryError, IssuerMismatchError
from ostiary_client.printable import printable
from ostiary_client.protocol.answers import text_member

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_TAKES_CREDENTIALS = (
    "token_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "device_authorization_endpoint",
)
_ENDPOINTS = (
    *_TAKES_CREDENTIALS,
    "jwks_uri",
    "authorization_endpoint",
    "userinfo_endpoint",
    "end_session_endpoint",
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """A server's metadata; `document` is all of it, as it came.

    Spec: RFC 8414 §2; OpenID Connect Discovery 1.0 §3.
    """

    issuer: str
    token_endpoint: str | None = None
    introspection_endpoint: str | None = None
    revocation_endpoint: str | None = None
    device_authorization_endpoint: str | None = None
    jwks_uri: str | None = None
    authorization_endpoint: str | None = None
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods: tuple[str, ...] = ("client_secret_basic",)
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    mtls_endpoint_aliases: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Those of the endpoints above that took the place of others, as they ask for a certificate."""

    def endpoint(self, name: str) -> str:
        """Return the endpoint that a member names.

        Raises: DiscoveryError when the server has none.
        """
        url = getattr(self, name)
        if not url:
            raise DiscoveryError(
                f"{self.issuer} names no {name}",
                remedy="The server does not offer this, or its metadata leaves it out: "
                "then give it as Metadata yourself",
            )
        return str(url)


def trusted_endpoint(metadata: Metadata, name: str, trusted_urls: tuple[str, ...]) -> str:
    """Return an endpoint that may be shown a person's password or token.

    Args: trusted_urls are those whose hosts may be, beside the issuer's.
    Raises: DiscoveryError when there is none, or it is elsewhere.
    """
    url = metadata.endpoint(name)
    if url == metadata.mtls_endpoint_aliases.get(name):
        return url  # where it is was checked when it took its place
    origins = {origin_of(trusted) for trusted in (metadata.issuer, *trusted_urls)}
    if origin_of(url) not in origins:
        raise DiscoveryError(
            f"The server's metadata puts its {name} at another host, {printable(origin_of(url))}",
            remedy="Nothing was sent there. If that is right, name the host in trusted_origins",
        )
    return url


def parse_metadata(
    document: Mapping[str, Any],
    *,
    issuer: str,
    source: str,
    trusted_origins: tuple[str, ...] = (),
    insecure_http: bool = False,
) -> Metadata:
    """Return metadata that can be trusted with credentials.

    Args: issuer is what the metadata must call itself; source is where it came from. Endpoints
        that take credentials must have the source's origin or one of the trusted ones.
    Raises: IssuerMismatchError; DiscoveryError for an endpoint elsewhere, or without TLS.
    """
    _check_issuer(document, issuer, source)
    endpoints = {name: text_member(document, name) for name in _ENDPOINTS}
    origins = {origin_of(source), *map(origin_of, trusted_origins)}
    for name, url in endpoints.items():
        if url is not None:
            _check_endpoint(name, url, origins, insecure_http=insecure_http)
    methods = document.get("token_endpoint_auth_methods_supported")
    known = isinstance(methods, list) and methods and all(isinstance(m, str) for m in methods)
    return Metadata(
        issuer=issuer,
        **endpoints,
        token_endpoint_auth_methods=tuple(methods or ()) if known else ("client_secret_basic",),
        document=document,
        mtls_endpoint_aliases={},
    )


def check_endpoints(metadata: Metadata, *, insecure_http: bool) -> None:
    """Refuse endpoints without TLS in metadata that a program gives itself.

    Raises: ConfigurationError.
    """
    for name in _ENDPOINTS:
        url = getattr(metadata, name)
        if url is not None:
            origin_of(url)
            check_scheme(url, insecure_http=insecure_http)


def _check_issuer(document: Mapping[str, Any], issuer: str, source: str) -> None:
    found = document.get("issuer")
    if found == issuer:
        return
    named = printable(found) if isinstance(found, str) else "nothing"
    raise IssuerMismatchError(
        f"{source} names the issuer {named}, not {issuer}",
        remedy="If that is the right server, give its issuer: issuer=…",
    )


def _check_endpoint(name: str, url: str, origins: set[str], *, insecure_http: bool) -> None:
    try:
        origin = origin_of(url)
        check_scheme(url, insecure_http=insecure_http)
    except ConfigurationError as error:
        raise DiscoveryError(
            f"The server's metadata gives a {name} that cannot be used: {error.problem}"
        ) from None
    if name in _TAKES_CREDENTIALS and origin not in origins:
        raise DiscoveryError(
            f"The server's metadata puts its {name} at another host, {printable(origin)}",
            remedy="Nothing was sent there. If that is right, name the host in trusted_origins",
        )


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, in one spelling.

    Raises: ConfigurationError for what is no absolute HTTP URL, or has a user name in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(f"{printable(url)} is no URL") from None
    if "@" in parts.netloc:
        raise ConfigurationError(
            "The URL holds a user name or password",
            remedy="Give it without them, and credentials as client_id=… and client_secret=…",
        )
    is_odd = not url.isprintable() or any(c.isspace() for c in url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or is_odd:
        raise ConfigurationError(
            f"{printable(url)} is no URL of a server", remedy="Write https://host"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    standard = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, standard} else "")


def check_scheme(url: str, *, insecure_http: bool) -> None:
    """Refuse plain HTTP except on this machine.

    Raises: ConfigurationError.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" or insecure_http or parts.hostname in _LOOPBACK:
        return
    raise ConfigurationError(
        f"{printable(url)} has no TLS, so everybody on the way could read secrets and tokens",
        remedy="Use https, or say insecure_http=True in a network that you trust",
    )
