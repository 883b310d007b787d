"""The token endpoint's core: what it does when a grant wants to spend what is spent."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

import pytest

from ostiary.adapters.limiter import WindowLimiter
from ostiary.adapters.signing import PooledSigner
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.errors import OAuthError
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.clientauth.client_secret_post import ClientSecretPost
from ostiary.core.clientauth.contract import Presented
from ostiary.core.grants.contract import Sender
from ostiary.core.model.audit.tokens import RequestRefused, TokenIssued
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.token import IssuedTokens, Redemption
from ostiary.core.oauth.client_authentication import ClientAuthentication
from ostiary.core.oauth.token import TokenEndpoint
from ostiary.core.tokens.issue import TokenIssuer
from ostiary.core.tokens.targets import NO_TARGET
from tests.support.app import NOW, RecordedEvents, run_now
from tests.support.tenants import make_client, make_manager, make_tenant, secret_of

CLIENT = make_client("c", grant_types=frozenset({"one-time"}))
ENV = make_tenant(
    "token",
    Face.PINGFEDERATE,
    "https://id.example.com",
    managers=(make_manager("default"),),
    clients=(CLIENT,),
)


@dataclass(frozen=True, slots=True)
class OneTime:
    """A grant that spends its `code`."""

    grant_type: ClassVar[str] = "one-time"

    async def authorize(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        spent = Redemption("code", params.get("code").encode(), NOW + 60)
        return Authorization(
            grant_type=self.grant_type, client=client, scopes=ScopeSet(), redeems=(spent,)
        )


class Room:
    """An endpoint with this one grant, and where its events go."""

    def __init__(self) -> None:
        clock, store, self.events = FrozenClock(NOW), MemoryStore(), RecordedEvents()
        clients = ClientAuthentication((ClientSecretPost(clock),), WindowLimiter(clock))
        issuer = TokenIssuer(store, PooledSigner(), self.events, clock)
        self.endpoint = TokenEndpoint(clients, {"one-time": OneTime()}, issuer, self.events)

    async def ask(self, code: str) -> IssuedTokens:
        form = {"grant_type": "one-time", "code": code, "client_id": "c"}
        params = Params.from_pairs([*form.items(), ("client_secret", secret_of("c"))])
        return await self.endpoint.respond(ENV, params, Presented("192.0.2.1", ()), NO_TARGET)


def test_what_is_spent_twice_is_an_invalid_grant() -> None:
    room = Room()
    assert run_now(room.ask("a")).access_token
    assert run_now(room.ask("b")).access_token
    with pytest.raises(OAuthError) as refused:
        run_now(room.ask("a"))
    assert refused.value.code == "invalid_grant"
    assert [type(event) for event in room.events.events] == [
        TokenIssued,
        TokenIssued,
        RequestRefused,
    ]


async def test_of_many_at_once_one_gets_tokens() -> None:
    room = Room()
    outcomes = await asyncio.gather(*(room.ask("a") for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(outcome, IssuedTokens) for outcome in outcomes) == 1
    assert {outcome.code for outcome in outcomes if isinstance(outcome, OAuthError)} == {
        "invalid_grant"
    }


def test_a_refusal_before_anyone_is_known_names_nobody() -> None:
    room = Room()
    with pytest.raises(OAuthError):
        run_now(room.endpoint.respond(ENV, Params({}), Presented("192.0.2.1", ()), NO_TARGET))
    (event,) = room.events.events
    assert isinstance(event, RequestRefused)
    assert (event.client, event.claimed, event.endpoint) == (None, "", "token")
