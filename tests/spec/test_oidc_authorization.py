"""OpenID Connect Core §3: what an OpenID provider's authorization endpoint does."""

import json
import re
from typing import Any

import pytest

from ostiary.core.base.errors import OAuthCode
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import Policy, StepNode
from ostiary.core.oauth.authorization_response import AuthorizationResponse
from ostiary.core.oauth.authorize import Answered
from ostiary.core.oauth.response_modes import answer_url
from tests.support.authorizing import (
    EVERY_TYPE,
    STATE,
    Authorizing,
    claims_of,
    make_authorizing,
    make_relying_party,
)
from tests.support.flows import REDIRECT_URI, BrowserJar

pytestmark = pytest.mark.anyio

REGISTERED_ERROR_PARAMETERS = {"error", "error_description", "error_uri", "state", "iss"}
NQSCHAR = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")
WITH_ID_TOKEN = sorted(each for each in EVERY_TYPE if "id_token" in each)
BAD_REQUESTS: list[dict[str, Any]] = [
    {"response_type": None},
    {"response_type": "x"},
    {"scope": "x"},
    {"prompt": "x"},
    {"prompt": "none"},
    {"max_age": "x"},
    {"claims": "x"},
    {"request": "x"},
    {"request_uri": "x"},
    {"registration": "x"},
    {"id_token_hint": "x"},
    {"code_challenge": "x"},
]


@pytest.fixture
async def authorizing() -> Authorizing:
    return await make_authorizing()


async def test_OIDC_23_an_unregistered_redirect_uri_is_not_redirected_to(
    authorizing: Authorizing,
) -> None:
    error = await authorizing.distrust(redirect_uri="https://app.example.com/elsewhere")
    assert error.code == OAuthCode.INVALID_REQUEST


async def test_OIDC_24_a_missing_redirect_uri_is_an_error_page(authorizing: Authorizing) -> None:
    assert (await authorizing.distrust(redirect_uri=None)).code == OAuthCode.INVALID_REQUEST


@pytest.mark.parametrize("registered", [REDIRECT_URI, f"{REDIRECT_URI}?a=b"])
@pytest.mark.parametrize("sent", [f"{REDIRECT_URI}?a=c", f"{REDIRECT_URI}?a=b&c=d"])
async def test_OIDC_25_a_query_that_was_added_or_differs_is_an_error_page(
    registered: str, sent: str
) -> None:
    authorizing = await make_authorizing(make_relying_party(redirect_uris=(registered,)))
    assert (await authorizing.distrust(redirect_uri=sent)).code == OAuthCode.INVALID_REQUEST


@pytest.mark.parametrize("client_id", [None, "nobody"])
async def test_OIDC_27_an_unknown_or_missing_client_is_an_error_page(
    authorizing: Authorizing, client_id: str | None
) -> None:
    assert (await authorizing.distrust(client_id=client_id)).code == OAuthCode.INVALID_REQUEST


async def test_OIDC_28_a_missing_response_type_is_told_to_the_application(
    authorizing: Authorizing,
) -> None:
    response = await authorizing.refusal(response_type=None)
    assert response.members["error"] == OAuthCode.INVALID_REQUEST
    assert response.members["state"] == STATE


@pytest.mark.parametrize("response_type", WITH_ID_TOKEN)
async def test_OIDC_29_an_id_token_from_here_needs_a_nonce(
    authorizing: Authorizing, response_type: str
) -> None:
    response = await authorizing.refusal(response_type=response_type, nonce=None)
    assert response.members["error"] == OAuthCode.INVALID_REQUEST


async def test_OIDC_29_a_code_needs_none(authorizing: Authorizing) -> None:
    assert "code" in (await authorizing.sign_on(nonce=None)).members


async def test_OIDC_30_without_a_session_nobody_is_asked_under_prompt_none(
    authorizing: Authorizing,
) -> None:
    response = await authorizing.refusal(prompt="none")
    assert response.members["error"] == OAuthCode.LOGIN_REQUIRED


