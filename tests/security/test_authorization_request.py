"""What an attacker does not get from the authorization endpoint."""

from itertools import product
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.ids import FlowId
from ostiary.core.base.params import Params
from ostiary.core.flow.errors import FlowRefusedError
from ostiary.core.model.audit.tokens import AuthorizationAnswered, RequestRefused, UserTokenIssued
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.oauth.answers import distrust
from ostiary.core.oauth.authorization_request import is_redirectless
from ostiary.core.oauth.authorization_response import (
    AuthorizationResponse,
    RedirectableError,
    UntrustedRequestError,
)
from ostiary.core.oauth.authorize import Answered
from ostiary.core.oauth.checks.trust import MAX_ECHOED_BYTES
from ostiary.core.oauth.response_modes import answer_url
from ostiary.core.oauth.response_types import parse_response_type
from tests.support.authorization_requests import (
    distrusted,
    make_reading_environment,
    refused,
    settled,
    tried,
)
from tests.support.authorizing import (
    EVERY_TYPE,
    Authorizing,
    make_authorizing,
    make_params,
    make_relying_party,
)
from tests.support.flows import REDIRECT_URI, BrowserJar

pytestmark = pytest.mark.anyio

ENV = make_reading_environment()
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
OTHER_URI = "https://app.example.com/other"
GOOD = {"client_id": "app", "redirect_uri": REDIRECT_URI, "response_type": "code", "state": "x"}


async def test_SEC_1_an_unregistered_redirect_uri_gets_no_redirect_and_an_event() -> None:
    authorizing = await make_authorizing()
    error = await authorizing.distrust(redirect_uri="https://evil.com/cb")
    assert error.code == OAuthCode.INVALID_REQUEST
    assert not isinstance(error, RedirectableError)
    (event,) = authorizing.flows.emitted(RequestRefused)
    assert isinstance(event, RequestRefused)
    assert (event.endpoint, event.claimed) == ("authorize", "app")
    assert event.reason == "redirect_uri is not registered"


@pytest.mark.parametrize(
    "uri", [f"{REDIRECT_URI}?a=b", f"{REDIRECT_URI}?", f"{REDIRECT_URI}#", f"{REDIRECT_URI}/"]
)
def test_SEC_2_a_registered_uri_with_more_is_another_one(uri: str) -> None:
    assert "redirect_uri" in distrusted(ENV, redirect_uri=uri).description


def test_SEC_8_a_fragment_is_refused_in_a_request() -> None:
    assert "redirect_uri" in distrusted(ENV, redirect_uri=f"{REDIRECT_URI}#x").description


@pytest.mark.parametrize("scope", ["openid", "profile", None])
def test_SEC_11_of_several_redirect_uris_one_must_be_named(scope: str | None) -> None:
    env = make_reading_environment(redirect_uris=(REDIRECT_URI, OTHER_URI))
    assert "redirect_uri" in distrusted(env, redirect_uri=None, scope=scope).description


def test_SEC_11_a_request_for_sign_on_names_even_the_only_one() -> None:
    assert "redirect_uri" in distrusted(ENV, redirect_uri=None).description


@given(st.sampled_from(sorted(GOOD)), TEXT.filter(bool))
def test_SEC_12_a_repeated_parameter_never_leads_to_a_redirect(name: str, value: str) -> None:
    pairs = [*GOOD.items(), (name, value)]
    with pytest.raises(OAuthError) as caught:
        Params.from_pairs(pairs)
    for wants_json in (True, False):
        error = distrust(caught.value, is_redirectless=wants_json)
        assert isinstance(error, UntrustedRequestError)
        assert (error.code, error.is_redirectless) == (OAuthCode.INVALID_REQUEST, wants_json)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody", "prompt": "none"},
        {"redirect_uri": "https://evil.com/", "prompt": "none"},
        {"redirect_uri": "https://evil.com/", "response_type": "nonsense"},
        {"redirect_uri": "https://evil.com/", "scope": "nonsense"},
        {"redirect_uri": "//evil.com/", "request": "x"},
    ],
)
def test_SEC_14_no_error_leads_to_a_place_that_nobody_registered(changes: dict[str, Any]) -> None:
    assert distrusted(ENV, **changes).code == OAuthCode.INVALID_REQUEST


