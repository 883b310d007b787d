"""Authorization requests: what each of their parts is settled to."""

import json
from typing import Any

import pytest

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.uris import MAX_URI_CHARACTERS
from ostiary.core.model.authorization_request import ClaimsRequest, ClaimWish, ResponseMode
from ostiary.core.model.resource import Resource
from ostiary.core.oauth.authorization_request import check_request
from ostiary.core.oauth.checks.asked import RequestExtensions
from ostiary.core.oauth.checks.claims import MAX_CLAIMS, MAX_VALUES
from ostiary.core.oauth.checks.response import check_allowed_types
from ostiary.core.oauth.checks.wishes import MAX_AGE_SECONDS, MAX_WORDS
from ostiary.core.tokens.targets import TokenTarget
from tests.support.authorization_requests import (
    distrusted,
    make_reading_environment,
    refused,
    settled,
)
from tests.support.authorizing import CHALLENGE, NONCE, STATE, make_issuing_environment, make_params
from tests.support.flows import REDIRECT_URI
from tests.support.tenants import make_client, make_manager

ENV = make_reading_environment()
REDIRECTLESS = make_reading_environment(is_redirectless=True, redirect_uris=())


def test_a_good_request_is_settled_as_it_was_meant() -> None:
    request = settled(ENV)
    assert request.client_id == "app"
    assert request.redirect_uri == REDIRECT_URI
    assert request.is_redirect_uri_sent
    assert request.response_types == ("code",)
    assert request.response_mode is ResponseMode.QUERY
    assert request.scopes.names == ("openid", "profile")
    assert (request.state, request.nonce) == (STATE, NONCE)
    assert (request.code_challenge, request.code_challenge_method) == (CHALLENGE, "S256")


@pytest.mark.parametrize("client_id", [None, "", "nobody", "APP", "app "])
def test_who_is_unknown_is_not_trusted(client_id: str | None) -> None:
    assert distrusted(ENV, client_id=client_id).code == OAuthCode.INVALID_REQUEST


def test_unknown_and_disabled_clients_are_told_the_same() -> None:
    disabled = make_reading_environment(enabled=False)
    unknown = distrusted(ENV, client_id="nobody")
    assert distrusted(disabled).description == unknown.description
    assert distrusted(disabled).detail["reason"] != unknown.detail["reason"]


def test_plain_oauth_may_leave_the_only_redirect_uri_out() -> None:
    request = settled(ENV, redirect_uri=None, scope="profile")
    assert request.redirect_uri == REDIRECT_URI
    assert not request.is_redirect_uri_sent


def test_default_scopes_with_openid_make_it_a_request_for_sign_on() -> None:
    scopes = settled(ENV, scope="openid").scopes
    env = make_reading_environment(default_scopes=scopes)
    assert distrusted(env, redirect_uri=None, scope=None).description == (
        "The parameter redirect_uri is missing."
    )


def test_S3_5_without_a_redirect_uri_a_browser_gets_an_error_page() -> None:
    assert not distrusted(REDIRECTLESS, redirect_uri=None, scope="profile").is_redirectless


def test_S3_10_the_answer_without_redirect_needs_no_redirect_uri() -> None:
    left_out = ("redirect_uri", "state", "nonce", "scope", "code_challenge")
    absent: dict[str, Any] = dict.fromkeys((*left_out, "code_challenge_method"))
    request = settled(REDIRECTLESS, **absent, response_type="token", response_mode="pi.flow")
    assert request.is_redirectless
    assert request.redirect_uri is None
    assert request.scopes.names == ("read",)


def test_S3_4_who_may_not_ask_without_redirect_is_told_so() -> None:
    error = refused(ENV, response_mode="pi.flow", redirect_uri=None)
    assert error.code == OAuthCode.UNAUTHORIZED_CLIENT
    assert error.response.mode is ResponseMode.PI_FLOW


def test_a_redirect_uri_beside_pi_flow_must_be_registered_all_the_same() -> None:
    assert distrusted(REDIRECTLESS, response_mode="pi.flow").is_redirectless


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ("code", ("code",)),
        ("id_token code", ("code", "id_token")),
        ("token code id_token", ("code", "id_token", "token")),
        ("none", ("none",)),
    ],
)
def test_the_order_within_a_response_type_means_nothing(asked: str, parts: tuple[str, ...]) -> None:
    assert settled(ENV, response_type=asked).response_types == parts


