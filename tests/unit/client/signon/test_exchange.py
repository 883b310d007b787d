"""The way back from a sign-on: what is taken, and everything that is not."""

from typing import Any

import pytest

from ostiary_client.errors import (
    AccessDeniedError,
    AccountSelectionRequiredError,
    AuthorizationError,
    CallbackMismatchError,
    ConsentRequiredError,
    InteractionRequiredError,
    InvalidTokenError,
    KeysUnavailableError,
    LoginRequiredError,
    OAuthError,
    ServerFailedError,
    TimedOutError,
)
from ostiary_client.protocol.retry import RetryPolicy
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.verification.id_token import half_hash
from tests.support import jose
from tests.support.conversation import Conversation, answer, error_answer
from tests.support.played_issuer import NOW, jwk_of, private_key
from tests.support.sign_on_play import (
    ACCESS_TOKEN,
    CODE,
    ISSUER,
    REDIRECT_URI,
    REFRESH_TOKEN,
    begin,
    form_of,
    id_token,
    keys,
    metadata,
    people,
    tokens_answer,
    way_back,
)


def exchanged(*, asked: dict[str, Any] | None = None, **changes: Any) -> TokenSet:
    """Sign somebody on, with claims of the ID token changed."""
    whose = people()
    request = begin(whose, **(asked or {}))
    nonce = changes.pop("nonce", request.nonce)
    conversation = Conversation(tokens_answer(id_token(nonce, **changes)), keys())
    return conversation.hold(whose.exchange(request, way_back(request)))


def test_a_code_becomes_tokens_whose_id_token_was_verified() -> None:
    whose = people()
    request = begin(whose)
    token = id_token(request.nonce, at_hash=half_hash(ACCESS_TOKEN, "ES256"))
    conversation = Conversation(tokens_answer(token, scope="openid"), keys())
    tokens = conversation.hold(whose.exchange(request, way_back(request)))

    assert conversation.urls == [f"{ISSUER}/as/token.oauth2", f"{ISSUER}/pf/JWKS"]
    assert (tokens.access_token, tokens.refresh_token) == (ACCESS_TOKEN, REFRESH_TOKEN)
    assert (tokens.id_token, tokens.subject) == (token, "joe")
    assert (tokens.expires_at, tokens.obtained_at) == (NOW + 3600, NOW)
    assert (tokens.scopes, tokens.token_type) == (("openid",), "Bearer")
    assert (tokens.scope, tokens.authorization) == ("openid", f"Bearer {ACCESS_TOKEN}")
    assert tokens.claims["nonce"] == request.nonce


def test_SEC_39_a_code_goes_out_with_the_verifier_of_its_own_sign_on() -> None:
    whose = people()
    mine, other = begin(whose), begin(whose)
    conversation = Conversation(tokens_answer(id_token(mine.nonce)), keys())
    conversation.hold(whose.exchange(mine, way_back(mine)))

    assert form_of(conversation.requests[0]) == {
        "grant_type": "authorization_code",
        "client_id": "app",
        "code": CODE,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": mine.code_verifier,
    }
    assert other.code_verifier != mine.code_verifier


def test_keys_are_fetched_once_for_many() -> None:
    whose = people()
    for answers in ((keys(),), ()):
        request = begin(whose)
        conversation = Conversation(tokens_answer(id_token(request.nonce)), *answers)
        conversation.hold(whose.exchange(request, way_back(request)))


def test_parameters_that_a_framework_has_read_will_do_as_well() -> None:
    whose = people()
    request = begin(whose)
    conversation = Conversation(tokens_answer(id_token(request.nonce)), keys())

    back = {"code": CODE, "state": request.state}
    assert conversation.hold(whose.exchange(request, back)).subject == "joe"


@pytest.mark.parametrize(
    "form",
    [
        *("{}?{}", "/callback?{1}", "?{1}", "{1}", "{}?{}#_=_", "{1}&from=https://x"),
        *("myinteract://ssosignedin?{1}", "com.example.app:/callback?{1}"),
    ],
)
def test_a_url_a_path_and_a_query_are_read(form: str) -> None:
    whose = people()
    request = begin(whose)
    conversation = Conversation(tokens_answer(id_token(request.nonce)), keys())
    back = form.format(*way_back(request).split("?"))

    assert conversation.hold(whose.exchange(request, back)).subject == "joe"


# --- whose way back it is ----------------------------------------------------


@pytest.mark.parametrize("state", [None, "", "another", "the state", "\u00e9"])
def test_SEC_266_a_way_back_of_another_sign_on_is_refused(state: str | None) -> None:
    whose = people()
    request = begin(whose)

    with pytest.raises(CallbackMismatchError, match="state"):
        Conversation().hold(whose.exchange(request, way_back(request, state=state)))


def test_SEC_266_the_state_is_held_against_this_sign_on_and_no_other() -> None:
    whose = people()
    mine, other = begin(whose), begin(whose)

    with pytest.raises(CallbackMismatchError):
        Conversation().hold(whose.exchange(mine, way_back(other)))


