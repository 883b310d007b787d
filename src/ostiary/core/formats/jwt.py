"""JWT: claims in, signing input out; and claims read back with their times checked.

Spec: RFC 7519 §4.1, §7; RFC 8725 §3.
"""

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from ostiary.core.base import b64, strict_json
from ostiary.core.crypto.keys import SigningKey

Headers = tuple[tuple[str, str], ...]
"""Header members beside `alg` and `kid`, in the order they are written."""
_encode_json = msgspec.json.Encoder().encode


class InvalidClaimsError(ValueError):
    """A JWT's claims are malformed, or do not hold now; the message says which."""


def signing_input(key: SigningKey, headers: Headers, claims: Mapping[str, object]) -> bytes:
    """Return `header.payload` of a JWT that `key` will sign.

    The header is constant per key and manager, so its encoding is kept with the key.
    """
    header = key.header_segments.get(headers)
    if header is None:
        members = {"alg": key.algorithm, "kid": key.kid, **dict(headers)}
        header = b64.encode_bytes(_encode_json(members)) + b"."
        key.header_segments[headers] = header
    return header + b64.encode_bytes(_encode_json(claims))


def compact(signed: bytes, signature: bytes) -> str:
    """Join signing input and signature to the compact form."""
    return (signed + b"." + b64.encode_bytes(signature)).decode()


def read_claims(payload: bytes) -> dict[str, Any]:
    """Parse a JWT's payload.

    Raises: InvalidClaimsError when it is no JSON object, or repeats a member.
    """
    try:
        claims = strict_json.loads(payload)
    except ValueError as error:
        raise InvalidClaimsError(str(error)) from error
    if not isinstance(claims, dict):
        raise InvalidClaimsError("the payload is no object")
    return claims


def read_time(claims: Mapping[str, Any], name: str) -> float | None:
    """Return a NumericDate claim in seconds, or None when it is absent.

    Raises: InvalidClaimsError for anything but a finite number.
    """
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidClaimsError(f"{name} is no number")
    try:
        number = float(value)
    except OverflowError as error:
        raise InvalidClaimsError(f"{name} is out of range") from error
    if not math.isfinite(number) or abs(number) > 1e12:
        raise InvalidClaimsError(f"{name} is out of range")
    return number


def check_times(
    claims: Mapping[str, Any], *, now: float, skew_seconds: float, max_lifetime_seconds: float
) -> float:
    """Return `exp` of claims that hold now.

    Args: a token may be `skew_seconds` ahead or behind; `exp` may lie at most
        `max_lifetime_seconds` ahead, and `iat` not longer back than that.
    Raises: InvalidClaimsError, also when `exp` is missing.
    """
    expires_at = read_time(claims, "exp")
    if expires_at is None:
        raise InvalidClaimsError("exp is missing")
    if expires_at <= now - skew_seconds:
        raise InvalidClaimsError("expired")
    if expires_at > now + max_lifetime_seconds + skew_seconds:
        raise InvalidClaimsError("exp is too far ahead")
    for name in ("nbf", "iat"):
        moment = read_time(claims, name)
        if moment is not None and moment > now + skew_seconds:
            raise InvalidClaimsError(f"{name} lies in the future")
    issued_at = read_time(claims, "iat")
    if issued_at is not None and issued_at < now - max_lifetime_seconds - skew_seconds:
        raise InvalidClaimsError("iat lies too far back")
    return expires_at