@given(TEXT, st.sampled_from(["prompt", "scope", "response_type", "claims", "max_age"]))
def test_SEC_14_a_refusal_goes_to_the_registered_uri_or_nowhere(value: str, name: str) -> None:
    outcome = tried(ENV, **{name: value})
    told = outcome.response if isinstance(outcome, RedirectableError) else outcome
    assert told.redirect_uri == REDIRECT_URI


@pytest.mark.parametrize("response_type", sorted(EVERY_TYPE - {"code"}))
def test_SEC_16_a_response_type_that_the_client_does_not_have_is_refused(
    response_type: str,
) -> None:
    env = make_reading_environment(response_types=frozenset({"code"}))
    assert refused(env, response_type=response_type).code == OAuthCode.UNAUTHORIZED_CLIENT


@pytest.mark.parametrize("finishes", [True, False])
async def test_SEC_16_what_was_taken_from_a_client_meanwhile_is_not_issued(finishes: bool) -> None:
    authorizing = await make_authorizing()
    turn = await authorizing.ask(response_type="code token")
    authorizing.change_client(response_types=frozenset({"code"}))
    response = await _finished(authorizing, turn.flow.id, finishes=finishes)
    assert response.members["error"] == OAuthCode.UNAUTHORIZED_CLIENT
    assert not {"code", "access_token"} & set(response.members)
    assert authorizing.flows.emitted(UserTokenIssued) == []
    assert authorizing.flows.emitted(AuthorizationAnswered) == []


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uris": (OTHER_URI,)}, {"redirect_uris": ()}],
)
@pytest.mark.parametrize("finishes", [True, False])
async def test_SEC_16_a_uri_that_was_taken_out_meanwhile_gets_nothing(
    changes: dict[str, Any], finishes: bool
) -> None:
    authorizing = await make_authorizing()
    turn = await authorizing.ask()
    authorizing.change_client(**changes)
    with pytest.raises(UntrustedRequestError):
        await _finished(authorizing, turn.flow.id, finishes=finishes)
    assert authorizing.flows.emitted(AuthorizationAnswered) == []


async def test_SEC_16_a_client_that_was_disabled_meanwhile_gets_nothing() -> None:
    authorizing = await make_authorizing()
    turn = await authorizing.ask()
    kept = await authorizing.check_password(turn, finishes=False)
    assert not isinstance(kept, Answered)
    finished = await authorizing.authorize.look(
        authorizing.env, turn.flow.id, authorizing.browser.shows()
    )
    authorizing.change_client(enabled=False)
    with pytest.raises(UntrustedRequestError):
        await authorizing.authorize.resume(authorizing.env, finished, authorizing.browser.shows())
    assert authorizing.flows.emitted(AuthorizationAnswered) == []


@pytest.mark.parametrize(
    ("response_type", "mode"), list(product(sorted(EVERY_TYPE), [None, *map(str, ResponseMode)]))
)
def test_SEC_17_no_token_ever_stands_in_a_query(response_type: str, mode: str | None) -> None:
    env = make_reading_environment(is_redirectless=True)
    carries_tokens = "token" in response_type
    outcome = tried(env, response_type=response_type, response_mode=mode)
    if isinstance(outcome, RedirectableError):
        settled_as = outcome.response.mode
    else:
        settled_as = outcome.response_mode
    assert isinstance(outcome, RedirectableError) is (carries_tokens and mode == "query")
    assert not (carries_tokens and settled_as is ResponseMode.QUERY)


REDIRECTING = ("form_post", "fragment", "query")


@pytest.mark.parametrize(("allowed", "asked"), list(product(REDIRECTING, [None, *REDIRECTING])))
def test_SEC_17_a_request_chooses_no_way_that_is_not_the_clients(
    allowed: str, asked: str | None
) -> None:
    env = make_reading_environment(response_modes=frozenset({allowed}))
    outcome = tried(env, response_mode=asked)
    if (asked or "query") == allowed:
        assert not isinstance(outcome, RedirectableError)
        assert outcome.response_mode == allowed
    else:
        assert isinstance(outcome, RedirectableError)
        assert outcome.response.members["error"] == "invalid_request"


