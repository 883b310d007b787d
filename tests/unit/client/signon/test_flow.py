"""A sign-on without redirects: what is sent in each step, and what is made of the answers."""

import json
from dataclasses import replace

import pytest

from ostiary_client.errors import (
    AuthorizationError,
    ConfigurationError,
    DiscoveryError,
    FlowError,
    RateLimitedError,
    ServerFailedError,
    TimedOutError,
    UnreadableResponseError,
    WrongPasswordError,
)
from ostiary_client.protocol.messages import Response
from ostiary_client.protocol.retry import RetryPolicy
from ostiary_client.signon.base_state import FlowState
from ostiary_client.signon.flow_conversations import (
    begin_flow,
)
from ostiary_client.signon.flow_state import (
    Canceled,
    Completed,
    Failed,
    IdentifierRequired,
    PasswordChangeRequired,
    UsernamePasswordRequired,
)
from ostiary_client.signon.second_factor_states import (
    ActivationRequired,
    AssertionRequired,
    CodeRequired,
    DeviceSelectionRequired,
    RecoveryCodesShown,
)
from tests.support.conversation import Conversation, answer
from tests.support.flow_play import FLOW, GIVEN, PASSWORD, act, begun, refusal, state
from tests.support.sign_on_play import (
    ISSUER,
    metadata,
    people,
    query_of,
)

# --- what is sent ------------------------------------------------------------


def test_a_flow_begins_at_the_authorization_endpoint() -> None:
    flow, conversation = begun(prompt="login", redirect_uri="https://app.example/cb")
    (request,) = conversation.requests

    asked = query_of(request.url)
    assert request.method == "GET"
    assert request.url.startswith(f"{ISSUER}/as/authorization.oauth2?")
    assert asked["response_mode"] == "pi.flow"
    assert (asked["prompt"], asked["redirect_uri"]) == ("login", "https://app.example/cb")
    assert asked["code_challenge_method"] == "S256"
    assert (asked["state"], asked["nonce"]) == (flow.request.state, flow.request.nonce)


def test_an_action_goes_to_the_flow_in_its_own_media_type() -> None:
    flow, _ = begun()
    request = act(flow, state())

    assert (request.method, request.url) == ("POST", FLOW)
    kind = "application/vnd.pingidentity.checkUsernamePassword+json"
    assert request.headers["content-type"] == kind
    assert request.headers["x-xsrf-header"]
    assert json.loads(request.body) == GIVEN


def test_an_action_without_fields_has_no_body() -> None:
    flow, _ = begun()
    conversation = Conversation(state("CANCELED", ()))
    conversation.hold(flow.act("cancel", {}))

    assert conversation.requests[0].body == b""
    assert conversation.requests[0].headers["content-type"].endswith(".cancel+json")


def test_the_state_can_be_looked_at_again() -> None:
    flow, _ = begun()
    conversation = Conversation(state("OTP_REQUIRED", ("checkOtp",)))
    seen = conversation.hold(flow.view())

    assert (seen.status, flow.state) == ("OTP_REQUIRED", seen)
    (request,) = conversation.requests
    assert (request.method, request.url, request.body) == ("GET", FLOW, b"")
    assert request.headers["cookie"] == "PF=first"


def test_the_latest_cookies_go_along_with_each_step() -> None:
    flow, _ = begun()
    rotated = ("PF=second; Path=/; Secure", "PF.PERSISTENT=long; Max-Age=9")

    assert act(flow, state(cookies=rotated)).headers["cookie"] == "PF=first"
    assert act(flow, state()).headers["cookie"] == "PF=second; PF.PERSISTENT=long"


def test_a_flow_after_another_brings_its_cookies() -> None:
    first, _ = begun()
    conversation = Conversation(state("COMPLETED", (), cookies=("PF=second",)))
    second = conversation.hold(begin_flow(people(), None, None, {}, after=first))

    assert conversation.requests[0].headers["cookie"] == "PF=first"
    assert second.request.state != first.request.state
    assert act(first, state()).headers["cookie"] == "PF=second"