async def test_OIDC_31_who_denies_is_heard() -> None:
    authorizing = await make_authorizing(make_relying_party(bypasses_approval=False))
    asked = await authorizing.check_password(await authorizing.ask())
    assert isinstance(asked, Turn)
    assert asked.flow.stage is Stage.APPROVAL
    denied = await authorizing.act(asked, "consent.deny", {})
    assert isinstance(denied, Answered)
    assert denied.response.members["error"] == OAuthCode.ACCESS_DENIED
    assert "code" not in denied.response.members


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("request", OAuthCode.REQUEST_NOT_SUPPORTED),
        ("request_uri", OAuthCode.REQUEST_URI_NOT_SUPPORTED),
        ("registration", OAuthCode.REGISTRATION_NOT_SUPPORTED),
    ],
)
async def test_OIDC_32_what_is_not_supported_is_not_passed_over(
    authorizing: Authorizing, name: str, code: OAuthCode
) -> None:
    assert (await authorizing.refusal(**{name: "x"})).members["error"] == code


@pytest.mark.parametrize("changes", BAD_REQUESTS, ids=str)
async def test_OIDC_34_an_error_has_registered_parameters_and_characters_only(
    authorizing: Authorizing, changes: dict[str, Any]
) -> None:
    members = (await authorizing.refusal(**changes)).members
    assert set(members) <= REGISTERED_ERROR_PARAMETERS
    assert NQSCHAR.fullmatch(str(members["error_description"]))


@pytest.mark.parametrize("response_type", sorted(EVERY_TYPE))
@pytest.mark.parametrize("is_good", [True, False])
async def test_OIDC_35_an_answer_stands_where_its_response_type_has_it(
    authorizing: Authorizing, response_type: str, is_good: bool
) -> None:
    if is_good:
        response = await authorizing.sign_on(response_type=response_type)
    else:
        response = await authorizing.refusal(response_type=response_type, prompt="none")
    expected = ResponseMode.FRAGMENT if "token" in response_type else ResponseMode.QUERY
    assert response.mode is expected
    mark = "#" if expected is ResponseMode.FRAGMENT else "?"
    assert answer_url(response).startswith(f"{REDIRECT_URI}{mark}")


async def test_OIDC_35_a_form_is_posted_where_that_is_asked_for(authorizing: Authorizing) -> None:
    refusal = await authorizing.refusal(response_mode="form_post", prompt="none")
    answer = await authorizing.sign_on(response_mode="form_post", response_type="id_token")
    assert refusal.mode is answer.mode is ResponseMode.FORM_POST


async def test_OIDC_36_the_issuer_parameter_is_the_issuer(authorizing: Authorizing) -> None:
    response = await authorizing.sign_on(response_type="code id_token")
    assert response.members["iss"] == claims_of(response)["iss"] == authorizing.env.issuer


async def test_OIDC_38_unknown_parameters_and_the_order_of_scopes_mean_nothing(
    authorizing: Authorizing,
) -> None:
    response = await authorizing.sign_on(extra="foobar", scope="profile openid")
    assert "code" in response.members


@pytest.mark.parametrize(
    "changes",
    [
        {"display": "page"},
        {"display": "popup"},
        {"ui_locales": "se"},
        {"claims_locales": "se"},
        {"login_hint": "joe"},
        {"login_hint": "nobody"},
        {"code_challenge": "x" * 5, "response_type": "id_token"},
    ],
    ids=str,
)
async def test_OIDC_39_hints_never_cause_errors(
    authorizing: Authorizing, changes: dict[str, Any]
) -> None:
    assert "error" not in (await authorizing.sign_on(**changes)).members


async def test_OIDC_39_a_login_hint_fills_the_name_in(authorizing: Authorizing) -> None:
    turn = await authorizing.ask(login_hint="jane")
    assert turn.view is not None
    assert turn.view.fields["username"] == "jane"


async def test_OIDC_41_prompt_login_asks_although_somebody_is_signed_on(
    authorizing: Authorizing,
) -> None:
    first = claims_of(await authorizing.sign_on(response_type="code id_token"))
    authorizing.flows.clock.advance(5)
    second = claims_of(await authorizing.sign_on(response_type="code id_token", prompt="login"))
    assert second["auth_time"] == first["auth_time"] + 5
    assert second["sub"] == first["sub"]