@given(TEXT, TEXT, st.sampled_from([ResponseMode.QUERY, ResponseMode.FRAGMENT]))
def test_SEC_19_nothing_of_a_request_ends_the_header_that_it_is_echoed_in(
    state: str, description: str, mode: ResponseMode
) -> None:
    members = {"error": "invalid_request", "error_description": description, "state": state}
    url = answer_url(AuthorizationResponse(mode, f"{REDIRECT_URI}?a=b", members))
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url
    carrier = urlsplit(url).query if mode is ResponseMode.QUERY else urlsplit(url).fragment
    read = dict(parse_qsl(carrier, keep_blank_values=True, strict_parsing=True))
    assert {**members, "a": "b"} == {"a": "b", **read}


@pytest.mark.parametrize("name", ["state", "nonce", "scope"])
def test_SEC_20_two_kibibytes_are_taken_and_one_byte_more_is_not(name: str) -> None:
    long = "ä" * (MAX_ECHOED_BYTES // 2)
    error = distrusted(ENV, **{name: f"{long}x"})
    assert error.code == OAuthCode.INVALID_REQUEST
    if name == "scope":
        assert refused(ENV, scope=long).code == OAuthCode.INVALID_SCOPE
    else:
        changes: dict[str, Any] = {name: long}
        assert getattr(settled(ENV, **changes), name) == long


async def test_SEC_21_every_answer_says_who_gives_it() -> None:
    authorizing = await make_authorizing()
    refusal = await authorizing.refusal(prompt="none")
    answer = await authorizing.sign_on()
    for response in (refusal, answer):
        assert response.members["iss"] == authorizing.env.issuer


async def test_SEC_21_unless_the_client_cannot_read_that() -> None:
    authorizing = await make_authorizing(make_relying_party(sends_issuer=False))
    assert "iss" not in (await authorizing.refusal(prompt="none")).members
    assert "iss" not in (await authorizing.sign_on()).members


async def test_SEC_28_scopes_that_were_taken_from_a_client_meanwhile_are_not_issued() -> None:
    authorizing = await make_authorizing()
    turn = await authorizing.ask(scope="openid email")
    authorizing.change_client(scopes=frozenset({"openid"}))
    response = await _finished(authorizing, turn.flow.id, finishes=True)
    assert response.members["error"] == OAuthCode.INVALID_SCOPE
    assert "code" not in response.members


async def test_SEC_124_a_finished_flow_is_answered_once() -> None:
    authorizing = await make_authorizing()
    turn = await authorizing.ask()
    await authorizing.check_password(turn, finishes=False)
    shown = authorizing.browser.shows()
    found = await authorizing.authorize.look(authorizing.env, turn.flow.id, shown)
    await authorizing.authorize.resume(authorizing.env, found, shown)
    with pytest.raises(FlowRefusedError):
        await authorizing.authorize.resume(authorizing.env, found, shown)
    with pytest.raises(FlowRefusedError):
        await authorizing.authorize.look(authorizing.env, turn.flow.id, shown)
    assert len(authorizing.flows.emitted(AuthorizationAnswered)) == 1


async def test_SEC_124_another_browser_cannot_fetch_the_answer() -> None:
    authorizing = await make_authorizing()
    turn = await authorizing.ask()
    await authorizing.check_password(turn, finishes=False)
    thief = BrowserJar(kept={"cookie": "A" * 22})
    with pytest.raises(FlowRefusedError):
        await authorizing.authorize.look(authorizing.env, turn.flow.id, thief.shows())


def test_a_request_says_whether_its_refusal_is_to_be_json() -> None:
    assert is_redirectless(make_params(response_mode="pi.flow"))
    assert not is_redirectless(make_params(response_mode="PI.FLOW"))


def test_the_parts_of_a_response_type_are_known_or_nothing_is() -> None:
    assert {parse_response_type(text) for text in ("", "code code", "code x")} == {None}


async def _finished(
    authorizing: Authorizing, flow_id: str, *, finishes: bool
) -> AuthorizationResponse:
    """Sign on in a flow, and return the answer that its end or its resumption gives."""
    shown = authorizing.browser.shows()
    turn = await authorizing.authorize.look(authorizing.env, FlowId(flow_id), shown)
    outcome = await authorizing.check_password(turn, finishes=finishes)
    if isinstance(outcome, Answered):
        return outcome.response
    shown = authorizing.browser.shows()
    finished = await authorizing.authorize.look(authorizing.env, FlowId(flow_id), shown)
    return (await authorizing.authorize.resume(authorizing.env, finished, shown)).response
