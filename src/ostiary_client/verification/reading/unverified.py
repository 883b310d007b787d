"""A compact JWS as a stranger sent it: well formed, and nothing in it is believed yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ostiary_client.errors import InvalidTokenError
from ostiary_client.verification.reading import base64url, strict_json
from ostiary_client.verification.refusals import forged

MAX_TOKEN_CHARACTERS = 16 * 1024
MAX_HEADER_CHARACTERS = 8 * 1024


@dataclass(frozen=True, slots=True)
class UnverifiedJWT:
    """A token whose signature nobody has checked; `typ` is in lower case."""

    algorithm: str
    kid: str | None
    typ: str | None
    claims: Mapping[str, Any] = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    value: str = field(repr=False)


def parse(token: str) -> UnverifiedJWT:
    """Read a compact JWT.

    Keys that the header brings along, or says where to fetch, are not even looked at.

    Spec: RFC 7515 §4.1, §5.2; RFC 7519 §7.2; RFC 8725 §3.
    Raises: InvalidTokenError.
    """
    check_length(token)
    segments = token.split(".")
    if len(segments) != 3 or len(segments[0]) > MAX_HEADER_CHARACTERS:
        raise forged("not three segments, or a header of more than 8 KiB")
    try:
        header = strict_json.read(base64url.decode(segments[0]))
        claims = strict_json.read(base64url.decode(segments[1]))
        signature = base64url.decode(segments[2])
    except ValueError as error:
        raise forged(_reason(error)) from None
    if "crit" in header or "b64" in header or "enc" in header:
        raise forged("the header names extensions")
    return UnverifiedJWT(
        algorithm=_text(header, "alg") or "none",
        kid=_text(header, "kid"),
        typ=(_text(header, "typ") or "").lower() or None,
        claims=claims,
        signing_input=token[: -len(segments[2]) - 1].encode() if signature else b"",
        signature=signature,
        value=token,
    )


def check_length(token: str) -> None:
    """Refuse a token that is longer than any is.

    Raises: InvalidTokenError.
    """
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise InvalidTokenError(f"The token is longer than {MAX_TOKEN_CHARACTERS} characters")


def _text(header: Mapping[str, Any], name: str) -> str | None:
    value = header.get(name)
    if value is not None and not isinstance(value, str):
        raise forged(f"the header's {name} is no text")
    return value


def _reason(error: ValueError) -> str:
    # A UnicodeError would quote the token.
    return "not UTF-8" if isinstance(error, UnicodeError) else str(error)
