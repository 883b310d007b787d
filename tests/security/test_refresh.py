"""Refresh tokens: rotated, never good for two parties, and over when their grant is."""

import asyncio
from typing import Any

import pytest

from ostiary.core.model.audit.tokens import ReplayDetected, RequestRefused
from ostiary.core.model.client import RefreshPolicy
from tests.support.app import canary_free
from tests.support.codes import (
    Codes,
    by_manager,
    claims_of,
    make_web_client,
    members,
    signed_on,
)
from tests.support.tenants import POST

INVALID = (400, "invalid_grant")
DAY = 86_400.0
MANAGERS = ("default", "modern", "reference")


async def _refresh_token(codes: Codes, client: str = "web", **request: Any) -> str:
    token = (await codes.tokens(client, **request))["refresh_token"]
    assert isinstance(token, str)
    return token


@pytest.mark.parametrize("client", ["web", "public-web", "strict"])
async def test_SEC_68_an_old_refresh_token_ends_the_whole_grant(client: str) -> None:
    codes = await signed_on()
    first = await codes.tokens(client)
    second = members(await codes.refresh(first["refresh_token"], client))
    codes.app.clock.advance(11)
    assert (await codes.refresh(first["refresh_token"], client)).error == INVALID
    assert (await codes.refresh(second["refresh_token"], client)).error == INVALID
    for tokens in (first, second):
        assert not await codes.is_active(tokens["access_token"])


async def test_SEC_68_reuse_is_an_event_without_the_token() -> None:
    codes = await signed_on()
    first = await codes.tokens("strict")
    second = members(await codes.refresh(first["refresh_token"], "strict"))
    await codes.refresh(first["refresh_token"], "strict")
    seen, refused = codes.app.events.events[-2:]
    assert isinstance(seen, ReplayDetected)
    assert isinstance(refused, RequestRefused)
    assert seen.grant == claims_of(first["access_token"])["agid"]
    assert seen.grant_type == "refresh_token"
    canary_free(codes.app, first["refresh_token"], second["refresh_token"])


@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_69_without_grace_one_of_many_wins_and_then_nobody(manager: str) -> None:
    codes = await signed_on()
    token = await _refresh_token(codes, "strict", target=by_manager(manager))
    answers = await asyncio.gather(*(codes.refresh(token, "strict") for _ in range(32)))
    (winner,) = [answer for answer in answers if answer.status == 200]
    assert {answer.error for answer in answers if answer is not winner} == {INVALID}
    assert (await codes.refresh(winner.json()["refresh_token"], "strict")).error == INVALID


@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_69_within_the_grace_all_of_many_get_the_same_next_token(manager: str) -> None:
    codes = await signed_on()
    token = await _refresh_token(codes, target=by_manager(manager))
    answers = await asyncio.gather(*(codes.refresh(token) for _ in range(32)))
    tokens = [members(answer) for answer in answers]
    (following,) = {found["refresh_token"] for found in tokens}
    assert len({found["access_token"] for found in tokens}) == 32
    assert (await codes.refresh(following)).status == 200


async def test_SEC_69_a_lost_answer_is_given_again() -> None:
    codes = await signed_on()
    token = await _refresh_token(codes)
    lost = members(await codes.refresh(token))
    codes.app.clock.advance(9.9)
    assert members(await codes.refresh(token))["refresh_token"] == lost["refresh_token"]


async def test_SEC_70_only_the_token_before_has_a_grace() -> None:
    codes = await signed_on()
    first = await _refresh_token(codes)
    second = members(await codes.refresh(first))["refresh_token"]
    third = members(await codes.refresh(second))["refresh_token"]
    assert (await codes.refresh(first)).error == INVALID
    assert (await codes.refresh(third)).error == INVALID


async def test_SEC_70_the_grace_is_over_once_the_next_token_was_used() -> None:
    codes = await signed_on()
    first = await _refresh_token(codes)
    second = members(await codes.refresh(first))["refresh_token"]
    assert (await codes.refresh(first)).status == 200
    assert (await codes.refresh(second)).status == 200
    assert (await codes.refresh(first)).error == INVALID


