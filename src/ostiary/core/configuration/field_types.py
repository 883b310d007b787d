"""Kinds of text that stand in the configuration, each with its own check in plain words."""

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictInt

from ostiary.core.base.ids import is_uuid
from ostiary.core.base.scopes import SCOPE_NAME

Mode = Literal["dev", "production"]
ApplicationType = Literal[
    "worker", "web_app", "native_app", "single_page_app", "service", "custom_app"
]
"""PingOne's application types, in lower case."""
SOURCE_FORMS = (
    'text in quotes, or one of { env = "NAME" }, { file = "PATH" }, { generate = true }, '
    "{ stored = true }"
)
MAX_PORT = 65_535
MAX_HOST_CHARACTERS = 253
RESERVED_EXTENSION_PATHS = frozenset({"ref/dropoff", "ref/pickup"})
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\Z")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*\Z")


_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


def _matching(pattern: str, refusal: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise ValueError(refusal)
        return text

    return check


def is_host(text: str) -> bool:
    """Tell whether `text` is a lower-case host name or address as it stands in a URL."""
    if text.startswith("["):
        return text.endswith("]") and _is_address(text[1:-1], 6)
    if text.rpartition(".")[2].isdigit():
        return _is_address(text, 4)
    return len(text) <= MAX_HOST_CHARACTERS and _DOMAIN.match(text) is not None


def is_loopback(host: str) -> bool:
    """Tell whether a host can only be this machine."""
    bare = host.strip("[]")
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return bare == "localhost" or bare.endswith(".localhost")


def split_address(address: str) -> tuple[str, int]:
    """Split `host:port`; brackets around an IPv6 address are dropped."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def as_secret_source(value: object) -> object:
    """Read a bare string as the secret itself."""
    if isinstance(value, str):
        return {"value": value}
    if isinstance(value, bool | int | float | list):
        raise ValueError(f"must be {SOURCE_FORMS}")  # noqa: TRY004 - the validator's own error
    return value


def off_as_none(value: object) -> object:
    """Read `"off"` as absent; YAML reads the bare word as false."""
    return None if value is False or value == "off" else value


def _is_address(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


def _check_host(text: str) -> str:
    if not is_host(text):
        raise ValueError("must be a host name in lower case, without scheme or port")
    return text


def _check_address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not is_host(host) or not port.isdecimal() or int(port) > MAX_PORT:
        raise ValueError('must be "host:port", such as "127.0.0.1:9031" or "[::1]:9031"')
    return text


def _check_base_url(text: str) -> str:
    scheme, host, port = _split_origin(text)
    if scheme not in _DEFAULT_PORTS:
        raise ValueError('must start with "https://"')
    if port == _DEFAULT_PORTS[scheme]:
        raise ValueError(f"must not name port {port}: it goes without saying")
    if not host:
        raise ValueError("must name a host")
    return text


def check_origin(text: str) -> str:
    if "*" in text or text == "null":
        raise ValueError("every origin must be named; a wildcard would let any page in")
    scheme, _, port = _split_origin(text)
    if port is not None and port == _DEFAULT_PORTS.get(scheme):
        raise ValueError(f"must not name port {port}: browsers leave it out")
    return text


def _split_origin(text: str) -> tuple[str, str, int | None]:
    """Split `scheme://host[:port]`, which must be all there is."""
    scheme, separator, rest = text.partition("://")
    if not separator or _SCHEME.match(scheme) is None:
        raise ValueError('must be "https://host" or "https://host:port"')
    if rest.endswith("/") and "/" not in rest[:-1]:
        raise ValueError("must not end with a slash")
    if any(character in rest for character in "/?#"):
        raise ValueError("must end after host and port: no path, query or fragment")
    host, port = _split_port(rest)
    if not is_host(host):
        raise ValueError("must have a host name in lower case, without user or white space")
    return scheme, host, port


def _split_port(rest: str) -> tuple[str, int | None]:
    host, colon, port = rest.rpartition(":")
    if not colon or rest.endswith("]"):
        return rest, None
    if not port.isdecimal() or not 0 < int(port) <= MAX_PORT:
        raise ValueError("must have a port between 1 and 65535")
    return host, int(port)


def _check_network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise ValueError('must be a network such as "10.0.0.0/8", or one address') from None
    return text


def _check_place(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        if not is_host(text) or text.startswith("["):
            raise ValueError(
                'must be a network such as "10.0.0.0/8", an address, or a host name in lower case'
            ) from None
    return text


def _check_uuid(text: str) -> str:
    if not is_uuid(text):
        raise ValueError("must be a UUID in lower case")
    return text


def _check_scope(text: str) -> str:
    if SCOPE_NAME.match(text) is None:
        raise ValueError("must be a scope name: printable ASCII without space, quote or backslash")
    return text


def _check_resource_uri(text: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be a URI: printable ASCII without spaces")
    if not urlsplit(text).scheme or "#" in text:
        raise ValueError("must be an absolute URI without a fragment")
    return text


def _check_extension_path(text: str) -> str:
    segments = text.split("/")
    if not all(re.fullmatch(r"[A-Za-z0-9._~-]+", segment) for segment in segments):
        raise ValueError('must be a path below /ext/ without slash in front, such as "oauth/jwks"')
    if {".", ".."} & set(segments):
        raise ValueError('must not contain "." or ".." as a segment')
    if text in RESERVED_EXTENSION_PATHS:
        raise ValueError("is the path of another endpoint")
    return text


def _check_path(text: str) -> str:
    if "\0" in text:
        raise ValueError("must be a path, which holds no NUL character")
    return text


def _check_header(text: str) -> str:
    if _HEADER.fullmatch(text) is None:
        raise ValueError('must be the name of a header, such as "x-client-certificate"')
    return text.lower()


Address = Annotated[str, AfterValidator(_check_address)]
BaseURL = Annotated[str, AfterValidator(_check_base_url)]
FilePath = Annotated[str, AfterValidator(_check_path)]
HeaderName = Annotated[str, AfterValidator(_check_header)]
HostName = Annotated[str, AfterValidator(_check_host)]
Network = Annotated[str, AfterValidator(_check_network)]
PageURL = Annotated[
    str,
    AfterValidator(
        _matching(
            r"https://[\x21\x24-\x5b\x5d-\x7e]{1,504}",
            'must be a URL that starts with "https://", without fragment and spaces',
        )
    ),
]
Place = Annotated[str, AfterValidator(_check_place)]
"""A network, an address or a host name."""
Port = Annotated[StrictInt, Field(ge=1, le=MAX_PORT)]
Origin = Annotated[str, AfterValidator(check_origin)]
UUIDText = Annotated[str, AfterValidator(_check_uuid)]
ScopeName = Annotated[str, AfterValidator(_check_scope)]
ResourceURI = Annotated[str, AfterValidator(_check_resource_uri)]
ExtensionPath = Annotated[str, AfterValidator(_check_extension_path)]
Audience = Annotated[
    str,
    AfterValidator(
        _matching(r"[\x21-\x7e]{1,512}", "must be 1 to 512 printable characters without spaces")
    ),
]
KeyName = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[A-Za-z0-9_][A-Za-z0-9._~-]{0,63}",
            "must be 1 to 64 letters, digits, '.', '_', '~' or '-'",
        )
    ),
]
SigningKeyId = Annotated[
    str,
    AfterValidator(
        _matching(
            r"[A-Za-z0-9._~-]{1,128}", "must be 1 to 128 letters, digits, '.', '_', '~' or '-'"
        )
    ),
]
WireClientId = Annotated[
    str,
    AfterValidator(
        _matching(r"[\x21-\x7e]{1,255}", "must be 1 to 255 printable characters without spaces")
    ),
]
ClaimName = Annotated[
    str,
    AfterValidator(
        _matching(r"[\x21-\x7e]{1,128}", "must be 1 to 128 printable characters without spaces")
    ),
]
Selector = Annotated[
    str,
    AfterValidator(_matching(r"[A-Za-z0-9]{0,16}", "must be at most 16 letters and digits")),
]
