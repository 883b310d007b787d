"""What is sent again, when, and what never."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_client.errors import (
    CertificateError,
    ConfigurationError,
    OstiaryClientError,
    ServerUnreachableError,
    TimedOutError,
    TransportError,
)
from ostiary_client.protocol.client_assertion import client_secret_jwt
from ostiary_client.protocol.messages import Request, Response
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.protocol.retry import NO_RETRIES, RetryPolicy, retry_after_seconds, send
from ostiary_client.protocol.token_endpoint import Endpoint, client_credentials
from ostiary_client.secret import Secret
from tests.support.conversation import Conversation, answer

POLICY = RetryPolicy(attempts=3, first_pause_seconds=0.5, longest_pause_seconds=10.0)
OK = answer({})
LOST = TimedOutError("no answer")
REFUSED = ServerUnreachableError("nobody listens", was_sent=False)


def paused(seconds: object, status: int = 503) -> Response:
    return answer({}, status, {"retry-after": str(seconds)})


def make(*, is_repeatable: bool) -> Callable[[], Request]:
    return lambda: Request("POST", "https://pf.example", is_repeatable=is_repeatable)


def attempts(
    *answers: Response | OstiaryClientError, is_repeatable: bool, policy: RetryPolicy = POLICY
) -> list[Request]:
    """Send, and return what went out whatever came of it; more would be a failure."""
    conversation = Conversation(*answers)
    with suppress(TransportError):
        conversation.hold(send(make(is_repeatable=is_repeatable), policy))
    return conversation.requests


@pytest.mark.parametrize(
    "response",
    [OK, answer({}, 400), answer({}, 401), answer({}, 500), answer({}, 501), answer({}, 429)],
)
def test_an_answer_is_an_answer(response: Response) -> None:
    assert len(attempts(response, is_repeatable=True)) == 1


@pytest.mark.parametrize(
    "failure", [LOST, REFUSED, answer({}, 502), answer({}, 503), answer({}, 504)]
)
def test_what_may_pass_is_tried_again_if_a_second_copy_does_no_harm(
    failure: Response | OstiaryClientError,
) -> None:
    assert len(attempts(failure, OK, is_repeatable=True)) == 2


@pytest.mark.parametrize("failure", [LOST, answer({}, 502), answer({}, 503), answer({}, 504)])
def test_SEC_273_what_may_have_arrived_is_not_sent_twice(
    failure: Response | OstiaryClientError,
) -> None:
    assert len(attempts(failure, is_repeatable=False)) == 1


@pytest.mark.parametrize("failure", [REFUSED, paused(1), paused(1, 429)])
def test_SEC_273_what_was_certainly_not_done_is_sent_again(
    failure: Response | OstiaryClientError,
) -> None:
    assert len(attempts(failure, OK, is_repeatable=False)) == 2


@pytest.mark.parametrize("is_repeatable", [True, False])
def test_a_certificate_does_not_get_better_by_trying_again(is_repeatable: bool) -> None:
    error = CertificateError("expired", was_sent=False)

    assert len(attempts(error, is_repeatable=is_repeatable)) == 1


def test_there_are_no_more_attempts_than_the_policy_has() -> None:
    assert len(attempts(LOST, LOST, LOST, is_repeatable=True)) == 3
    assert len(attempts(*[answer({}, 503)] * 3, is_repeatable=True)) == 3


@pytest.mark.parametrize("failure", [LOST, REFUSED, answer({}, 503), paused(1), paused(1, 429)])
def test_one_attempt_is_one(failure: Response | OstiaryClientError) -> None:
    assert len(attempts(failure, is_repeatable=True, policy=NO_RETRIES)) == 1


def test_the_first_attempt_waits_for_nothing() -> None:
    assert attempts(OK, is_repeatable=True)[0].after_seconds == 0


def test_pauses_grow_and_have_a_bound() -> None:
    policy = RetryPolicy(attempts=2000, first_pause_seconds=1.0, longest_pause_seconds=4.0)
    pauses = [
        request.after_seconds
        for request in attempts(*[LOST] * 2000, is_repeatable=True, policy=policy)
    ]

    assert all(pause <= most for pause, most in zip(pauses, (0, 1, 2, 4), strict=False))
    assert 2.0 < max(pauses) <= 4.0


def test_clients_do_not_come_back_together() -> None:
    pauses = {attempts(LOST, OK, is_repeatable=True)[1].after_seconds for _ in range(20)}

    assert len(pauses) > 10


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_a_pause_gets_it(status: int) -> None:
    pause = attempts(paused(2, status), OK, is_repeatable=False)[1].after_seconds

    assert 2.0 <= pause <= 2.5


@pytest.mark.parametrize("seconds", [11, 3600, 10**30])
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_a_long_pause_is_not_waited_for(seconds: int, status: int) -> None:
    assert len(attempts(paused(seconds, status), is_repeatable=True)) == 1


def test_a_pause_of_an_answer_that_is_none_of_the_two_is_ignored() -> None:
    assert len(attempts(paused(1, 200), is_repeatable=True)) == 1
    assert len(attempts(paused(1, 400), is_repeatable=True)) == 1


NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
DATE = format_datetime(NOW, usegmt=True)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0), ("7", 7.0), (" 7 ", 7.0), ("9" * 400, 999_999_999.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("Thursday, 01-Jan-26 12:01:00 GMT", 60.0),
        ("", None), ("-1", None), ("1.5", None), ("1e3", None), ("soon", None), ("7, 8", None),
        ("\u0667", None), ("Thu, 31 Dec 99999 00:00:00 GMT", None),
        ("Thu, 01 Jan 2026 12:00:00 +99999999999999999999", None),
        ("Thu, 01 Jan 2026 99999999999999999999:00:00 GMT", None),
        ("Thu, 01 Jan 2026 12:00:00", None),
    ],
)  # fmt: skip
def test_a_pause_is_a_number_of_seconds_or_a_date(text: str, seconds: float | None) -> None:
    response = Response(503, {"retry-after": text, "date": DATE})

    assert retry_after_seconds(response) == seconds


@pytest.mark.parametrize("date", [{}, {"date": ""}, {"date": "yesterday"}])
def test_a_date_without_the_servers_own_says_nothing(date: dict[str, str]) -> None:
    assert retry_after_seconds(Response(503, {"retry-after": DATE, **date})) is None


@given(text=st.text(), date=st.text())
def test_any_pause_is_a_number_or_nothing(text: str, date: str) -> None:
    seconds = retry_after_seconds(Response(503, {"retry-after": text, "date": date}))

    assert seconds is None or seconds >= 0


def test_SEC_273_an_assertion_is_never_sent_twice() -> None:
    endpoint = Endpoint(
        "token_endpoint",
        Metadata("https://pf.example", token_endpoint="https://pf.example/token"),
        client_secret_jwt("app", Secret("a-secret-of-at-least-32-characters")),
        POLICY,
        lambda: 0.0,
    )
    conversation = Conversation(LOST, answer({}, 503), answer({"access_token": "abc"}))
    conversation.hold(client_credentials(endpoint))

    assert len({form["client_assertion"] for form in conversation.forms}) == 3


@pytest.mark.parametrize(
    "nonsense",
    [{"attempts": 0}, {"attempts": -1}, {"first_pause_seconds": -1}, {"longest_pause_seconds": -1}],
)
def test_a_policy_that_sends_nothing_is_refused(nonsense: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError):
        RetryPolicy(**nonsense)
