"""Kinds of URL in the configuration: to send browsers to, to link, to let in."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from ostiary.core.base.outbound import OutboundRefusedError, parse_target
from ostiary.core.base.uris import refuse_redirect_uri
from ostiary.core.configuration.field_types import check_origin, is_host, is_loopback

MAX_URL_CHARACTERS = 2048
ANY_PORT = ":*"


def _check_redirect_uri(text: str) -> str:
    if refusal := refuse_redirect_uri(text):
        raise ValueError(refusal)
    return text


def _check_link(text: str) -> str:
    """Refuse links that could run a script or that anybody on the way could change."""
    if not _is_printable(text) or _host_of(text, "https") is None:
        raise ValueError('must start with "https://" and a host, in printable ASCII')
    return text


def _check_logout_uri(text: str) -> str:
    """Refuse what nobody can fetch; plain HTTP is left to who knows the mode and the rules."""
    try:
        parse_target(text)
    except OutboundRefusedError as refusal:
        raise ValueError(refusal.message) from None
    return text


def _check_application_url(text: str) -> str:
    host = _host_of(text, "https") or _host_of(text, "http")
    if not _is_printable(text) or host is None or "#" in text:
        raise ValueError('must be a URL such as "https://app.example.com/signon", no fragment')
    if text.startswith("http://") and not is_loopback(host):
        raise ValueError('must start with "https://"; plain HTTP is for loopback addresses')
    return text


def _check_target(text: str) -> str:
    """Accept such a URL, also one for everything below a path, which then ends with a star."""
    stem = text.removesuffix("*")
    if "*" in stem:
        raise ValueError('must be a URL; a * may stand at the end of its path alone, "/app/*"')
    _check_application_url(stem)
    parts = urlsplit(stem)
    if stem != text and (not parts.path or "?" in stem):
        raise ValueError('must name its host: a * stands behind a path, "https://host/app/*"')
    return text


def _check_application_origin(text: str) -> str:
    """Accept an origin, also with a star for its port, which then must be there."""
    if "*" in text.removesuffix(ANY_PORT).removeprefix("*"):
        raise ValueError('must name its host: a * stands for a port only, "https://host:*"')
    check_origin(text.removesuffix(ANY_PORT))
    if text.endswith(ANY_PORT) and text.removesuffix(ANY_PORT).rpartition(":")[2].isdecimal():
        raise ValueError("must have one port or a star for it")
    return text


def _is_printable(text: str) -> bool:
    is_plain = text.isascii() and text.isprintable() and not set(text) & set(' "<>\\^`{|}')
    return is_plain and len(text) <= MAX_URL_CHARACTERS


def _host_of(text: str, scheme: str) -> str | None:
    """Return the host of a URL of that scheme; None when it has none, or a user beside it."""
    if not text.startswith(f"{scheme}://"):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = parts.netloc if port is None else parts.netloc.rpartition(":")[0]
    return host if is_host(host) else None


ApplicationOrigin = Annotated[str, AfterValidator(_check_application_origin)]
ApplicationURL = Annotated[str, AfterValidator(_check_application_url)]
TargetURL = Annotated[str, AfterValidator(_check_target)]
LogoutURI = Annotated[str, AfterValidator(_check_logout_uri)]
WebhookURL = Annotated[str, AfterValidator(_check_logout_uri)]
RedirectURI = Annotated[str, AfterValidator(_check_redirect_uri)]
WebLink = Annotated[str, AfterValidator(_check_link)]