def test_SEC_266_an_error_of_another_sign_on_is_none_of_this() -> None:
    whose = people()
    request = begin(whose)
    back = way_back(request, state="x", code=None, error="access_denied")

    with pytest.raises(CallbackMismatchError):
        Conversation().hold(whose.exchange(request, back))


PROMISED = metadata(authorization_response_iss_parameter_supported=True)


@pytest.mark.parametrize(
    ("known", "iss"),
    [
        (PROMISED, None),
        (PROMISED, ""),
        (PROMISED, "https://evil.example"),
        (PROMISED, f"{ISSUER}/"),
        (metadata(), "https://evil.example"),
    ],
)
@pytest.mark.parametrize("outcome", [{}, {"code": None, "error": "access_denied"}])
def test_SEC_21_the_answer_of_another_server_is_refused_and_its_code_sent_nowhere(
    known: Any, iss: str | None, outcome: dict[str, Any]
) -> None:
    whose = people(known)
    request = begin(whose)

    with pytest.raises(CallbackMismatchError):
        Conversation().hold(whose.exchange(request, way_back(request, iss=iss, **outcome)))


@pytest.mark.parametrize("known", [PROMISED, metadata()])
def test_SEC_21_the_servers_own_answer_is_taken(known: Any) -> None:
    whose = people(known)
    request = begin(whose)
    conversation = Conversation(tokens_answer(id_token(request.nonce)), keys())

    tokens = conversation.hold(whose.exchange(request, way_back(request, iss=ISSUER)))
    assert tokens.subject == "joe"


