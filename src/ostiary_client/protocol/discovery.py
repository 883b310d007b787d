"""Finding a server's metadata from its base URL."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from ostiary_client.errors import ConfigurationError, DiscoveryError
from ostiary_client.protocol.answers import read_object, refuse_redirect, refuse_trouble
from ostiary_client.protocol.messages import Exchange, Request
from ostiary_client.protocol.metadata import Metadata, check_scheme, origin_of, parse_metadata
from ostiary_client.protocol.retry import RetryPolicy, send

_OPENID = "/.well-known/openid-configuration"
_OAUTH = "/.well-known/oauth-authorization-server"


def discover(
    base_url: str,
    *,
    policy: RetryPolicy,
    issuer: str | None = None,
    trusted_origins: tuple[str, ...] = (),
    insecure_http: bool = False,
) -> Exchange[Metadata]:
    """Ask a server for its metadata, at each address where it may be.

    `base_url` is PingFederate's base URL, PingOne's `https://auth.pingone.com/{environmentId}`
    with or without `/as`, or any issuer; the metadata's own address does as well.

    Spec: OpenID Connect Discovery 1.0 §4; RFC 8414 §3.
    Args: issuer is what the server must call itself, when that is not the base URL.
    Raises: ConfigurationError for a base URL that is none; DiscoveryError when nothing is there,
        or what is there cannot be trusted; TransportError; ResponseError.
    """
    base = trim(base_url)
    _check_base(base, insecure_http=insecure_http)
    tried: list[str] = []
    for expected, url in _places(base):
        response = yield from send(lambda url=url: _get(url), policy)  # type: ignore[misc]
        tried.append(f"{url} (HTTP {response.status})")
        if 400 <= response.status < 500 and response.status != 429:
            continue
        what = f"The answer of {url}"
        refuse_redirect(response, what=what)
        refuse_trouble(response, what=what)
        document = read_object(response, what=what)
        return parse_metadata(
            document,
            issuer=issuer or _spelling(document, expected),
            source=url,
            trusted_origins=trusted_origins,
            insecure_http=insecure_http,
        )
    raise DiscoveryError(
        f"No metadata at {' nor at '.join(tried)}",
        remedy="Check the base URL: PingFederate's, which has no endpoint's path, "
        "or https://HOST/{environmentId} for PingOne",
    )


def trim(base_url: str) -> str:
    """Return a base URL without what people paste along with it."""
    base = base_url.strip().rstrip("/").removesuffix(_OPENID).rstrip("/")
    host, is_oauth, path = base.partition(_OAUTH)
    return host + path if is_oauth else base


def _check_base(base: str, *, insecure_http: bool) -> None:
    check_base_url(base)
    check_scheme(base, insecure_http=insecure_http)


def check_base_url(base: str) -> None:
    """Refuse what cannot be a server's base URL.

    Raises: ConfigurationError.
    """
    origin_of(base)
    if "?" in base or "#" in base:
        raise ConfigurationError(
            "A base URL has no query and no fragment", remedy="Write it without ? and #"
        )


def _spelling(document: Mapping[str, Any], expected: str) -> str:
    """Return an issuer as the server spells it: a slash at its end leads to the same document.

    Spec: OpenID Connect Discovery 1.0 §4.1.
    """
    with_slash = f"{expected}/"
    return with_slash if document.get("issuer") == with_slash else expected


def _places(base: str) -> Iterator[tuple[str, str]]:
    """List where metadata may be, each with the issuer that it must name there."""
    parts = urlsplit(base)
    if _is_pingone_environment(parts.path):
        yield f"{base}/as", f"{base}/as{_OPENID}"
    yield base, base + _OPENID
    yield base, f"{parts.scheme}://{parts.netloc}{_OAUTH}{parts.path}"


def _is_pingone_environment(path: str) -> bool:
    try:
        uuid.UUID(path.removeprefix("/"))
    except ValueError:
        return False
    return True


def _get(url: str) -> Request:
    return Request("GET", url, {"accept": "application/json"}, is_repeatable=True)