async def test_SEC_71_no_refresh_gets_more_than_was_granted() -> None:
    codes = await signed_on()
    token = await _refresh_token(codes, scope="openid email")
    for scope in ("openid profile", "api:read", "openid email write"):
        answer = await codes.refresh(token, scope=scope)
        assert answer.error == (400, "invalid_scope")
    assert (await codes.refresh(token)).status == 200


async def test_SEC_71_a_narrower_token_leaves_the_grant_as_it_is() -> None:
    codes = await signed_on()
    token = await _refresh_token(codes)
    narrow = members(await codes.refresh(token, scope="email"))
    assert narrow["scope"] == "email"
    assert "id_token" not in narrow
    wide = members(await codes.refresh(narrow["refresh_token"]))
    assert wide["scope"] == "openid profile email"


async def test_SEC_71_a_code_exchanged_for_less_leaves_the_grant_as_it_was_given() -> None:
    codes = await signed_on()
    tokens = await codes.tokens(params={"scope": "openid"})
    assert tokens["scope"] == "openid"
    wide = members(await codes.refresh(tokens["refresh_token"]))
    assert wide["scope"] == "openid profile email"
    answer = await codes.exchange(await codes.code(), scope="openid api:read")
    assert answer.error == (400, "invalid_scope")


@pytest.mark.parametrize("thief", ["other", "public-web"])
async def test_SEC_72_another_client_gets_nothing_for_a_refresh_token(thief: str) -> None:
    codes = await signed_on()
    token = await _refresh_token(codes)
    assert (await codes.refresh(token, thief)).error == INVALID
    assert (await codes.refresh(token)).status == 200


async def test_SEC_72_a_public_clients_tokens_rotate_whatever_its_policy_says() -> None:
    codes = await signed_on()
    codes.app.change_client("public-web", refresh=RefreshPolicy(is_rolling=False))
    token = await _refresh_token(codes, "public-web")
    following = members(await codes.refresh(token, "public-web"))["refresh_token"]
    assert following != token
    codes.app.clock.advance(11)
    assert (await codes.refresh(token, "public-web")).error == INVALID


async def test_a_client_that_keeps_its_refresh_token_gets_no_other() -> None:
    codes = await signed_on()
    token = await _refresh_token(codes, "kept")
    for _ in range(3):
        codes.app.clock.advance(DAY)
        assert "refresh_token" not in members(await codes.refresh(token, "kept"))


@pytest.mark.parametrize("client", ["web", "kept"])
@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
async def test_SEC_73_a_refresh_token_is_over_with_its_user_and_password(
    client: str, scope: str
) -> None:
    codes = await signed_on()
    tokens = [await _refresh_token(codes, client, scope=scope) for _ in range(3)]
    await codes.change_user(enabled=False)
    assert (await codes.refresh(tokens[0], client)).error == INVALID
    await codes.change_user(enabled=True)
    codes.app.clock.advance(2)
    await codes.change_password()
    assert (await codes.refresh(tokens[1], client)).error == INVALID
    await codes.app.store.users.delete(codes.env, codes.user.id)
    assert (await codes.refresh(tokens[2], client)).error == INVALID


async def test_SEC_73_a_refresh_token_is_over_when_the_user_takes_the_grant_back() -> None:
    codes = await signed_on()
    first, second = await _refresh_token(codes), await _refresh_token(codes)
    await codes.app.store.user_grants.revoke_of_user(codes.env, codes.user.id)
    for token in (first, second):
        assert (await codes.refresh(token)).error == INVALID


async def test_SEC_73_a_refresh_token_is_over_with_its_session_unless_it_is_for_offline() -> None:
    codes = await signed_on()
    bound = await _refresh_token(codes)
    offline = await _refresh_token(codes, scope="openid offline_access")
    await codes.app.store.sessions.end(codes.env, codes.session.id)
    assert (await codes.refresh(bound)).error == INVALID
    assert (await codes.refresh(offline)).status == 200


async def test_SEC_73_a_session_that_only_ran_out_ends_no_refresh_token() -> None:
    codes = await signed_on()
    token = await _refresh_token(codes)
    codes.app.clock.advance(2 * codes.env.sessions.max_seconds)
    assert (await codes.refresh(token)).status == 200


