"""Authorization codes: good once, for one client, for a minute, for whoever asked for them."""

import asyncio

import pytest

from ostiary.core.model.audit.tokens import ReplayDetected, RequestRefused, UserTokenIssued
from tests.support.app import canary_free
from tests.support.codes import (
    CHALLENGE,
    REDIRECT_URI,
    VERIFIER,
    Codes,
    by_manager,
    challenge_of,
    claims_of,
    make_web_client,
    members,
    signed_on,
)
from tests.support.tenants import POST

INVALID = (400, "invalid_grant")
MANAGERS = ("default", "6pac", "interact", "modern", "edwards", "reference")


async def _is_alive(codes: Codes, tokens: dict[str, str]) -> bool:
    return await codes.is_active(tokens["access_token"])


@pytest.mark.parametrize("manager", MANAGERS)
@pytest.mark.parametrize("client", ["web", "transient"])
@pytest.mark.parametrize("seconds", [0, 30, 3000])
async def test_SEC_29_a_replayed_code_ends_what_came_of_it(
    manager: str, client: str, seconds: float
) -> None:
    codes = await signed_on()
    code = await codes.code(client, target=by_manager(manager))
    tokens = members(await codes.exchange(code, client))
    assert await _is_alive(codes, tokens)
    codes.app.clock.advance(seconds)
    assert (await codes.exchange(code, client)).error == INVALID
    assert not await _is_alive(codes, tokens)
    if client == "web":
        assert (await codes.refresh(tokens["refresh_token"])).error == INVALID


async def test_SEC_29_what_was_refreshed_since_ends_with_a_replayed_code() -> None:
    codes = await signed_on()
    code = await codes.code()
    first = members(await codes.exchange(code))
    second = members(await codes.refresh(first["refresh_token"]))
    assert (await codes.exchange(code)).error == INVALID
    assert not await _is_alive(codes, first)
    assert not await _is_alive(codes, second)
    assert (await codes.refresh(second["refresh_token"])).error == INVALID


@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_29_the_token_that_came_beside_a_code_ends_with_its_replay(manager: str) -> None:
    codes = await signed_on()
    front = await codes.front("code", "token", target=by_manager(manager))
    assert front.code is not None
    assert front.tokens is not None
    assert (await codes.exchange(front.code)).status == 200
    assert await codes.is_active(front.tokens.access_token)
    assert (await codes.exchange(front.code)).error == INVALID
    assert not await codes.is_active(front.tokens.access_token)


async def test_SEC_29_a_replay_is_an_event_and_names_who_came() -> None:
    codes = await signed_on()
    code = await codes.code()
    tokens = members(await codes.exchange(code))
    await codes.exchange(code)
    seen, refused = codes.app.events.events[-2:]
    assert isinstance(seen, ReplayDetected)
    assert isinstance(refused, RequestRefused)
    assert seen.grant == claims_of(tokens["access_token"])["agid"]
    assert (seen.client, seen.grant_type) == ("web", "authorization_code")
    assert refused.client == "web"
    canary_free(codes.app, code, tokens["access_token"], tokens["refresh_token"], VERIFIER)


async def test_SEC_29_who_lacks_the_verifier_ends_nothing() -> None:
    """A code that leaked is no means to sign its user off."""
    codes = await signed_on()
    code = await codes.code()
    tokens = members(await codes.exchange(code))
    assert (await codes.exchange(code, code_verifier=VERIFIER[::-1])).error == INVALID
    assert await _is_alive(codes, tokens)


async def test_SEC_30_of_many_redemptions_at_once_one_succeeds_and_then_none_is_good() -> None:
    codes = await signed_on()
    for _ in range(5):
        code = await codes.code()
        answers = await asyncio.gather(*(codes.exchange(code) for _ in range(32)))
        (winner,) = [answer for answer in answers if answer.status == 200]
        assert {answer.error for answer in answers if answer is not winner} == {INVALID}
        assert not await _is_alive(codes, winner.json())
        assert (await codes.refresh(winner.json()["refresh_token"])).error == INVALID


@pytest.mark.parametrize("thief", ["other", "public-web"])
async def test_SEC_31_a_code_that_another_client_presents_is_burnt(thief: str) -> None:
    codes = await signed_on()
    code = await codes.code()
    assert (await codes.exchange(code, thief)).error == INVALID
    assert (await codes.exchange(code)).error == INVALID
    refused = [event for event in codes.app.events.events if isinstance(event, RequestRefused)]
    assert [event.client for event in refused] == [thief, "web"]
    assert "another client" in refused[0].reason


async def test_SEC_31_a_spent_code_that_another_client_presents_ends_what_came_of_it() -> None:
    codes = await signed_on()
    code = await codes.code()
    tokens = members(await codes.exchange(code))
    assert (await codes.exchange(code, "other")).error == INVALID
    assert not await _is_alive(codes, tokens)


