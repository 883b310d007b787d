"""New tokens for a person's old ones."""

from typing import Any

import pytest

from ostiary_client.errors import (
    InvalidTokenError,
    OAuthError,
    SignOnRequiredError,
    TimedOutError,
)
from ostiary_client.protocol.retry import RetryPolicy
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.verification.id_token import half_hash
from tests.support.conversation import Conversation, error_answer
from tests.support.played_issuer import NOW
from tests.support.sign_on_play import (
    ACCESS_TOKEN,
    ISSUER,
    form_of,
    id_token,
    keys,
    people,
    tokens_answer,
)

CLAIMS = {"iss": ISSUER, "sub": "joe", "aud": "app", "auth_time": NOW - 50, "nonce": "n"}
OLD = TokenSet("old", "old-refresh", "old-id", NOW - 10, ("openid", "email"), claims=CLAIMS)


def refreshed(
    token: str | None, *, scopes: str | None = None, old: TokenSet = OLD, **members: Any
) -> TokenSet:
    answers = (tokens_answer(token, **members), *((keys(),) if token else ()))
    return Conversation(*answers).hold(people().refresh(old, scopes))


def test_the_new_tokens_take_the_place_of_the_old() -> None:
    conversation = Conversation(tokens_answer(id_token(None), refresh_token="new-refresh"), keys())
    tokens = conversation.hold(people().refresh(OLD))

    assert form_of(conversation.requests[0]) == {
        "grant_type": "refresh_token",
        "refresh_token": "old-refresh",
        "client_id": "app",
    }
    assert (tokens.access_token, tokens.refresh_token) == (ACCESS_TOKEN, "new-refresh")
    assert (tokens.expires_at, tokens.scopes) == (NOW + 3600, ("openid", "email"))
    assert tokens.claims["exp"] == NOW + 300


def test_what_the_server_does_not_replace_stays() -> None:
    tokens = refreshed(None, refresh_token=None)

    assert (tokens.refresh_token, tokens.id_token) == ("old-refresh", "old-id")
    assert tokens.subject == "joe"


def test_fewer_scopes_can_be_asked_for() -> None:
    conversation = Conversation(tokens_answer(None))
    tokens = conversation.hold(people().refresh(OLD, "email"))

    assert form_of(conversation.requests[0])["scope"] == "email"
    assert tokens.scopes == ("email",)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"iss": "https://evil.example"}, id="another issuer"),
        pytest.param({"sub": "mallory"}, id="somebody else"),
        pytest.param({"aud": "other"}, id="another application"),
        pytest.param({"azp": "app"}, id="an azp that was not there"),
        pytest.param({"auth_time": NOW - 10}, id="another sign-on"),
        pytest.param({"nonce": "another"}, id="another nonce"),
        pytest.param({"exp": NOW - 31}, id="expired"),
        pytest.param({"at_hash": half_hash("another", "ES256")}, id="another access token"),
    ],
)
def test_SEC_265_an_id_token_of_somebody_else_is_refused(changes: dict[str, Any]) -> None:
    claims = {"auth_time": NOW - 50, **changes}
    nonce = claims.pop("nonce", None)

    with pytest.raises(InvalidTokenError):
        refreshed(id_token(nonce, **claims))


def test_all_old_audiences_must_be_among_the_new() -> None:
    old = TokenSet("old", "r", claims={**CLAIMS, "aud": ["app", "api"], "azp": "app"})

    assert refreshed(id_token(None, aud=["app", "api", "x"], azp="app"), old=old).subject == "joe"
    with pytest.raises(InvalidTokenError):
        refreshed(id_token(None, azp="app"), old=old)


def test_a_refused_refresh_token_means_that_the_person_signs_on_again() -> None:
    refusal = error_answer("invalid_grant", error_description="Over")

    with pytest.raises(SignOnRequiredError, match="sign on again") as refused:
        Conversation(refusal).hold(people().refresh(OLD))
    assert (refused.value.error, refused.value.error_description) == ("invalid_grant", "Over")
    assert refused.value.status == 400


def test_another_refusal_is_not_about_the_person() -> None:
    with pytest.raises(OAuthError) as refused:
        Conversation(error_answer("invalid_scope")).hold(people().refresh(OLD))
    assert not isinstance(refused.value, SignOnRequiredError)


def test_without_refresh_token_nothing_is_asked() -> None:
    with pytest.raises(SignOnRequiredError, match="no refresh token"):
        Conversation().hold(people().refresh(TokenSet("old")))


def test_SEC_273_a_refresh_whose_answer_was_lost_is_not_repeated() -> None:
    whose = people(retries=RetryPolicy(attempts=3, first_pause_seconds=0))
    conversation = Conversation(TimedOutError("late", was_sent=True))

    with pytest.raises(TimedOutError):
        conversation.hold(whose.refresh(OLD))


def test_SEC_276_a_refusal_does_not_show_the_refresh_token() -> None:
    refusal = error_answer("invalid_grant", error_description="old-refresh is over")

    with pytest.raises(SignOnRequiredError) as refused:
        Conversation(refusal).hold(people().refresh(OLD))
    shown = f"{refused.value} {refused.value.content} {refused.value.error_description}"
    assert "old-refresh" not in shown
