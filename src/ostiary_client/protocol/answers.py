"""Reading an answer: a JSON object, or a typed error that says what came instead."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from ostiary_client.errors import (
    RateLimitedError,
    ResponseError,
    ServerFailedError,
    UnreadableResponseError,
)
from ostiary_client.printable import excerpt
from ostiary_client.protocol.messages import Response
from ostiary_client.protocol.retry import retry_after_seconds


def read_object(response: Response, *, what: str, secrets: Iterable[str] = ()) -> dict[str, Any]:
    """Return the JSON object in an answer.

    Raises: UnreadableResponseError when there is none.
    """
    try:
        value = parse_object(response.body)
    except ValueError as error:
        raise UnreadableResponseError(
            f"{what} is {_kind(response)}, not a JSON object ({error})",
            remedy="Check the base URL; a proxy or a login page may be answering instead",
            status=response.status,
            content=excerpt(response.body, secrets),
        ) from None
    return value


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body holds; no member twice, no NaN.

    Raises: ValueError when it holds something else.
    """
    try:
        value = json.loads(body, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("another kind of JSON value")  # noqa: TRY004 - what came, not a type
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a member twice")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _kind(response: Response) -> str:
    if not response.body:
        return "empty"
    if response.body.lstrip()[:1] == b"<":
        return "an HTML or XML page"
    return "something else"


def refuse_redirect(response: Response, *, what: str) -> None:
    """Refuse to follow the server elsewhere: the request may hold a secret.

    Raises: UnreadableResponseError.
    """
    if 300 <= response.status < 400:
        raise UnreadableResponseError(
            f"{what} is a redirect (HTTP {response.status}), which is not followed",
            remedy="Use the address that the server itself has, with https",
            status=response.status,
        )


def refuse_trouble(response: Response, *, what: str, secrets: Iterable[str] = ()) -> None:
    """Refuse an answer that says to come back later, or that the server failed.

    Raises: RateLimitedError for 429, ServerFailedError for 5xx.
    """
    if response.status != 429 and response.status < 500:
        return
    wait = retry_after_seconds(response)
    when = f"in {wait:.0f} s" if wait is not None else "later"
    error: type[ResponseError] = RateLimitedError if response.status == 429 else ServerFailedError
    reason = "too many requests" if response.status == 429 else "the server failed or is overloaded"
    raise error(
        f"{what} is HTTP {response.status}: {reason}",
        remedy=f"Try again {when}",
        status=response.status,
        content=excerpt(response.body, secrets),
        retry_after_seconds=wait,
    )


def texts_of(value: object) -> tuple[str, ...]:
    """Return the words of a text, or the texts of a list."""
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, str))
    return ()


def number_of(value: object) -> float | None:
    """Return a finite number as such, else None; JSON knows integers beyond every float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def is_presentable(token: str) -> bool:
    """Say whether a token can be sent in a header: visible ASCII, without spaces."""
    return bool(token) and token.isascii() and token.isprintable() and " " not in token


def text_member(document: Mapping[str, Any], name: str) -> str | None:
    """Return a member that is a text with something in it, else None."""
    value = document.get(name)
    return value if isinstance(value, str) and value else None
