"""The end of a sign-on without redirects: tokens of this sign-on, or why there are none."""

import json
from typing import Any

import pytest

from ostiary_client.errors import (
    AccessDeniedError,
    CallbackMismatchError,
    FlowEndedError,
    FlowError,
    FlowStepError,
    InvalidTokenError,
)
from ostiary_client.protocol.flow import FlowMemory
from ostiary_client.protocol.messages import Response
from ostiary_client.signon.flow_conversations import (
    flow_tokens,
    sign_on_with_password,
)
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.verification.id_token import half_hash
from tests.support.conversation import Conversation
from tests.support.flow_play import GIVEN, PASSWORD, act, begun, completed, refusal, state
from tests.support.sign_on_play import (
    ACCESS_TOKEN,
    CODE,
    form_of,
    id_token,
    keys,
    people,
    query_of,
    tokens_answer,
)


def tokens_of(flow: FlowMemory, *answers: Response) -> TokenSet:
    return Conversation(*answers).hold(flow_tokens(people(), flow))


def test_a_code_is_exchanged_with_the_flows_own_verifier() -> None:
    flow, _ = begun()
    completed(flow)
    conversation = Conversation(tokens_answer(id_token(flow.request.nonce)), keys())
    tokens = conversation.hold(flow_tokens(people(), flow))

    form = form_of(conversation.requests[0])
    assert (form["code"], form["code_verifier"]) == (CODE, flow.request.code_verifier)
    assert "redirect_uri" not in form
    assert (tokens.access_token, tokens.subject) == (ACCESS_TOKEN, "joe")


def test_the_redirect_uri_of_the_request_goes_along_with_the_code() -> None:
    flow, _ = begun(redirect_uri="https://app.example/cb")
    completed(flow)
    conversation = Conversation(tokens_answer(id_token(flow.request.nonce)), keys())
    conversation.hold(flow_tokens(people(), flow))

    assert form_of(conversation.requests[0])["redirect_uri"] == "https://app.example/cb"


def test_tokens_that_come_at_once_need_no_exchange() -> None:
    flow, _ = begun(scopes="sso", response_type="token")
    completed(flow, code=None, access_token=ACCESS_TOKEN, token_type="Bearer", expires_in=7199)
    tokens = tokens_of(flow)

    assert (tokens.access_token, tokens.scopes) == (ACCESS_TOKEN, ("sso",))
    assert tokens.expires_at is not None
    assert "code_challenge" not in query_of(flow.request.url)


@pytest.mark.parametrize("at_hash", [None, half_hash("another", "ES256")])
def test_SEC_265_an_id_token_that_comes_at_once_must_know_the_access_token(
    at_hash: str | None,
) -> None:
    flow, _ = begun(response_type="token id_token")
    token = id_token(flow.request.nonce, at_hash=at_hash)
    completed(flow, code=None, access_token=ACCESS_TOKEN, id_token=token)

    with pytest.raises(InvalidTokenError):
        tokens_of(flow, keys())


def test_an_id_token_that_comes_at_once_is_verified() -> None:
    flow, _ = begun(response_type="token id_token")
    token = id_token(flow.request.nonce, at_hash=half_hash(ACCESS_TOKEN, "ES256"))
    completed(flow, code=None, access_token=ACCESS_TOKEN, id_token=token)

    assert tokens_of(flow, keys()).subject == "joe"


def test_tokens_in_the_place_of_a_code_are_not_taken() -> None:
    flow, _ = begun()
    completed(flow, code=None, access_token="a stranger's")

    with pytest.raises(CallbackMismatchError, match="neither a code"):
        tokens_of(flow)


def test_a_response_without_tokens_brings_none() -> None:
    flow, _ = begun(response_type="token")
    completed(flow, code=None)

    with pytest.raises(CallbackMismatchError, match="no access token"):
        tokens_of(flow)


@pytest.mark.parametrize("odd", [None, "", "another", 1, ["a"]])
def test_SEC_266_a_completed_flow_with_another_state_is_refused(odd: object) -> None:
    flow, _ = begun()
    completed(flow, state=odd)

    with pytest.raises(CallbackMismatchError, match="state"):
        tokens_of(flow)


def test_SEC_21_a_completed_flow_of_another_issuer_is_refused() -> None:
    flow, _ = begun()
    completed(flow, iss="https://evil.example")

    with pytest.raises(CallbackMismatchError):
        tokens_of(flow)


def test_a_flow_that_completes_with_an_error_is_that_error() -> None:
    flow, _ = begun()
    completed(flow, code=None, error="access_denied")

    with pytest.raises(AccessDeniedError):
        tokens_of(flow)


def test_a_failed_flow_has_no_tokens_and_says_why() -> None:
    flow, _ = begun()
    act(flow, state("FAILED", (), code="ACCOUNT_LOCKED", message="Locked.", userMessage="Ask us."))

    with pytest.raises(FlowEndedError, match="ACCOUNT_LOCKED") as over:
        tokens_of(flow)
    assert (over.value.code, over.value.user_message) == ("ACCOUNT_LOCKED", "Ask us.")


def test_a_flow_that_was_broken_off_has_no_tokens() -> None:
    flow, _ = begun()
    act(flow, state("CANCELED", ()), action="cancel")

    with pytest.raises(FlowEndedError, match="broken off"):
        tokens_of(flow)


def test_a_flow_that_is_not_at_its_end_has_no_tokens_yet() -> None:
    flow, _ = begun()

    with pytest.raises(FlowStepError) as unfinished:
        tokens_of(flow)
    assert unfinished.value.code == "USERNAME_PASSWORD_REQUIRED"


# --- at once -----------------------------------------------------------------


def signed_on(*answers: Any) -> Conversation:
    """Sign joe on at once, until the answers end with a state that gives no tokens."""
    conversation = Conversation(*answers)
    conversation.hold(sign_on_with_password(people(), "joe", PASSWORD, "openid", {}))
    return conversation


def test_a_wrong_password_is_a_flow_error() -> None:
    with pytest.raises(FlowError, match="VALIDATION_ERROR"):
        signed_on(state(), refusal())


def test_a_policy_that_asks_for_more_says_for_what() -> None:
    with pytest.raises(FlowStepError) as unfinished:
        signed_on(state(), state("OTP_REQUIRED", ("checkOtp",)))
    assert unfinished.value.code == "OTP_REQUIRED"


def test_a_password_is_given_once() -> None:
    with pytest.raises(FlowStepError, match="USERNAME_PASSWORD_REQUIRED"):
        signed_on(state(), state())


def test_an_identifier_is_given_where_one_is_asked_for_first() -> None:
    conversation = Conversation(
        state("IDENTIFIER_REQUIRED", ("submitIdentifier",)),
        state(username="joe", allowUsernameEdits=False),
        state("FAILED", ()),
    )
    with pytest.raises(FlowEndedError):
        conversation.hold(sign_on_with_password(people(), "joe", PASSWORD, "openid", {}))

    bodies = [json.loads(request.body) for request in conversation.requests[1:]]
    assert bodies == [{"identifier": "joe"}, GIVEN]
