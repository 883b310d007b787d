"""The claims of a token, read with the types that they must have."""

import math
from collections.abc import Mapping
from typing import Any

from ostiary_client.verification.refusals import unusable

_LATEST = 253_402_300_799
"""The last second of the year 9999."""


def read_time(claims: Mapping[str, Any], name: str) -> float | None:
    """Return a claim that is a time, in seconds since the epoch.

    Spec: RFC 7519 §2, §4.1.
    Raises: InvalidTokenError for another type, and for what is no time of this era.
    """
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unusable(f"{name} is no number")
    if not 0 <= value <= _LATEST or not math.isfinite(value):
        raise unusable(f"{name} is no time of this era")
    return float(value)


def read_text(claims: Mapping[str, Any], *names: str) -> str | None:
    """Return the first of several claims that is there, which must be a text."""
    for name in names:
        value = claims.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            raise unusable(f"{name} is no text")
        return value
    return None


def read_texts(claims: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    """Return a claim that is one text or a list of them."""
    value = claims.get(name)
    if value is None:
        return None
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise unusable(f"{name} is neither a text nor a list of texts")
    return tuple(texts)


def read_scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the scopes: from a text with spaces, as the standard has it, or from a list.

    PingFederate writes a list unless told otherwise; others call the claim `scp`.

    Spec: RFC 9068 §2.2.3; RFC 8693 §4.2.
    """
    for name in ("scope", "scp"):
        texts = read_texts(claims, name)
        if texts is not None:
            return frozenset(texts if isinstance(claims[name], list) else texts[0].split())
    return frozenset()
