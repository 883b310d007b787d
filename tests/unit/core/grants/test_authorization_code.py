"""authorization_code: what is decided from a code, and what happens to one that was lost."""

from typing import Any

import pytest

from ostiary.core.base.errors import OAuthError
from ostiary.core.base.params import Params
from ostiary.core.clientauth.contract import Presented
from ostiary.core.model.audit.tokens import ReplayDetected
from ostiary.core.model.authorization import Authorization
from ostiary.core.tokens.codes import key_of_code
from tests.support.codes import (
    REDIRECT_URI,
    VERIFIER,
    Codes,
    make_code_grant,
    members,
    signed_on,
)

SENDER = Presented("192.0.2.1", ("/as/token.oauth2",))


def _params(code: str, **changed: str) -> Params:
    usual = {"code": code, "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER}
    return Params({**usual, **changed})


async def _decide(codes: Codes, code: str, **changed: Any) -> Authorization:
    client = codes.occasion("web").client
    return await make_code_grant(codes).authorize(
        codes.env, client, _params(code, **changed), SENDER
    )


async def test_a_decision_carries_the_user_and_spends_the_code() -> None:
    codes = await signed_on()
    code = await codes.code()
    decided = await _decide(codes, code)
    assert decided.person is not None
    assert decided.person.user == codes.user
    assert decided.person.nonce == "n-0S6_WzA2Mj"
    (spent,) = decided.redeems
    assert spent.key == key_of_code(code)
    assert decided.wants_refresh


async def test_a_decision_stores_nothing() -> None:
    codes = await signed_on()
    code = await codes.code()
    await _decide(codes, code)
    await _decide(codes, code)
    assert (await codes.exchange(code)).status == 200


async def test_a_decision_for_less_leaves_the_grant_whole() -> None:
    codes = await signed_on()
    decided = await _decide(codes, await codes.code(), scope="openid")
    assert decided.granted is not None
    assert (str(decided.scopes), str(decided.granted.scopes)) == ("openid", "openid profile email")


async def test_SEC_30_who_comes_second_ends_what_the_first_got() -> None:
    codes = await signed_on()
    code = await codes.code()
    tokens = members(await codes.exchange(code))
    grant = make_code_grant(codes)
    client = codes.occasion("web").client
    with pytest.raises(OAuthError) as refused:
        await grant.after_losing(codes.env, client, _params(code), SENDER)
    assert refused.value.code == "invalid_grant"
    assert not await codes.is_active(tokens["access_token"])
    assert isinstance(codes.app.events.events[-2], ReplayDetected)