@pytest.mark.parametrize(
    "presented",
    [
        None,
        REDIRECT_URI + "/",
        REDIRECT_URI + "?x=1",
        REDIRECT_URI[:-1],
        REDIRECT_URI.upper(),
        "https://evil.example.com/cb",
        "https://app.example.com:443/cb",
    ],
)
async def test_SEC_32_the_redirect_uri_must_be_the_one_of_the_request(
    presented: str | None,
) -> None:
    codes = await signed_on()
    code = await codes.code()
    assert (await codes.exchange(code, redirect_uri=presented)).error == INVALID


async def test_SEC_32_a_redirect_uri_that_was_not_sent_need_not_be_said_again() -> None:
    codes = await signed_on()
    for presented in (None, REDIRECT_URI):
        code = await codes.code(is_redirect_uri_sent=False)
        assert (await codes.exchange(code, redirect_uri=presented)).status == 200
    code = await codes.code(is_redirect_uri_sent=False)
    evil = "https://evil.example.com/cb"
    assert (await codes.exchange(code, redirect_uri=evil)).error == INVALID
    code = await codes.code(is_redirect_uri_sent=False, redirect_uri=None)
    assert (await codes.exchange(code, redirect_uri=None)).status == 200
    code = await codes.code(is_redirect_uri_sent=False, redirect_uri=None)
    assert (await codes.exchange(code, redirect_uri=REDIRECT_URI)).error == INVALID


@pytest.mark.parametrize(("seconds", "is_good"), [(0, True), (59, True), (60, False), (61, False)])
async def test_SEC_33_a_code_is_good_for_a_minute(seconds: float, is_good: bool) -> None:
    codes = await signed_on()
    code = await codes.code()
    codes.app.clock.advance(seconds)
    assert ((await codes.exchange(code)).status == 200) is is_good


async def test_SEC_33_a_code_is_unknown_once_nobody_needs_to_know_of_its_replay() -> None:
    codes = await signed_on()
    code = await codes.code()
    codes.app.clock.advance(2 * 86400)
    await codes.app.store.prune(now=codes.app.clock.now())
    assert (await codes.exchange(code)).error == INVALID
    assert codes.app.store.codes.rows == {}


async def test_SEC_34_a_challenge_calls_for_its_verifier() -> None:
    codes = await signed_on()
    for client in ("web", "public-web"):
        code = await codes.code(client)
        assert (await codes.exchange(code, client, code_verifier=None)).error == INVALID


async def test_SEC_35_a_verifier_without_a_challenge_is_a_downgrade() -> None:
    codes = await signed_on()
    code = await codes.code(code_challenge=None, code_challenge_method=None)
    assert (await codes.exchange(code)).error == INVALID
    assert (await codes.exchange(code, code_verifier=None)).status == 200


@pytest.mark.parametrize(
    "verifier", ["x" * 42, "x" * 129, "x" * 42 + "+", "x" * 42 + "é", "x" * 43 + "\n"]
)
async def test_SEC_37_a_malformed_verifier_is_refused_even_if_its_hash_fits(verifier: str) -> None:
    codes = await signed_on()
    code = await codes.code(code_challenge=challenge_of(verifier))
    assert (await codes.exchange(code, code_verifier=verifier)).error == INVALID
    plain = await codes.code(code_challenge=verifier, code_challenge_method="plain")
    assert (await codes.exchange(plain, code_verifier=verifier)).error == INVALID


@pytest.mark.parametrize("method", ["plain", None])
async def test_SEC_37_a_plain_challenge_is_its_own_verifier(method: str | None) -> None:
    codes = await signed_on()
    for verifier, status in ((VERIFIER, 200), (CHALLENGE, 400)):
        code = await codes.code(code_challenge=VERIFIER, code_challenge_method=method)
        assert (await codes.exchange(code, code_verifier=verifier)).status == status


@pytest.mark.parametrize("length", [43, 128])
async def test_SEC_37_the_longest_and_the_shortest_verifier_are_good(length: int) -> None:
    codes = await signed_on()
    verifier = ("aZ9-._~" * 20)[:length]
    code = await codes.code(code_challenge=challenge_of(verifier))
    assert (await codes.exchange(code, code_verifier=verifier)).status == 200


async def test_SEC_39_a_code_of_one_browser_is_useless_in_another() -> None:
    """The attacker's client instance puts the victim's code into its own session."""
    codes = await signed_on()
    attackers = "attacker-" + VERIFIER
    victims_code = await codes.code()
    answer = await codes.exchange(victims_code, code_verifier=attackers)
    assert answer.error == INVALID
    assert (await codes.exchange(victims_code)).status == 200