async def test_OIDC_41_select_account_lets_another_user_sign_on(authorizing: Authorizing) -> None:
    first = claims_of(await authorizing.sign_on(response_type="id_token"))
    second = claims_of(
        await authorizing.sign_on("jane", response_type="id_token", prompt="select_account")
    )
    assert first["sub"] != second["sub"]


@pytest.mark.parametrize("with_hint", [True, False])
async def test_OIDC_42_with_a_session_prompt_none_is_answered_without_asking(
    authorizing: Authorizing, with_hint: bool
) -> None:
    signed_on = await authorizing.sign_on(response_type="id_token")
    hint = str(signed_on.members["id_token"]) if with_hint else None
    authorizing.flows.clock.advance(400)
    again = await authorizing.answer(response_type="id_token", prompt="none", id_token_hint=hint)
    first, second = claims_of(signed_on), claims_of(again)
    for name in ("sub", "auth_time", "sid"):
        assert first[name] == second[name]


async def test_OIDC_42_a_hint_at_somebody_else_is_login_required(authorizing: Authorizing) -> None:
    joes = await authorizing.sign_on(response_type="id_token")
    await authorizing.sign_on("jane", prompt="login")
    hint = str(joes.members["id_token"])
    response = await authorizing.refusal(prompt="none", id_token_hint=hint)
    assert response.members["error"] == OAuthCode.LOGIN_REQUIRED


async def test_OIDC_42_a_hint_at_somebody_else_asks_for_that_one(authorizing: Authorizing) -> None:
    joes = await authorizing.sign_on(response_type="id_token")
    await authorizing.sign_on("jane", prompt="login")
    turn = await authorizing.ask(id_token_hint=str(joes.members["id_token"]))
    assert turn.view is not None
    assert turn.view.fields["username"] == "joe"
    answered = await authorizing.check_password(turn, "jane")
    assert isinstance(answered, Answered)
    assert answered.response.members["error"] == OAuthCode.LOGIN_REQUIRED
    assert "code" not in answered.response.members


async def test_OIDC_43_a_session_that_is_too_old_is_renewed(authorizing: Authorizing) -> None:
    first = claims_of(await authorizing.sign_on(response_type="id_token", max_age="15000"))
    authorizing.flows.clock.advance(2)
    second = claims_of(await authorizing.sign_on(response_type="id_token", max_age="1"))
    assert second["auth_time"] == first["auth_time"] + 2


async def test_OIDC_43_a_session_that_is_young_enough_is_not(authorizing: Authorizing) -> None:
    first = claims_of(await authorizing.sign_on(response_type="id_token", max_age="15000"))
    authorizing.flows.clock.advance(3000)
    second = claims_of(await authorizing.answer(response_type="id_token", max_age="10000"))
    assert second["auth_time"] == first["auth_time"]


@pytest.mark.parametrize("max_age", ["0", "1"])
async def test_OIDC_43_too_old_under_prompt_none_is_login_required(
    authorizing: Authorizing, max_age: str
) -> None:
    await authorizing.sign_on()
    authorizing.flows.clock.advance(2)
    response = await authorizing.refusal(prompt="none", max_age=max_age)
    assert response.members["error"] == OAuthCode.LOGIN_REQUIRED


async def test_OIDC_43_SEC_130_a_max_age_of_nothing_always_asks(authorizing: Authorizing) -> None:
    await authorizing.sign_on()
    assert (await authorizing.ask(max_age="0")).view is not None


async def test_OIDC_44_the_context_that_was_asked_for_is_the_one_in_the_id_token() -> None:
    policies = {
        key: Policy(key, StepNode("form"), f"urn:{key}") for key in ("default", "one", "two")
    }
    authorizing = await make_authorizing(policies=policies)
    for acr_values, acr in (("urn:two urn:one", "urn:two"), ("urn:x", "urn:default")):
        jar = BrowserJar()
        response = await authorizing.sign_on(
            browser=jar, response_type="id_token", acr_values=acr_values
        )
        assert claims_of(response)["acr"] == acr


