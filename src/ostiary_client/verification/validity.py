"""The span of time in which a token is valid."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary_client.errors import InvalidTokenError
from ostiary_client.verification import refusals
from ostiary_client.verification.reading.claims import read_time


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and by how much the issuer's clock may differ."""

    now: float
    leeway_seconds: float


def check_times(claims: Mapping[str, Any], moment: Moment) -> float | None:
    """Refuse a token that has expired, or comes from the future; return when it expires.

    Spec: RFC 7519 §4.1.4, §4.1.5, §4.1.6.
    Raises: InvalidTokenError.
    """
    expires_at = read_time(claims, "exp")
    if expires_at is not None and expires_at <= moment.now - moment.leeway_seconds:
        raise InvalidTokenError(
            refusals.EXPIRED, remedy=f"It did {moment.now - expires_at:.0f} s ago"
        )
    for name in ("nbf", "iat"):
        starts_at = read_time(claims, name)
        if starts_at is not None and starts_at > moment.now + moment.leeway_seconds:
            raise InvalidTokenError(
                refusals.TOO_EARLY,
                remedy=f"Its {name} is {starts_at - moment.now:.0f} s from now; check the clocks",
            )
    return expires_at


def require_expiry(expires_at: float | None) -> float:
    """Refuse a token that says no end.

    Raises: InvalidTokenError.
    """
    if expires_at is None:
        raise refusals.unusable("exp is missing")
    return expires_at