@pytest.mark.parametrize(
    "asked", ["Code", "code code", "code none", "device", "code  token", " code", "code,token"]
)
def test_what_is_no_response_type_is_unsupported(asked: str) -> None:
    assert refused(ENV, response_type=asked).code == OAuthCode.UNSUPPORTED_RESPONSE_TYPE


@pytest.mark.parametrize("mode", ["QUERY", "jwt", "query.jwt", "web_message", "pi.flow.jwt"])
def test_an_unknown_response_mode_is_refused_where_the_type_would_be_answered(mode: str) -> None:
    error = refused(ENV, response_mode=mode, response_type="code token")
    assert error.code == OAuthCode.INVALID_REQUEST
    assert error.response.mode is ResponseMode.FRAGMENT


def test_a_page_does_not_post_to_a_private_scheme() -> None:
    env = make_reading_environment(redirect_uris=("com.example.app:/cb",))
    error = refused(env, redirect_uri="com.example.app:/cb", response_mode="form_post")
    assert error.response.mode is ResponseMode.QUERY


def test_nothing_is_narrowed_silently() -> None:
    error = refused(ENV, scope="openid admin")
    assert error.code == OAuthCode.INVALID_SCOPE


def test_an_id_token_needs_the_scope_openid() -> None:
    error = refused(ENV, response_type="id_token", scope="profile")
    assert error.code == OAuthCode.INVALID_REQUEST


@pytest.mark.parametrize("response_type", ["token", "id_token token", "none"])
def test_a_challenge_means_nothing_without_a_code(response_type: str) -> None:
    assert settled(ENV, response_type=response_type, code_challenge="x").code_challenge is None


@pytest.mark.parametrize("prompt", ["none login", "create", "Login", "login,consent", "none none2"])
def test_a_prompt_that_is_unknown_or_contradicts_itself_is_refused(prompt: str) -> None:
    assert refused(ENV, prompt=prompt).code == OAuthCode.INVALID_REQUEST


def test_prompts_are_taken_once_each() -> None:
    assert settled(ENV, prompt="login consent login").prompts == ("login", "consent")


@pytest.mark.parametrize(
    "text",
    ["-1", "+1", "1.5", " 1", "1e3", "\u0661", "0x1", "soon", str(MAX_AGE_SECONDS + 1), "9" * 30],
)
def test_a_max_age_that_is_no_sensible_number_is_refused(text: str) -> None:
    assert refused(ENV, max_age=text).code == OAuthCode.INVALID_REQUEST


@pytest.mark.parametrize("seconds", [0, 1, MAX_AGE_SECONDS])
def test_a_max_age_is_a_number_of_seconds(seconds: int) -> None:
    assert settled(ENV, max_age=str(seconds)).max_age == seconds


def test_hints_that_make_no_sense_are_passed_over() -> None:
    request = settled(
        ENV,
        login_hint="x" * 257,
        ui_locales="de-CH se _ xx-" + "y" * 20,
        acr_values="a  b a " + "c" * 257,
        display="hologram",
        claims_locales="??",
    )
    assert request.login_hint is None
    assert request.ui_locales == ("de-CH", "se")
    assert request.acr_values == ("a", "b")


def test_lists_of_wishes_have_an_end() -> None:
    many = " ".join(f"xx-w{number}" for number in range(100))
    request = settled(ENV, acr_values=many, ui_locales=many)
    assert len(request.acr_values) == MAX_WORDS
    assert len(request.ui_locales) == MAX_WORDS


def test_claims_are_settled_by_place_and_name() -> None:
    text = """{"userinfo": {"name": {"essential": true}, "email": null, "shoe_size": null},
        "id_token": {"acr": {"values": ["a", "b"]}, "auth_time": {"essential": true, "x": 1}},
        "elsewhere": 1}"""
    request = settled(ENV, claims=text, acr_values="c b")
    assert request.claims == ClaimsRequest(
        userinfo={"name": ClaimWish(essential=True), "email": ClaimWish()},
        id_token={"acr": ClaimWish(values=("a", "b")), "auth_time": ClaimWish(essential=True)},
    )
    assert request.acr_values == ("a", "b", "c")