@pytest.mark.parametrize(
    "back",
    [
        pytest.param("code=a&code=b", id="a code twice"),
        pytest.param("state=a&state=b", id="a state twice"),
        pytest.param("code=%ff", id="no UTF-8"),
        pytest.param("&".join(f"a{n}=1" for n in range(101)), id="too many parameters"),
        pytest.param("code=" + "a" * 70_000, id="far too long"),
        pytest.param("https://[::1?code=a", id="no URL"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_way_back_is_refused(back: str) -> None:
    whose = people()
    request = begin(whose)

    with pytest.raises(CallbackMismatchError):
        Conversation().hold(whose.exchange(request, back))


def test_a_way_back_without_code_and_error_is_refused() -> None:
    whose = people()
    request = begin(whose)

    with pytest.raises(CallbackMismatchError, match="neither a code nor an error"):
        Conversation().hold(whose.exchange(request, way_back(request, code=None)))


# --- errors ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("access_denied", AccessDeniedError),
        ("login_required", LoginRequiredError),
        ("consent_required", ConsentRequiredError),
        ("interaction_required", InteractionRequiredError),
        ("account_selection_required", AccountSelectionRequiredError),
        ("server_error", AuthorizationError),
    ],
)
def test_an_error_has_its_own_type(code: str, kind: type[AuthorizationError]) -> None:
    whose = people()
    request = begin(whose)
    back = way_back(request, code=None, error=code, error_description="Not now")

    with pytest.raises(AuthorizationError) as refused:
        Conversation().hold(whose.exchange(request, back))
    assert type(refused.value) is kind
    assert (refused.value.error, refused.value.error_description) == (code, "Not now")


def test_S2_13_an_error_is_known_by_the_older_names_too() -> None:
    whose = people()
    request = begin(whose)
    back = way_back(request, code=None, error="access_denied", error_description="Not now")

    with pytest.raises(AuthorizationError) as refused:
        Conversation().hold(whose.exchange(request, back))
    assert (refused.value.errorCode, refused.value.errorMsg) == ("access_denied", "Not now")


def test_an_error_beside_a_code_is_an_error() -> None:
    whose = people()
    request = begin(whose)

    with pytest.raises(AccessDeniedError):
        Conversation().hold(whose.exchange(request, way_back(request, error="access_denied")))


def test_SEC_274_an_error_moves_no_cursor() -> None:
    whose = people()
    request = begin(whose)
    back = way_back(request, error="\x1b[2Ja\nb", error_description="\x1b]0;title\x07c\nd")

    with pytest.raises(AuthorizationError) as refused:
        Conversation().hold(whose.exchange(request, back))
    assert all(text.isprintable() for text in (str(refused.value), refused.value.error))


# --- the token endpoint ------------------------------------------------------


def test_a_refused_code_is_an_oauth_error() -> None:
    whose = people()
    request = begin(whose)

    with pytest.raises(OAuthError, match="invalid_grant"):
        Conversation(error_answer("invalid_grant")).hold(whose.exchange(request, way_back(request)))


@pytest.mark.parametrize(
    "lost", [TimedOutError("late", was_sent=True), answer(body=b"", status=502)]
)
def test_SEC_273_a_code_whose_answer_was_lost_is_not_sent_again(lost: Any) -> None:
    whose = people(retries=RetryPolicy(attempts=3, first_pause_seconds=0))
    request = begin(whose)
    conversation = Conversation(lost, tokens_answer(id_token(request.nonce)))

    with pytest.raises((TimedOutError, ServerFailedError)):
        conversation.hold(whose.exchange(request, way_back(request)))
    assert len(conversation.requests) == 1


def test_SEC_276_a_refusal_shows_neither_code_nor_verifier() -> None:
    whose = people()
    request = begin(whose)
    echoed = error_answer("invalid_grant", error_description=f"{CODE} {request.code_verifier}")

    with pytest.raises(OAuthError) as refused:
        Conversation(echoed).hold(whose.exchange(request, way_back(request)))
    shown = f"{refused.value} {refused.value.content} {refused.value.error_description}"
    assert CODE not in shown
    assert request.code_verifier not in shown


# --- the ID token ------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"iss": "https://evil.example"}, id="another issuer"),
        pytest.param({"iss": None}, id="no issuer"),
        pytest.param({"aud": "other"}, id="another application"),
        pytest.param({"aud": ["app", "other"]}, id="several and no azp"),
        pytest.param({"azp": "other"}, id="azp names another"),
        pytest.param({"nonce": "another"}, id="another sign-on"),
        pytest.param({"nonce": None}, id="no nonce"),
        pytest.param({"exp": NOW - 31}, id="expired"),
        pytest.param({"exp": None}, id="without end"),
        pytest.param({"iat": NOW + 31}, id="from the future"),
        pytest.param({"iat": None}, id="no iat"),
        pytest.param({"sub": None}, id="about nobody"),
        pytest.param({"at_hash": half_hash("another", "ES256")}, id="another access token"),
        pytest.param({"header": {"kid": "k2"}}, id="an unknown key"),
        pytest.param({"header": {"typ": "at+jwt"}}, id="an access token"),
    ],
)
def test_SEC_265_an_id_token_that_is_not_of_this_sign_on_is_refused(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(InvalidTokenError):
        exchanged(**changes)


def test_SEC_265_an_unsigned_id_token_is_refused() -> None:
    whose = people(metadata(id_token_signing_alg_values_supported=["none", "HS256", "ES256"]))
    request = begin(whose)
    claims = {"iss": ISSUER, "sub": "joe", "aud": "app", "nonce": request.nonce, "iat": NOW}
    for header, key in (({"alg": "none"}, None), ({"alg": "HS256"}, b"app-secret" * 4)):
        forged = jose.compact(header, {**claims, "exp": NOW + 60}, key)
        with pytest.raises(InvalidTokenError, match="forged"):
            Conversation(tokens_answer(forged)).hold(whose.exchange(request, way_back(request)))


def test_SEC_265_only_algorithms_that_the_metadata_names_count() -> None:
    whose = people(metadata(id_token_signing_alg_values_supported=["RS256"]))
    request = begin(whose)

    with pytest.raises(InvalidTokenError, match="forged"):
        Conversation(tokens_answer(id_token(request.nonce))).hold(
            whose.exchange(request, way_back(request))
        )


def test_SEC_265_a_key_of_somebody_else_does_not_do() -> None:
    whose = people()
    request = begin(whose)
    stranger = answer({"keys": [jwk_of(private_key("somebody else"), "k1")]})

    with pytest.raises(InvalidTokenError, match="forged"):
        Conversation(tokens_answer(id_token(request.nonce)), stranger).hold(
            whose.exchange(request, way_back(request))
        )


def test_keys_that_cannot_be_had_are_no_reason_to_believe() -> None:
    whose = people()
    request = begin(whose)
    silent = TimedOutError("late")

    with pytest.raises(KeysUnavailableError):
        Conversation(tokens_answer(id_token(request.nonce)), silent, silent).hold(
            whose.exchange(request, way_back(request))
        )


def test_openid_without_id_token_signs_nobody_on() -> None:
    whose = people()
    request = begin(whose)

    with pytest.raises(InvalidTokenError, match="no ID token"):
        Conversation(tokens_answer(None)).hold(whose.exchange(request, way_back(request)))


def test_without_openid_there_need_be_no_id_token() -> None:
    whose = people()
    request = begin(whose, scopes="api:read")
    tokens = Conversation(tokens_answer(None)).hold(whose.exchange(request, way_back(request)))

    assert (tokens.subject, tokens.claims) == (None, {})


@pytest.mark.parametrize("auth_time", [None, NOW - 91])
def test_SEC_265_whoever_signed_on_too_long_ago_is_refused(auth_time: float | None) -> None:
    with pytest.raises(InvalidTokenError):
        exchanged(asked={"max_age": 60}, auth_time=auth_time)


def test_a_recent_sign_on_will_do() -> None:
    assert exchanged(asked={"max_age": 60}, auth_time=NOW - 60).subject == "joe"


def test_SEC_276_a_token_set_shows_nothing_of_itself() -> None:
    tokens = exchanged(email="joe@example.com")
    shown = repr(tokens)

    for secret in (ACCESS_TOKEN, REFRESH_TOKEN, tokens.id_token, "joe"):
        assert str(secret) not in shown
