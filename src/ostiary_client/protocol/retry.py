"""Sending a request again, where that is safe."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from ostiary_client.errors import CertificateError, ConfigurationError, TransportError
from ostiary_client.protocol.messages import Exchange, Request, Response

_PAUSE_ASKED_FOR = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_PASSING_FAILURES = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request is tried, and how long between the tries.

    The pause before the first repetition is drawn evenly between nothing and
    `first_pause_seconds`, which doubles with each, so that many clients do not come back
    together. A server that asks for more than `longest_pause_seconds` is not waited for.
    """

    attempts: int = 3
    first_pause_seconds: float = 0.2
    longest_pause_seconds: float = 10.0

    def __post_init__(self) -> None:
        """Refuse what would never send anything."""
        if self.attempts < 1 or self.first_pause_seconds < 0 or self.longest_pause_seconds < 0:
            raise ConfigurationError(
                "A retry policy takes at least one attempt, and no pause below nothing"
            )


NO_RETRIES = RetryPolicy(attempts=1)


def send(make_request: Callable[[], Request], policy: RetryPolicy) -> Exchange[Response]:
    """Send a request until it is answered, or until trying again is unsafe or pointless.

    What is not repeatable goes out again only when nothing of it had left, or when the server
    says 429 or 503 with `Retry-After`, and so has done nothing with it. The request is made anew
    for each attempt, so that an assertion is never used twice.

    Spec: RFC 9110 §9.2.2, §10.2.3; RFC 6585 §4.
    Raises: TransportError of the last attempt.
    """
    pause = 0.0
    for attempt in range(1, policy.attempts + 1):
        request = replace(make_request(), after_seconds=pause)
        last = attempt == policy.attempts
        try:
            response = yield request
        except TransportError as error:
            if last or not _may_pass(error, request):
                raise
            pause = _jitter(policy, attempt)
            continue
        asked = _pause_to_take(request, response, policy, attempt)
        if last or asked is None:
            return response
        pause = asked
    raise AssertionError("a policy has at least one attempt")


def _may_pass(error: TransportError, request: Request) -> bool:
    """Say whether another attempt is safe and could go better."""
    if isinstance(error, CertificateError):
        return False
    return request.is_repeatable or not error.was_sent


def _pause_to_take(
    request: Request, response: Response, policy: RetryPolicy, attempt: int
) -> float | None:
    """Return how long to wait before the next attempt, or None when there should be none."""
    asked = retry_after_seconds(response)
    if asked is not None and response.status in _PAUSE_ASKED_FOR:
        if asked > policy.longest_pause_seconds:
            return None
        return asked + _jitter(policy, attempt)
    if request.is_repeatable and response.status in _PASSING_FAILURES:
        return _jitter(policy, attempt)
    return None


def _jitter(policy: RetryPolicy, attempt: int) -> float:
    most = policy.first_pause_seconds * 2.0 ** min(attempt - 1, 60)
    most = min(most, policy.longest_pause_seconds)
    return random.uniform(0, most)  # noqa: S311 - spreads load; nobody gains by guessing it


def retry_after_seconds(response: Response) -> float | None:
    """Return how long the server asks to wait, or None; a date counts from the answer's own."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
        date = parsedate_to_datetime(response.headers.get("date", ""))
        return max(0.0, (until - date).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None