def test_a_flow_after_one_at_another_server_brings_no_cookies() -> None:
    first, _ = begun()
    elsewhere = "https://other.example"
    other = replace(
        metadata(), issuer=elsewhere, authorization_endpoint=f"{elsewhere}/as/authorization.oauth2"
    )
    conversation = Conversation(state())
    conversation.hold(begin_flow(people(other), None, None, {}, after=first))

    assert "cookie" not in conversation.requests[0].headers


def test_cookies_of_an_error_count_too() -> None:
    flow, _ = begun()
    with pytest.raises(FlowError):
        act(flow, replace(refusal(), set_cookies=("PF=second",)))

    assert act(flow, state()).headers["cookie"] == "PF=second"


def test_without_cookies_the_state_is_sent_back_in_a_header() -> None:
    flow, _ = begun(state(_pf_authn_api_state="s-1"))
    first = act(flow, state(_pf_authn_api_state="s-2"))
    with pytest.raises(FlowError):
        act(flow, refusal(_pf_authn_api_state="s-3"))
    second = act(flow, state())

    assert first.headers["x-pf-authn-api-state"] == "s-1"
    assert second.headers["x-pf-authn-api-state"] == "s-3"
    assert "cookie" not in first.headers


def test_an_api_state_that_no_header_can_carry_is_not_kept() -> None:
    flow, _ = begun(state(_pf_authn_api_state="a\r\nx: y"))

    assert "x-pf-authn-api-state" not in act(flow, state()).headers


def test_SEC_273_a_step_whose_answer_was_lost_is_not_sent_again() -> None:
    flow, _ = begun(whose=people(retries=RetryPolicy(attempts=3, first_pause_seconds=0)))

    with pytest.raises(TimedOutError):
        act(flow, TimedOutError("late", was_sent=True), state())


def test_SEC_272_addresses_in_an_answer_are_never_followed() -> None:
    flow, _ = begun()

    assert act(flow, state()).url == FLOW
    assert act(flow, state("CANCELED", ())).url == FLOW


@pytest.mark.parametrize(
    "endpoint", ["https://evil.example/as/authorization.oauth2", "http://login.example/as"]
)
def test_SEC_272_no_password_is_sent_to_another_host_than_the_issuers(endpoint: str) -> None:
    elsewhere = replace(metadata(), authorization_endpoint=endpoint)

    with pytest.raises(DiscoveryError, match="at another host"):
        begun(whose=people(elsewhere, insecure_http=True))


@pytest.mark.parametrize("path", ["/as/authorize", "/as/authorization.oauth2?tenant=a"])
def test_a_server_with_other_flows_is_told_from_one_with_these(path: str) -> None:
    other = replace(metadata(), authorization_endpoint=ISSUER + path)

    with pytest.raises(DiscoveryError, match="no server whose sign-on flows are known"):
        begun(whose=people(other))


# --- what comes back ---------------------------------------------------------


def test_a_state_says_what_can_be_done_and_what_is_asked() -> None:
    flow, _ = begun(state(username="joe", showRememberMyUsername=True))
    current = flow.current

    assert (current.status, current.id) == ("USERNAME_PASSWORD_REQUIRED", "PyH5g")
    assert current.actions == ("checkUsernamePassword", "cancel")
    assert current.fields == {"username": "joe", "showRememberMyUsername": True}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("USERNAME_PASSWORD_REQUIRED", UsernamePasswordRequired),
        ("IDENTIFIER_REQUIRED", IdentifierRequired),
        ("CANCELED", Canceled),
        ("FAILED", Failed),
        ("COMPLETED", Completed),
        ("MUST_CHANGE_PASSWORD", PasswordChangeRequired),
        ("NEW_PASSWORD_REQUIRED", PasswordChangeRequired),
        ("OTP_REQUIRED", CodeRequired),
        ("DEVICE_SELECTION_REQUIRED", DeviceSelectionRequired),
        ("ASSERTION_REQUIRED", AssertionRequired),
        ("TOTP_ACTIVATION_REQUIRED", ActivationRequired),
        ("RECOVERY_CODES_SHOWN", RecoveryCodesShown),
        ("SOMETHING_NEW", FlowState),
    ],
)
def test_a_state_that_programs_meet_often_has_its_own_type(
    status: str, kind: type[FlowState]
) -> None:
    assert type(begun(state(status))[0].state) is kind


