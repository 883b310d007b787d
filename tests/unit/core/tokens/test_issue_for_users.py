"""Issuing for a user: one commit for everything, one event for each answer."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ostiary.adapters.signing import PooledSigner
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.ids import TokenManagerId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.audit.tokens import AuthorizationAnswered, UserTokenIssued
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Issuance, Redemption
from ostiary.core.model.user_grant import Consent
from ostiary.core.ports.stores import AlreadyRedeemedError
from ostiary.core.tokens.issue import TokenIssuer
from ostiary.core.tokens.targets import TokenTarget
from tests.support.codes import (
    Codes,
    by_manager,
    claims_of,
    make_web_client,
    members,
    signed_on,
)
from tests.support.tenants import POST

EVERY_COMBINATION = [
    (),
    ("code",),
    ("token",),
    ("id_token",),
    ("code", "token"),
    ("code", "id_token"),
    ("id_token", "token"),
    ("code", "id_token", "token"),
]


@dataclass
class CommitLog:
    """The store of a server, with a record of what is committed."""

    store: MemoryStore
    commits: list[Issuance] = field(default_factory=list)

    async def commit(self, env: Environment, issuance: Issuance, *, now: float) -> None:
        self.commits.append(issuance)
        await self.store.commit(env, issuance, now=now)


async def _answer(codes: Codes, *wants: str, **beside: Any) -> tuple[Any, list[Issuance]]:
    log = CommitLog(codes.app.store)
    issuer = TokenIssuer(log, PooledSigner(), codes.app.events, codes.app.clock)
    request = codes.request("web", wants=wants)
    occasion = codes.occasion("web", request=request)
    front = await issuer.issue_front(
        codes.env,
        occasion.authorization,
        codes.env.token_managers[occasion.client.token_managers[0]],
        wants=frozenset(wants),
        request=request,
        beside=Issuance(**beside),
        address="192.0.2.1",
    )
    return front, log.commits


@pytest.mark.parametrize("wants", EVERY_COMBINATION, ids=lambda wants: "+".join(wants) or "none")
async def test_S3_2_each_part_that_was_asked_for_comes_and_no_other(wants: tuple[str, ...]) -> None:
    codes = await signed_on()
    front, _ = await _answer(codes, *wants)
    found = {"code": front.code, "token": front.tokens, "id_token": front.id_token}
    assert {name for name, part in found.items() if part is not None} == set(wants)


@pytest.mark.parametrize("wants", EVERY_COMBINATION, ids=lambda wants: "+".join(wants) or "none")
async def test_one_commit_stores_all_of_it_and_what_is_to_happen_beside(
    wants: tuple[str, ...],
) -> None:
    codes = await signed_on()
    spent = Redemption("flow", b"k", codes.app.clock.now() + 60)
    consent = Consent(codes.user.id, codes.occasion("web").client.client_id, frozenset({"openid"}))
    _, (issuance,) = await _answer(codes, *wants, redeems=(spent,), consent=consent)
    assert (issuance.redeems, issuance.consent) == ((spent,), consent)
    assert len(issuance.codes) == ("code" in wants)
    assert len(issuance.grants) == ("token" in wants)


async def test_what_was_spent_meanwhile_lets_nothing_out() -> None:
    codes = await signed_on()
    spent = Redemption("flow", b"k", codes.app.clock.now() + 60)
    await _answer(codes, "code", redeems=(spent,))
    codes.app.events.events.clear()
    with pytest.raises(AlreadyRedeemedError):
        await _answer(codes, "code", "token", "id_token", redeems=(spent,))
    assert codes.app.events.events == []


async def test_no_refresh_token_comes_through_a_browser() -> None:
    codes = await signed_on()
    front, _ = await _answer(codes, "token", "id_token")
    assert front.tokens.refresh_token is None
    assert "agid" not in claims_of(front.tokens.access_token)


async def test_nothing_comes_through_a_browser_for_nobody() -> None:
    codes = await signed_on()
    client = codes.occasion("web").client
    nobody = Authorization(grant_type="implicit", client=client, scopes=ScopeSet())
    with pytest.raises(ValueError, match="person"):
        await codes.issuer.issue_front(
            codes.env,
            nobody,
            codes.env.token_managers[client.token_managers[0]],
            wants=frozenset({"token"}),
            request=codes.request("web"),
            address="",
        )


async def test_SEC_260_an_answer_and_its_token_are_an_event_each() -> None:
    codes = await signed_on()
    front = await codes.front("code", "token")
    assert front.tokens is not None
    answered, issued = codes.app.events.events
    assert isinstance(answered, AuthorizationAnswered)
    assert isinstance(issued, UserTokenIssued)
    assert (answered.response_type, answered.client) == ("code token", "web")
    assert issued.token_id == claims_of(front.tokens.access_token)["jti"]
    assert issued.is_deprecated
    assert not issued.has_refresh_token
    assert {event.user for event in (answered, issued)} == {codes.user.id}
    assert answered.grant != issued.grant


async def test_SEC_260_an_exchange_is_one_event_that_names_the_grant_of_the_answer() -> None:
    codes = await signed_on()
    tokens = await codes.tokens()
    answered, issued = codes.app.events.events
    assert isinstance(answered, AuthorizationAnswered)
    assert isinstance(issued, UserTokenIssued)
    assert answered.grant == issued.grant == claims_of(tokens["access_token"])["agid"]
    assert (issued.has_refresh_token, issued.is_deprecated) == (True, False)


async def test_SEC_244_an_answer_shows_none_of_its_parts() -> None:
    codes = await signed_on()
    front = await codes.front("code", "token", "id_token")
    assert front.code is not None
    assert front.tokens is not None
    assert front.id_token is not None
    shown = repr(front)
    assert not any(
        part in shown for part in (front.code, front.tokens.access_token, front.id_token)
    )


async def test_S2_18_a_refresh_token_comes_for_clients_that_have_its_grant() -> None:
    codes = await signed_on()
    assert "refresh_token" in await codes.tokens("web")
    assert "refresh_token" not in await codes.tokens("transient")
    assert "agid" in claims_of((await codes.tokens("web"))["access_token"])
    assert "agid" not in claims_of((await codes.tokens("transient"))["access_token"])


async def test_a_client_that_loses_the_refresh_grant_before_the_exchange_gets_no_such_token() -> (
    None
):
    codes = await signed_on()
    code = await codes.code()
    codes.app.change_client("web", grant_types=frozenset({"authorization_code"}))
    tokens = members(await codes.exchange(code))
    assert "refresh_token" not in tokens
    assert await codes.is_active(tokens["access_token"])
    assert (await codes.exchange(code)).status == 400
    assert not await codes.is_active(tokens["access_token"])


async def test_without_openid_there_is_no_id_token() -> None:
    codes = await signed_on()
    assert "id_token" not in await codes.tokens(scope="profile")


async def test_S1_13_a_manager_takes_claims_from_its_user() -> None:
    codes = await signed_on()
    manager = codes.env.token_managers[TokenManagerId("6pac")]
    changed = {
        **codes.env.token_managers,
        manager.id: replace(
            manager, user_attributes={"Username": "username", "Mail": "mail", "No": "none"}
        ),
    }
    codes.change_environment(token_managers=changed)
    tokens = await codes.tokens(target=by_manager("6pac"))
    claims = claims_of(tokens["access_token"])
    assert (claims["Username"], claims["Mail"]) == (codes.user.username, "joe@example.com")
    assert "No" not in claims
    introspected = (await codes.app.introspect(tokens["access_token"])).json()
    assert introspected["Username"] == codes.user.username


async def test_a_token_is_for_the_resources_that_the_user_was_asked_for() -> None:
    codes = await signed_on(make_web_client("api", POST))
    orders = "https://api.example.com/orders"
    tokens = await codes.tokens("api", target=TokenTarget(resources=(orders,)))
    assert claims_of(tokens["access_token"])["aud"] == orders
    renewed = members(await codes.refresh(tokens["refresh_token"], "api", resource=orders))
    assert claims_of(renewed["access_token"])["aud"] == orders
    answer = await codes.refresh(renewed["refresh_token"], "api", resource=orders + "/1")
    assert answer.error == (400, "invalid_target")
    answer = await codes.refresh(renewed["refresh_token"], "api", access_token_manager_id="unknown")
    assert answer.error == (400, "invalid_target")
    again = members(await codes.refresh(renewed["refresh_token"], "api"))
    assert claims_of(again["access_token"])["aud"] == orders