async def test_SEC_43_the_word_authorization_means_a_code_for_clients_that_are_allowed_it() -> None:
    old = make_web_client("old", POST, allows_authorization_alias=True)
    codes = await signed_on(old)
    answer = await codes.exchange(await codes.code("old"), "old", grant_type="authorization")
    assert answer.status == 200
    issued = codes.app.events.events[-1]
    assert isinstance(issued, UserTokenIssued)
    assert (issued.grant_type, issued.is_deprecated) == ("authorization_code", True)
    answer = await codes.exchange(await codes.code(), "web", grant_type="authorization")
    assert answer.error == (400, "unsupported_grant_type")


async def test_SEC_43_the_alias_weakens_no_check() -> None:
    old = make_web_client("old", POST, allows_authorization_alias=True)
    without = make_web_client(
        "without", POST, allows_authorization_alias=True, grant_types=frozenset({"refresh_token"})
    )
    codes = await signed_on(old, without)
    alias = {"grant_type": "authorization"}
    code = await codes.code("old")
    assert (await codes.exchange(code, "old", **alias, code_verifier=None)).error == INVALID
    assert (await codes.exchange(code, "old", **alias, redirect_uri=None)).error == INVALID
    assert (await codes.exchange(await codes.code(), "old", **alias)).error == INVALID
    assert (await codes.exchange(code, "old", **alias)).status == 200
    assert (await codes.exchange(code, "old", **alias)).error == INVALID
    answer = await codes.exchange(await codes.code("without"), "without", **alias)
    assert answer.error == (400, "unauthorized_client")


async def test_SEC_47_no_code_or_token_lies_in_the_store() -> None:
    codes = await signed_on()
    code = await codes.code()
    tokens = members(await codes.exchange(code))
    store = codes.app.store
    kept = "".join(repr(vars(part)) for part in (store, store.codes, store.user_grants))
    for secret in (code, tokens["refresh_token"], tokens["refresh_token"][18:]):
        assert secret not in kept


@pytest.mark.parametrize("manager", MANAGERS)
@pytest.mark.parametrize("client", ["web", "transient"])
async def test_SEC_50_a_code_of_a_disabled_user_is_refused(manager: str, client: str) -> None:
    codes = await signed_on()
    code = await codes.code(client, target=by_manager(manager))
    await codes.change_user(enabled=False)
    assert (await codes.exchange(code, client)).error == INVALID


@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
async def test_SEC_50_a_code_is_over_when_the_user_or_the_password_is(scope: str) -> None:
    codes = await signed_on()
    first, second = await codes.code(scope=scope), await codes.code(scope=scope)
    codes.app.clock.advance(2)
    await codes.change_password()
    assert (await codes.exchange(first)).error == INVALID
    await codes.app.store.users.delete(codes.env, codes.user.id)
    assert (await codes.exchange(second)).error == INVALID


async def test_SEC_50_a_code_is_over_with_its_session_unless_it_is_for_offline_access() -> None:
    codes = await signed_on()
    bound, offline = await codes.code(), await codes.code(scope="openid offline_access")
    assert await codes.app.store.sessions.end(codes.env, codes.session.id)
    assert (await codes.exchange(bound)).error == INVALID
    assert (await codes.exchange(offline)).status == 200


async def test_SEC_50_a_code_of_a_disabled_client_is_refused() -> None:
    codes = await signed_on()
    code = await codes.code()
    codes.app.change_client("web", enabled=False)
    assert (await codes.exchange(code)).error == (401, "invalid_client")


async def test_SEC_50_a_code_is_over_when_its_client_may_not_have_its_scopes() -> None:
    codes = await signed_on()
    first, second = await codes.code(), await codes.code()
    codes.app.change_client("web", scopes=frozenset({"openid", "email"}))
    assert (await codes.exchange(first)).error == INVALID
    assert (await codes.exchange(second, scope="openid")).status == 200


@pytest.mark.parametrize("client", ["web", "transient"])
@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_50_a_token_is_dead_once_its_user_is(manager: str, client: str) -> None:
    codes = await signed_on()
    tokens = await codes.tokens(client, target=by_manager(manager))
    assert await _is_alive(codes, tokens)
    await codes.change_user(enabled=False)
    assert not await _is_alive(codes, tokens)
    await codes.change_user(enabled=True)
    assert await _is_alive(codes, tokens)
    codes.app.change_client(client, enabled=False)
    assert not await _is_alive(codes, tokens)


@pytest.mark.parametrize("client", ["web", "transient"])
@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_50_a_token_ends_with_its_session(manager: str, client: str) -> None:
    codes = await signed_on()
    tokens = await codes.tokens(client, target=by_manager(manager))
    await codes.app.store.sessions.end(codes.env, codes.session.id)
    assert not await _is_alive(codes, tokens)