def test_states_read_their_fields_with_the_types_that_these_must_have() -> None:
    asks = begun(state(username="joe", allowUsernameEdits=False))[0].state
    assert isinstance(asks, UsernamePasswordRequired)
    assert (asks.username, asks.may_edit_username) == ("joe", False)

    vague = begun(state(username=["joe"], allowUsernameEdits="false"))[0].state
    assert isinstance(vague, UsernamePasswordRequired)
    assert (vague.username, vague.may_edit_username) == ("", True)

    names = begun(state("IDENTIFIER_REQUIRED", previouslySubmittedIdentifiers=["joe", 1]))[0].state
    assert isinstance(names, IdentifierRequired)
    assert names.previous_identifiers == ("joe",)

    over = begun(state("FAILED", code="X", message="m", userMessage="\x1b[2Jno"))[0].state
    assert isinstance(over, Failed)
    assert (over.code, over.message, over.user_message) == ("X", "m", "[2Jno")

    broken_off = begun(state("CANCELED", canceledOperation="PASSWORD_CHANGE"))[0].state
    assert isinstance(broken_off, Canceled)
    assert broken_off.operation == "PASSWORD_CHANGE"

    done = begun(state("COMPLETED", authorizeResponse="none"))[0].state
    assert isinstance(done, Completed)
    assert done.authorize_response == {}


def test_an_action_that_is_not_offered_is_not_sent() -> None:
    flow, _ = begun()

    with pytest.raises(FlowError, match="offers no action 'checkOtp'") as refused:
        Conversation().hold(flow.act("checkOtp", {"otp": "1"}))
    assert refused.value.code == "INVALID_ACTION_ID"


@pytest.mark.parametrize("name", ["a b", "a\r\nX: y", "../up", "", "\u00e9", "self"])
def test_an_action_with_an_odd_name_is_not_offered(name: str) -> None:
    flow, _ = begun(state(actions=(name, "cancel")))

    assert flow.current.actions == ("cancel",)


def test_an_error_says_what_is_wrong_and_leaves_the_flow_where_it_is() -> None:
    flow, _ = begun()
    details = [
        {
            "code": "CREDENTIAL_VALIDATION_FAILED",
            "message": "Invalid credentials",
            "userMessage": "We didn't recognize that.",
            "target": "password",
            "attemptsRemaining": 2,
        },
        "nonsense",
        {"attemptsRemaining": True},
    ]
    with pytest.raises(WrongPasswordError, match="username or the password is not") as refused:
        act(flow, refusal(userMessage="Try again.", details=details))

    error = refused.value
    assert (error.code, error.message, error.user_message, error.status) == (
        "VALIDATION_ERROR",
        "It was not valid.",
        "Try again.",
        400,
    )
    first, second = error.details
    assert (first.code, first.target) == ("CREDENTIAL_VALIDATION_FAILED", "password")
    assert (first.user_message, first.attempts_remaining) == ("We didn't recognize that.", 2)
    assert (second.code, second.target, second.attempts_remaining) == ("", None, None)
    assert flow.current.status == "USERNAME_PASSWORD_REQUIRED"
    assert act(flow, state("MFA_COMPLETED", ("continueAuthentication",))).url == FLOW


