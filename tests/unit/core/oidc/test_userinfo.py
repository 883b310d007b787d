"""Userinfo in the core: its answers, its refusals and their events."""

import pytest

from ostiary.core.base.errors import OAuthError
from ostiary.core.model.audit.tokens import RequestRefused, UserinfoAnswered
from tests.support import jose
from tests.support.codes import claims_of, make_web_client, signed_on
from tests.support.tenants import POST


async def test_an_answer_is_an_event_that_names_user_client_and_token() -> None:
    codes = await signed_on()
    token = (await codes.tokens())["access_token"]
    answer = await codes.userinfo(token)
    event = codes.app.events.events[-1]
    assert event == UserinfoAnswered(
        environment=codes.env.id,
        client=codes.occasion("web").client.client_id,
        user=codes.user.id,
        token_id=claims_of(token)["jti"],
        address="192.0.2.7",
    )
    assert answer.signed is None
    assert "joe@example.com" not in repr(answer)


@pytest.mark.parametrize(
    ("scope", "code"), [("email", "insufficient_scope"), ("", "invalid_token")]
)
async def test_a_refusal_is_an_event_too(scope: str, code: str) -> None:
    codes = await signed_on()
    token = (await codes.tokens(scope=scope))["access_token"] if scope else "x"
    with pytest.raises(OAuthError) as refused:
        await codes.userinfo(token)
    event = codes.app.events.events[-1]
    assert isinstance(event, RequestRefused)
    assert (event.endpoint, event.code, refused.value.code) == ("userinfo", code, code)
    assert event.address == "192.0.2.7"


async def test_a_signed_answer_says_the_same() -> None:
    codes = await signed_on(make_web_client("rp", POST, userinfo_algorithm="RS256"))
    answer = await codes.userinfo((await codes.tokens("rp"))["access_token"])
    assert answer.signed is not None
    _, claims = jose.parts(answer.signed)
    assert claims == {**answer.claims, "iss": codes.env.issuer, "aud": "rp"}


async def test_what_changed_since_the_sign_on_is_told() -> None:
    codes = await signed_on()
    token = (await codes.tokens())["access_token"]
    await codes.change_user(attributes={"mail": "new@example.com"})
    answer = await codes.userinfo(token)
    assert answer.claims["email"] == "new@example.com"
    assert "name" not in answer.claims
