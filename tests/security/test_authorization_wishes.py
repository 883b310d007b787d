"""What an attacker does not get by how users are to be signed on, or by stripping a proof key."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.errors import OAuthCode
from ostiary.core.model.client import PKCE
from ostiary.core.oauth.authorization_response import RedirectableError
from tests.support.authorization_requests import make_reading_environment, refused, settled, tried
from tests.support.authorizing import CHALLENGE

ENV = make_reading_environment()
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
LOOSE: dict[str, Any] = {"code_challenge": None, "code_challenge_method": None}


@given(TEXT)
def test_SEC_26_a_prompt_is_a_known_one_or_refused(prompt: str) -> None:
    known = {"none", "login", "consent", "select_account"}
    words = {word for word in prompt.split(" ") if word}
    if words <= known and not ("none" in words and len(words) > 1):
        assert set(settled(ENV, prompt=prompt).prompts) == words
    else:
        assert refused(ENV, prompt=prompt).code == OAuthCode.INVALID_REQUEST


@given(st.integers() | TEXT)
def test_SEC_26_a_max_age_is_sensible_or_refused(value: int | str) -> None:
    text = str(value)
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= 315_360_000:
        assert settled(ENV, max_age=text).max_age == int(text)
    elif text:
        assert refused(ENV, max_age=text).code == OAuthCode.INVALID_REQUEST


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(["userinfo", "id_token", "x"]), JSON_VALUES))
def test_SEC_26_claims_are_read_or_refused_and_never_a_failure(value: Any) -> None:
    text = json.dumps(value)
    outcome = tried(ENV, claims=text)
    if isinstance(outcome, RedirectableError):
        assert outcome.code == OAuthCode.INVALID_REQUEST
        return
    asked = [value.get(place) or {} for place in ("userinfo", "id_token")]
    found = {*outcome.claims.userinfo, *outcome.claims.id_token}
    assert found <= {name for each in asked for name in each}


@pytest.mark.parametrize("depth", [33, 1000])
def test_SEC_26_deep_claims_are_refused(depth: int) -> None:
    deep = '{"id_token": {"name": {"x": ' + "[" * depth + "]" * depth + "}}}"
    assert refused(ENV, claims=deep).code == OAuthCode.INVALID_REQUEST


@pytest.mark.parametrize("scope", ["openid admin", "admin", "openid  profile", "openid\tprofile"])
def test_SEC_28_a_scope_that_is_not_the_clients_is_refused(scope: str) -> None:
    assert refused(ENV, scope=scope).code == OAuthCode.INVALID_SCOPE


@pytest.mark.parametrize("method", ["s256", "S256 ", "SHA256", "none", "S512"])
@pytest.mark.parametrize("pkce", list(PKCE))
def test_SEC_36_an_unknown_challenge_method_is_refused(method: str, pkce: PKCE) -> None:
    env = make_reading_environment(pkce=pkce)
    assert refused(env, code_challenge_method=method).code == OAuthCode.INVALID_REQUEST


@pytest.mark.parametrize("method", [None, "plain"])
@pytest.mark.parametrize("pkce", [PKCE.REQUIRED, PKCE.OPTIONAL])
def test_SEC_36_plain_is_refused_said_or_left_unsaid(method: str | None, pkce: PKCE) -> None:
    env = make_reading_environment(pkce=pkce)
    assert refused(env, code_challenge_method=method).code == OAuthCode.INVALID_REQUEST


@pytest.mark.parametrize("method", [None, "plain"])
def test_SEC_36_plain_is_for_a_client_that_has_it_switched_on(method: str | None) -> None:
    request = settled(make_reading_environment(pkce=PKCE.PLAIN), code_challenge_method=method)
    assert request.code_challenge_method == "plain"


@given(TEXT | st.text("ABCdef012-_", min_size=40, max_size=46))
def test_SEC_37_a_challenge_is_a_digest_or_refused(challenge: str) -> None:
    is_one = len(challenge) == 43 and set(challenge) <= set("ABCdef012-_")
    outcome = tried(ENV, code_challenge=challenge or "-")
    if isinstance(outcome, RedirectableError):
        assert outcome.code == OAuthCode.INVALID_REQUEST
    else:
        assert is_one


@pytest.mark.parametrize(
    "challenge",
    [
        CHALLENGE[:-1],
        f"{CHALLENGE}A",
        f"{CHALLENGE}=",
        CHALLENGE.replace("-", "+"),
        f"{CHALLENGE[:-1]}N",
    ],
)
def test_SEC_37_a_challenge_of_another_form_is_refused(challenge: str) -> None:
    assert refused(ENV, code_challenge=challenge).code == OAuthCode.INVALID_REQUEST


@pytest.mark.parametrize("challenge", ["a" * 42, "a" * 129, "a" * 42 + "+"])
def test_SEC_37_a_plain_challenge_is_as_long_as_a_verifier(challenge: str) -> None:
    env = make_reading_environment(pkce=PKCE.PLAIN)
    error = refused(env, code_challenge=challenge, code_challenge_method="plain")
    assert error.code == OAuthCode.INVALID_REQUEST


@pytest.mark.parametrize("response_type", ["code", "code token", "code id_token token"])
def test_SEC_38_a_request_whose_challenge_was_stripped_is_refused(response_type: str) -> None:
    for changes in (LOOSE, {"code_challenge": None}, {"code_challenge": ""}):
        error = refused(ENV, response_type=response_type, **changes)
        assert error.code == OAuthCode.INVALID_REQUEST


def test_SEC_38_who_need_not_send_one_is_held_to_a_method_without_a_challenge() -> None:
    env = make_reading_environment(pkce=PKCE.OPTIONAL)
    assert settled(env, **LOOSE).code_challenge is None
    assert refused(env, code_challenge=None).code == OAuthCode.INVALID_REQUEST
