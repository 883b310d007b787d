"""Asking for tokens, and every odd answer that may come back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_client.errors import (
    AccessTokenMissingError,
    InvalidClientError,
    OAuthError,
    RateLimitedError,
    ResponseError,
    ServerFailedError,
    UnreadableResponseError,
)
from ostiary_client.protocol.client_authentication import ClientSecretPost
from ostiary_client.protocol.messages import Request, Response
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.protocol.retry import NO_RETRIES
from ostiary_client.protocol.token_endpoint import Endpoint, client_credentials, read_token
from ostiary_client.secret import Secret
from ostiary_client.tokens import AccessToken
from tests.support.conversation import Conversation, answer, error_answer

SECRET = 'the-client\'s "secret" /+'
NOW = 1000.0
ENDPOINT = Endpoint(
    "token_endpoint",
    Metadata("https://pf.example", token_endpoint="https://pf.example/as/token.oauth2"),
    ClientSecretPost("app", Secret(SECRET)),
    NO_RETRIES,
    lambda: NOW,
)
USUAL = {"access_token": "abc", "token_type": "Bearer", "expires_in": 60}


def read(response: Response, asked: tuple[str, ...] = ()) -> AccessToken:
    return Conversation(response).hold(client_credentials(ENDPOINT, scopes=asked))


def read_members(**members: Any) -> AccessToken:
    return read(answer({**USUAL, **members}))


def refusal(response: Response) -> OAuthError:
    with pytest.raises(OAuthError) as refused:
        read(response)
    return refused.value


# --- what goes out -----------------------------------------------------------


def test_a_request_is_a_form_with_the_credentials() -> None:
    conversation = Conversation(answer(USUAL))
    conversation.hold(
        client_credentials(ENDPOINT, scopes=("a:b", "c"), parameters={"resource": "https://x?a&b"})
    )
    (request,) = conversation.requests

    assert (request.method, request.url) == ("POST", "https://pf.example/as/token.oauth2")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert conversation.forms == [
        {
            "grant_type": "client_credentials",
            "scope": "a:b c",
            "resource": "https://x?a&b",
            "client_id": "app",
            "client_secret": SECRET,
        }
    ]


def test_a_request_without_scopes_says_nothing_of_them() -> None:
    conversation = Conversation(answer(USUAL))
    conversation.hold(client_credentials(ENDPOINT))

    assert "scope" not in conversation.forms[0]


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "scope"])
def test_further_parameters_replace_none_of_the_protocols_own(name: str) -> None:
    conversation = Conversation(answer(USUAL))
    conversation.hold(
        client_credentials(ENDPOINT, scopes=("a",), parameters={name: "of the caller"})
    )

    assert conversation.forms[0][name] != "of the caller"


# --- tokens ------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        5,
        True,
        [],
        {},
        ["abc"],
        "two words",
        "line\nbreak",
        "tab\t",
        "caf\u00e9",
        "\ud800",
        "\x00",
    ],
)
def test_S0_30_an_answer_without_a_usable_token_is_an_error_of_its_own(value: object) -> None:
    with pytest.raises(AccessTokenMissingError) as missing:
        read_members(access_token=value)
    assert missing.value.status == 200


def test_S0_30_an_answer_without_a_token_shows_what_came_instead() -> None:
    with pytest.raises(AccessTokenMissingError) as missing:
        read(answer({"message": "hello", "id_token": "e-i-token"}))
    assert "hello" in missing.value.content
    assert "e-i-token" not in missing.value.content


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (60, 60.0), (0, 0.0), (59.5, 59.5), ("60", 60.0), ("0", 0.0), (None, None), (-1, None),
        (-0.5, None), (True, None), (False, None), ("", None), ("soon", None), ("-60", None),
        ("6e1", None), ("\u0666", None), ([60], None), ({}, None), (10**11, 1e11)
    ],
    ids=repr,
)  # fmt: skip
def test_a_lifetime_is_read_if_it_is_one(expires_in: object, seconds: float | None) -> None:
    expected = None if seconds is None else NOW + seconds

    assert read_members(expires_in=expires_in).expires_at == expected


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1e308", "9" * 4000])
def test_a_lifetime_beyond_every_number_is_none(number: str) -> None:
    body = f'{{"access_token": "abc", "expires_in": {number}}}'.encode()

    assert read(answer(body=body)).expires_at is None


def test_a_lifetime_counts_from_when_the_token_was_asked_for() -> None:
    token = read_token(answer(USUAL), Request("POST", "x"), asked_at=500.0, asked_scopes=())

    assert token.expires_at == 560.0


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        ("a b", ("a", "b")), ("", ()), ("  a  ", ("a",)), (None, ("asked",)), (5, ("asked",)),
        (["a", "b"], ("a", "b")), (["a", 5], ("a",)), ([], ()), ({}, ("asked",)),
    ],
)  # fmt: skip
def test_scopes_are_those_that_were_granted_as_far_as_the_server_says(
    scope: object, scopes: tuple[str, ...]
) -> None:
    assert read(answer({**USUAL, "scope": scope}), ("asked",)).scopes == scopes


def test_scopes_that_the_server_does_not_mention_are_those_asked_for() -> None:
    assert read(answer(USUAL), ("asked",)).scopes == ("asked",)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("Bearer", "Bearer"), ("bearer", "Bearer"), ("BEARER", "Bearer"), (None, "Bearer"),
        ("", "Bearer"), (5, "Bearer"), ("DPoP", "DPoP"), ("a b", "Bearer"),
        ("x\r\nEvil: 1", "Bearer"),
    ],
)  # fmt: skip
def test_a_token_type_is_a_word_or_bearer(kind: object, shown: str) -> None:
    token = read_members(token_type=kind)

    assert token.authorization == f"{shown} abc"


def test_everything_that_the_server_said_can_be_read() -> None:
    assert read_members(extra={"a": 1}).response["extra"] == {"a": 1}


def test_a_byte_order_mark_is_no_hindrance() -> None:
    assert read(answer(body=b"\xef\xbb\xbf" + json.dumps(USUAL).encode())).value == "abc"


# --- no tokens ---------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"access_token=abc&token_type=bearer",
        b"<!DOCTYPE html><title>Sign on</title>",
        b'"abc"',
        b"[]",
        b"null",
        b'{"access_token": "abc"',
        b'{"access_token": "abc"}{"access_token": "abc"}',
        b'{"access_token": "abc", "access_token": "def"}',
        b'{"access_token": "abc", "extra": {"a": 1, "a": 2}}',
        b'{"access_token": "abc", "expires_in": NaN}',
        b'{"access_token": "abc", "expires_in": -Infinity}',
        b'{"access_token": "abc", "expires_in": ' + b"9" * 5000 + b"}",
        b'{"access_token": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\x1f\x8b\x08\x00",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 204, 400])
def test_what_is_no_json_object_is_unreadable(body: bytes, status: int) -> None:
    with pytest.raises(UnreadableResponseError) as unreadable:
        read(answer(body=body, status=status))
    assert unreadable.value.status == status


def test_a_page_is_called_one() -> None:
    with pytest.raises(UnreadableResponseError, match=r"is an HTML or XML page.*proxy"):
        read(answer(body=b"  <html>"))


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_SEC_272_a_redirect_of_a_token_request_is_not_followed(status: int) -> None:
    conversation = Conversation(answer(USUAL, status, {"location": "https://evil.example"}))

    with pytest.raises(UnreadableResponseError, match="redirect"):
        conversation.hold(client_credentials(ENDPOINT))
    assert len(conversation.requests) == 1


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 599])
def test_a_failing_server_is_an_error_of_its_own(status: int) -> None:
    with pytest.raises(ServerFailedError) as failed:
        read(answer(body=b"<html>Sorry", status=status))
    assert failed.value.status == status


def test_too_many_requests_say_how_long_to_wait() -> None:
    with pytest.raises(RateLimitedError, match="Try again in 17 s") as limited:
        read(answer(body=b"", status=429, headers={"retry-after": "17"}))
    assert limited.value.retry_after_seconds == 17.0


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refusal_has_the_servers_code_and_words(status: int) -> None:
    error = refusal(error_answer("invalid_scope", status, error_description="Not that one."))

    assert (error.error, error.error_description) == ("invalid_scope", "Not that one.")
    assert error.status == status
    assert f"HTTP {status}: invalid_scope (Not that one). Ask for scopes" in str(error)


@pytest.mark.parametrize(
    "response",
    [
        error_answer("invalid_client", 401),
        error_answer("invalid_client", 400),
        error_answer("unauthorized", 401),
        answer({"message": "no"}, 401),
        answer(body=b"", status=401),
    ],
)
def test_a_client_that_is_not_accepted_is_an_error_of_its_own(response: Response) -> None:
    error = refusal(response)

    assert isinstance(error, InvalidClientError)
    assert "Check client id, secret" in str(error)


@pytest.mark.parametrize(
    "document", [{}, {"error": None}, {"error": 5}, {"error": ""}, {"error": ["invalid_scope"]}]
)
def test_a_refusal_without_a_code_is_one_too(document: dict[str, Any]) -> None:
    error = refusal(answer(document, 400))

    assert error.error == ""
    assert "no error code" in str(error)


@pytest.mark.parametrize(
    "value", ["\ud800", "\x1b[31mred\x07", "\u202eright", "a\r\nb", "x" * 9999]
)
def test_SEC_274_nothing_that_a_server_says_moves_the_cursor(value: str) -> None:
    error = refusal(error_answer(value, error_description=value, message=value))

    for text in (str(error), error.error, error.error_description, error.content):
        assert text.isprintable()
        assert len(text) < 1000


@pytest.mark.parametrize("member", ["error", "error_description", "error_uri"])
def test_SEC_276_a_secret_that_the_server_repeats_is_hidden(member: str) -> None:
    error = refusal(answer({"error": "invalid_client", member: f"Unknown: {SECRET}!"}, 401))

    shown = f"{error} {error.args} {vars(error)}"
    assert "the-client" not in shown
    assert "[hidden]" in shown


def test_a_code_that_holds_the_secret_by_chance_stays_readable() -> None:
    endpoint = Endpoint(
        "token_endpoint",
        ENDPOINT.metadata,
        ClientSecretPost("app", Secret("client")),
        NO_RETRIES,
        ENDPOINT.now,
    )

    with pytest.raises(InvalidClientError) as refused:
        Conversation(error_answer("invalid_client")).hold(client_credentials(endpoint))
    assert refused.value.error == "invalid_client"


# --- anything ----------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
MEMBERS = st.dictionaries(
    st.sampled_from(
        ["access_token", "token_type", "expires_in", "scope", "error", "error_description"]
    ),
    VALUES,
)
STATUSES = st.sampled_from([200, 201, 204, 302, 400, 401, 403, 404, 418, 429, 500, 503])
FIELDS = st.dictionaries(st.sampled_from(["retry-after", "date"]), st.text())


@given(
    body=st.binary() | MEMBERS.map(lambda m: json.dumps(m).encode()), status=STATUSES, fields=FIELDS
)
def test_any_answer_is_a_token_or_a_typed_error(
    body: bytes, status: int, fields: dict[str, str]
) -> None:
    try:
        shown = read(answer(body=body, status=status, headers=fields)).authorization
    except ResponseError as error:
        shown = f"{error} {error.content}"
    assert shown.isprintable()