async def test_SEC_73_a_refresh_token_is_over_when_its_client_may_not_have_its_scopes() -> None:
    codes = await signed_on()
    token = await _refresh_token(codes)
    codes.app.change_client("web", scopes=frozenset({"openid"}))
    assert (await codes.refresh(token)).error == INVALID
    assert (await codes.refresh(token, scope="openid")).status == 200


async def test_SEC_73_a_client_that_lost_the_grant_type_refreshes_nothing() -> None:
    codes = await signed_on()
    token = await _refresh_token(codes)
    codes.app.change_client("web", grant_types=frozenset({"authorization_code"}))
    assert (await codes.refresh(token)).error == (400, "unauthorized_client")


async def test_SEC_74_a_grant_is_over_after_its_time_even_if_used_every_day() -> None:
    short = make_web_client("short", POST, refresh=RefreshPolicy(lifetime_seconds=10 * DAY))
    codes = await signed_on(short)
    token = await _refresh_token(codes, "short")
    for _ in range(9):
        codes.app.clock.advance(DAY)
        token = members(await codes.refresh(token, "short"))["refresh_token"]
    codes.app.clock.advance(DAY)
    assert (await codes.refresh(token, "short")).error == INVALID


async def test_SEC_74_an_access_token_does_not_outlive_its_grant() -> None:
    short = make_web_client("short", POST, refresh=RefreshPolicy(lifetime_seconds=600))
    codes = await signed_on(short)
    tokens = await codes.tokens("short")
    assert tokens["expires_in"] == 599
    codes.app.clock.advance(500)
    later = members(await codes.refresh(tokens["refresh_token"], "short"))
    assert later["expires_in"] == 99


@pytest.mark.parametrize("client", ["web", "kept"])
async def test_SEC_74_a_refresh_token_that_lies_unused_is_over(client: str) -> None:
    codes = await signed_on()
    codes.app.change_client(
        client,
        refresh=RefreshPolicy(idle_seconds=DAY, is_rolling=client == "web"),
    )
    token = await _refresh_token(codes, client)
    for _ in range(3):
        codes.app.clock.advance(DAY - 1)
        answer = members(await codes.refresh(token, client))
        token = answer.get("refresh_token", token)
    codes.app.clock.advance(DAY + 1)
    assert (await codes.refresh(token, client)).error == INVALID


async def test_SEC_48_what_is_no_refresh_token_is_refused_and_ends_nothing() -> None:
    codes = await signed_on()
    token = await _refresh_token(codes)
    shorter, longer, padded = token[:-1], token + "0", " " + token
    strange = ("é" + token[1:], token[:-1] + "-", token.swapcase(), token[::-1], "x")
    for spoiled in (shorter, longer, padded, *strange):
        assert (await codes.refresh(spoiled)).error == INVALID
    assert (await codes.refresh(token)).status == 200


async def test_SEC_48_whoever_has_half_a_refresh_token_ends_the_grant() -> None:
    """Only somebody who has had a token of the family knows that half."""
    codes = await signed_on()
    token = await _refresh_token(codes)
    assert (await codes.refresh(token[:18] + token[18:][::-1])).error == INVALID
    assert (await codes.refresh(token)).error == INVALID


async def test_SEC_49_tokens_of_a_user_are_never_kept_by_a_cache() -> None:
    codes = await signed_on()
    answer = await codes.exchange(await codes.code())
    renewed = await codes.refresh(answer.json()["refresh_token"])
    refused = await codes.refresh("x")
    for found in (answer, renewed, refused):
        assert found.header("cache-control") == "no-store"
        assert found.header("pragma") == "no-cache"


@pytest.mark.parametrize("parameter", ["refresh_token", "code"])
async def test_S2_8_a_missing_token_is_named(parameter: str) -> None:
    codes = await signed_on()
    grant_type = "refresh_token" if parameter == "refresh_token" else "authorization_code"
    answer = await codes.post(grant_type=grant_type)
    assert answer.error == (400, "invalid_request")
    assert parameter in answer.json()["error_description"]