def test_claims_that_an_administrator_has_made_may_be_asked_for() -> None:
    env = make_issuing_environment(
        scope_claims={"company": ("cost_center",)}, claim_attributes={"badge": "badgeNumber"}
    )
    text = '{"userinfo": {"cost_center": null, "badge": null, "badgeNumber": null}}'
    assert sorted(settled(env, claims=text).claims.userinfo) == ["badge", "cost_center"]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "{",
        '{"id_token": []}',
        '{"id_token": {"name": 1}}',
        '{"id_token": {"name": {"essential": "yes"}}}',
        '{"id_token": {"name": {"values": "x"}}}',
        '{"id_token": {"acr": {"value": NaN}}}',
        '{"id_token": {}, "id_token": {}}',
        "{" + " " * 5000 + "}",
        json.dumps({"id_token": {"acr": {"values": ["1"] * (MAX_VALUES + 1)}}}),
        json.dumps({"id_token": {f"c{number}": None for number in range(MAX_CLAIMS + 1)}}),
    ],
)
def test_claims_of_another_form_are_refused(text: str) -> None:
    assert refused(ENV, claims=text).code == OAuthCode.INVALID_REQUEST


def test_a_wish_for_one_user_is_a_hint_at_that_user() -> None:
    request = settled(ENV, claims='{"id_token": {"sub": {"value": "u1"}}}')
    assert request.hinted_subject == "u1"


def test_values_that_no_claim_has_are_passed_over() -> None:
    text = json.dumps({"id_token": {"acr": {"values": [{"a": 1}, ["b"], None, 10**40, "c"]}}})
    assert settled(ENV, claims=text).claims.id_token["acr"].values == ("c",)


def test_a_named_manager_must_be_open_to_the_client() -> None:
    extensions = RequestExtensions(target=TokenTarget("other"))
    assert refused(ENV, extensions).code == OAuthCode.INVALID_TARGET


def test_a_resource_chooses_manager_and_audience() -> None:
    manager = make_manager("default", resources=("https://api.example.com",))
    env = make_issuing_environment(token_managers={manager.id: manager})
    request = settled(env, resource="https://api.example.com/orders")
    assert request.manager_id == "default"
    assert request.resources == ("https://api.example.com/orders",)
    assert refused(env, resource="https://elsewhere.example").code == OAuthCode.INVALID_TARGET


def test_a_scope_of_another_resource_is_refused_at_once() -> None:
    orders = Resource("r1", "orders", "https://orders.example.com", frozenset({"email"}))
    bills = Resource("r2", "bills", "https://bills.example.com", frozenset({"profile"}))
    env = make_issuing_environment(resources=(orders, bills))
    error = refused(env, resource=bills.audience, scope="openid email")
    assert error.code == OAuthCode.INVALID_SCOPE


def test_without_a_target_the_choice_is_left_open() -> None:
    request = settled(ENV)
    assert request.manager_id is None
    assert request.resources == ()


def test_a_step_must_be_one_that_is_configured() -> None:
    assert settled(ENV, RequestExtensions(step="form")).step == "form"
    assert refused(ENV, RequestExtensions(step="ghost")).code == OAuthCode.INVALID_REQUEST


def test_partners_of_the_server_are_refused_by_name() -> None:
    assert refused(ENV, RequestExtensions(names_partner=True)).code == OAuthCode.INVALID_REQUEST


def test_checks_before_trust_come_first_whatever_else_is_wrong() -> None:
    everything: dict[str, Any] = {"response_type": "x", "scope": "x", "prompt": "x", "request": "x"}
    error = distrusted(ENV, redirect_uri="https://evil.com/", **everything)
    assert "redirect_uri" in error.description
    assert refused(ENV, **everything).code == OAuthCode.UNSUPPORTED_RESPONSE_TYPE


def test_empty_parameters_count_as_absent() -> None:
    empty = make_params(state="", nonce="", prompt="", claims="", max_age="", acr_values="")
    request = check_request(ENV, empty)
    assert (request.state, request.nonce, request.prompts, request.max_age) == (
        None,
        None,
        (),
        None,
    )


def test_a_redirect_uri_beyond_every_length_is_not_registered() -> None:
    error = distrusted(ENV, redirect_uri=REDIRECT_URI + "a" * MAX_URI_CHARACTERS)
    assert "redirect_uri" in error.description


@pytest.mark.parametrize("types", [("token",), ("code", "token"), ("id_token", "token")])
def test_a_bound_token_never_comes_by_a_browser(types: tuple[str, ...]) -> None:
    allowed = frozenset({"code", " ".join(types)})
    bound = make_client("c", binds_tokens=True, response_types=allowed)
    with pytest.raises(OAuthError) as refusal:
        check_allowed_types(bound, types)
    assert refusal.value.code == "unauthorized_client"
    check_allowed_types(bound, ("code",))
    check_allowed_types(make_client("c", response_types=allowed), types)