async def test_OIDC_44_SEC_130_a_session_does_for_no_other_context() -> None:
    policies = {key: Policy(key, StepNode("form"), f"urn:{key}") for key in ("default", "two")}
    authorizing = await make_authorizing(policies=policies)
    await authorizing.sign_on()
    assert (await authorizing.ask(acr_values="urn:two")).flow.policy == "two"
    await authorizing.sign_on(acr_values="urn:two")
    response = await authorizing.answer(response_type="id_token", acr_values="urn:default")
    assert claims_of(response)["acr"] == "urn:default"


async def test_OIDC_44_no_wish_leads_past_a_clients_own_policy() -> None:
    policies = {key: Policy(key, StepNode("form"), f"urn:{key}") for key in ("default", "own")}
    authorizing = await make_authorizing(make_relying_party(policy="own"), policies=policies)
    assert (await authorizing.ask(acr_values="urn:default")).flow.policy == "own"


async def test_OIDC_44_an_essential_context_that_nothing_leads_to_is_refused(
    authorizing: Authorizing,
) -> None:
    wish = {"id_token": {"acr": {"essential": True, "values": ["urn:retina"]}}}
    response = await authorizing.refusal(claims=json.dumps(wish))
    assert response.members["error"] == OAuthCode.ACCESS_DENIED
    wish["id_token"]["acr"]["essential"] = False
    assert "code" in (await authorizing.sign_on(claims=json.dumps(wish))).members


async def test_OIDC_45_a_claim_that_is_asked_for_stands_in_the_id_token() -> None:
    authorizing = await make_authorizing()
    claims = json.dumps({"id_token": {"email": {"essential": True}, "shoe_size": None}})
    response = await authorizing.sign_on(
        response_type="code id_token", scope="openid", claims=claims
    )
    assert claims_of(response)["email"].endswith("@example.com")
    assert "shoe_size" not in claims_of(response)


async def test_OIDC_45_a_user_who_is_asked_for_and_does_not_come_gets_nothing(
    authorizing: Authorizing,
) -> None:
    wish = json.dumps({"id_token": {"sub": {"value": "somebody else"}}})
    response = await authorizing.sign_on(claims=wish)
    assert response.members["error"] == OAuthCode.LOGIN_REQUIRED


async def test_consent_that_is_needed_is_no_question_under_prompt_none() -> None:
    authorizing = await make_authorizing(
        make_relying_party("app"), make_relying_party("other", bypasses_approval=False)
    )
    await authorizing.sign_on()
    response = await authorizing.refusal(client_id="other", prompt="none")
    assert response.members["error"] == OAuthCode.CONSENT_REQUIRED


async def test_consent_that_was_remembered_does_for_prompt_none() -> None:
    authorizing = await make_authorizing(make_relying_party(bypasses_approval=False))
    asked = await authorizing.check_password(await authorizing.ask())
    assert isinstance(asked, Turn)
    await authorizing.act(asked, "consent.approve", {"rememberMyDecision": True})
    assert "code" in (await authorizing.answer(prompt="none")).members
    wider = await authorizing.refusal(prompt="none", scope="openid profile email")
    assert wider.members["error"] == OAuthCode.CONSENT_REQUIRED


async def test_the_response_type_none_gives_nothing_but_the_state(
    authorizing: Authorizing,
) -> None:
    response = await authorizing.sign_on(response_type="none")
    assert response.members == {"state": STATE, "iss": authorizing.env.issuer}


async def test_a_request_without_a_state_gets_none_back(authorizing: Authorizing) -> None:
    assert "state" not in (await authorizing.sign_on(state=None)).members
    assert "state" not in (await authorizing.refusal(state=None, prompt="x")).members


@pytest.mark.parametrize("response_type", sorted(EVERY_TYPE))
async def test_an_answer_has_what_its_response_type_says(
    authorizing: Authorizing, response_type: str
) -> None:
    response: AuthorizationResponse = await authorizing.sign_on(response_type=response_type)
    parts = set(response_type.split(" ")) - {"none"}
    expected = {{"token": "access_token"}.get(part, part) for part in parts}
    assert {"code", "access_token", "id_token"} & set(response.members) == expected
    assert ("expires_in" in response.members) is ("token" in parts)
    assert not response.is_error