def test_a_refusal_as_oauth_words_it_is_read_too() -> None:
    with pytest.raises(AuthorizationError, match="unauthorized_client"):
        begun(answer({"error": "unauthorized_client", "error_description": "No"}, 400))


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(answer({}), id="nothing"),
        pytest.param(answer({"status": 404, "error": {}}), id="an error of a framework"),
        pytest.param(answer({"id": "PyH5g", "status": ""}), id="an empty status"),
        pytest.param(answer(body=b"<html>"), id="a page"),
        pytest.param(answer(body=b""), id="no body"),
        pytest.param(answer([]), id="a list"),
        pytest.param(answer({"id": "PyH5g", "status": "COMPLETED"}, 400), id="a state as error"),
        pytest.param(answer(body=b"", status=302, headers={"location": "x"}), id="a redirect"),
        *(
            pytest.param(answer({"id": id, "status": "COMPLETED"}), id=f"id {id!r}")
            for id in (
                "",
                "../../x",
                "a/b",
                "a?b",
                "a#b",
                "a%2f",
                "a b",
                "a\n",
                "\u00e9",
                "a" * 129,
            )
        ),
        pytest.param(answer({"id": 5, "status": "COMPLETED"}), id="an id that is no text"),
    ],
)
def test_what_is_no_state_and_no_error_is_refused(odd: Response) -> None:
    with pytest.raises(UnreadableResponseError):
        begun(odd)


def test_a_state_of_another_flow_is_refused() -> None:
    flow, _ = begun()

    with pytest.raises(UnreadableResponseError, match="another flow"):
        act(flow, answer({"id": "other", "status": "COMPLETED"}))
    assert flow.current.id == "PyH5g"


def test_a_server_that_fails_or_asks_for_a_pause_leaves_the_flow_where_it_is() -> None:
    flow, _ = begun()
    for failed, kind in ((500, ServerFailedError), (429, RateLimitedError)):
        with pytest.raises(kind):
            act(flow, refusal("UNEXPECTED_ERROR", failed))
    assert flow.current.status == "USERNAME_PASSWORD_REQUIRED"


def test_SEC_276_a_refusal_shows_no_password_and_no_cookie() -> None:
    flow, _ = begun(state(_pf_authn_api_state="the-api-state"))
    echo = f"{PASSWORD} the-cookie the-api-state joe"
    act(flow, state(cookies=("PF=the-cookie",)))

    with pytest.raises(FlowError) as refused:
        act(flow, refusal(message=echo, userMessage=echo, details=[{"message": echo}]))
    error = refused.value
    shown = f"{error} {error.content} {error.message} {error.user_message} {error.details}"
    for secret in (PASSWORD, "the-cookie", "the-api-state"):
        assert secret not in shown
    assert "joe" in shown


def test_SEC_276_a_refusal_shows_nothing_that_stood_deep_in_what_was_sent() -> None:
    flow, _ = begun(state("REGISTRATION_REQUIRED", ("registerUser",)))
    sent = {"fieldValues": {"pin": "4711-secret", "pets": ["Rex-secret"]}, "thisIsMyDevice": True}
    echo = refusal(message="4711-secret Rex-secret true")

    with pytest.raises(FlowError) as refused:
        Conversation(echo).hold(flow.act("registerUser", sent))
    assert "-secret" not in f"{refused.value} {refused.value.content} {refused.value.message}"


def test_SEC_276_a_flow_shows_nothing_of_itself() -> None:
    flow, _ = begun(state(username="canary", cookies=("PF=canary",), _pf_authn_api_state="canary"))

    assert "canary" not in f"{flow!r} {flow.state!r}"
    assert flow.request.code_verifier not in repr(flow)


def test_a_flow_that_has_not_begun_can_do_nothing() -> None:
    flow, _ = begun()
    flow.state = None

    with pytest.raises(ConfigurationError, match="not begun"):
        Conversation().hold(flow.view())
