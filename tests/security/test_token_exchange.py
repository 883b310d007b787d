"""Token exchange: whose tokens a client may bring, and that nothing grows by it."""

from dataclasses import replace
from typing import Any

import pytest

from ostiary.core.base.ids import ClientId, TokenManagerId
from ostiary.core.crypto.certificates import self_signed
from ostiary.core.crypto.client_certificates import thumbprint
from ostiary.core.model.audit.tokens import RequestRefused, TokenExchanged
from ostiary.core.model.client import Client
from ostiary.core.model.environment import SubjectKind
from ostiary.core.model.resource import Resource
from ostiary.core.model.token_exchange import ExchangePolicy
from ostiary.core.model.trusted_issuer import SubjectRule
from tests.support.app import TOKEN, canary_free
from tests.support.asgi import Answer
from tests.support.codes import Codes, claims_of, make_web_client, members, signed_on
from tests.support.partners import PARTNER, Partnership, make_issuer
from tests.support.tenants import MADE_AT, NONE, POST, make_client, private_key, secret_of

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPES = "urn:ietf:params:oauth:token-type:"
NO = (400, "invalid_request")
ORDERS, STOCK = "https://orders.example.com", "https://stock.example.com"
RESOURCES = (
    Resource("1", "orders", ORDERS, frozenset({"orders"})),
    Resource("2", "stock", STOCK, frozenset({"stock"})),
)
SCOPES = frozenset({"openid", "profile", "email", "offline_access", "api:read", "orders", "stock"})
WEB = ExchangePolicy(clients=frozenset({"front", "other-front"}), issuers=frozenset({"partner"}))


def make_gateway(client_id: str = "gateway", **fields: Any) -> Client:
    """Make a client that exchanges tokens of `front`."""
    values: dict[str, Any] = {
        "grant_types": frozenset({EXCHANGE, "client_credentials", "refresh_token"}),
        "scopes": SCOPES,
        "exchanges": WEB,
    }
    return make_client(client_id, **{**values, **fields})


@pytest.fixture
async def codes() -> Codes:
    codes = await signed_on(
        make_web_client("front", scopes=SCOPES),
        make_web_client("stranger", scopes=SCOPES),
        make_gateway(),
        make_gateway("silent", exchanges=replace(WEB, impersonates=True)),
        make_gateway("next", exchanges=ExchangePolicy(clients=frozenset({"gateway"}))),
        make_gateway("narrow", exchanges=replace(WEB, audiences=frozenset({ORDERS}))),
        make_gateway("either", exchanges=replace(WEB, audiences=frozenset({ORDERS, STOCK}))),
        make_gateway("own", exchanges=ExchangePolicy()),
        make_web_client("bound-front", POST, binds_tokens=True),
        make_client("open", NONE, grant_types=frozenset({EXCHANGE}), exchanges=WEB),
    )
    codes.change_environment(resources=RESOURCES)
    return codes


async def exchange(codes: Codes, token: str, client: str = "gateway", /, **params: str) -> Answer:
    """Exchange a token; `params` change the request as it should be."""
    usual = {"subject_token": token, "subject_token_type": f"{TYPES}access_token"}
    form = {"grant_type": EXCHANGE, **usual, **params}
    basic = (client, secret_of(client))
    return await codes.app.pingfederate.post_form(TOKEN, form, basic=basic)


async def front_token(
    codes: Codes, client: str = "front", scope: str = "openid api:read", **request: Any
) -> str:
    """Return the token of a user that a web application has."""
    token = (await codes.tokens(client, scope=scope, **request))["access_token"]
    assert isinstance(token, str)
    return token


def reason(codes: Codes) -> str:
    """Return why the last request was refused, as the event log has it."""
    refused = codes.app.events.events[-1]
    assert isinstance(refused, RequestRefused)
    return refused.reason


async def test_a_client_exchanges_the_token_of_another_for_one_of_its_own(codes: Codes) -> None:
    answer = members(await exchange(codes, await front_token(codes)))

    assert set(answer) == {
        *("access_token", "token_type", "expires_in", "scope", "issued_token_type"),
    }
    assert answer["issued_token_type"] == f"{TYPES}access_token"
    assert answer["scope"] == "openid api:read"
    assert claims_of(answer["access_token"])["client_id"] == "gateway"
    found = (await codes.app.introspect(answer["access_token"])).json()
    assert (found["active"], found["sub"]) == (True, codes.user.id)


async def test_SEC_85_without_a_policy_nobody_impersonates(codes: Codes) -> None:
    answer = members(await exchange(codes, await front_token(codes)))
    assert claims_of(answer["access_token"])["act"] == {"sub": "gateway"}

    (event,) = [each for each in codes.app.events.events if isinstance(each, TokenExchanged)]
    assert (event.client, event.source, event.user) == ("gateway", "front", codes.user.id)
    assert event.is_delegated


async def test_SEC_85_a_policy_of_its_own_lets_a_client_impersonate(codes: Codes) -> None:
    answer = members(await exchange(codes, await front_token(codes), "silent"))
    assert "act" not in claims_of(answer["access_token"])
    assert any(
        isinstance(e, TokenExchanged) and not e.is_delegated for e in codes.app.events.events
    )


async def as_actor(codes: Codes, subject: str, actor: str, **params: str) -> Answer:
    """Exchange a token with an actor token."""
    kind = {"actor_token": actor, "actor_token_type": f"{TYPES}access_token"}
    return await exchange(codes, subject, **{**kind, **params})


async def test_SEC_85_an_actor_token_of_the_subject_hides_nobody(codes: Codes) -> None:
    token = await front_token(codes)
    first = members(await exchange(codes, token))["access_token"]
    second = members(await as_actor(codes, token, first))["access_token"]
    assert claims_of(second)["act"] == {"sub": "gateway"}
    third = members(await as_actor(codes, first, first))["access_token"]
    assert claims_of(third)["act"] == {"sub": "gateway", "act": {"sub": "gateway"}}


@pytest.mark.parametrize("rule", [SubjectRule.FOREIGN, SubjectRule.USERNAME])
async def test_SEC_85_an_assertion_as_its_own_actor_hides_nobody(
    codes: Codes, rule: SubjectRule
) -> None:
    partnership = Partnership(codes.app, codes.user)
    partnership.trust(make_issuer(subject=rule))
    assertion = partnership.assertion(sub=codes.user.username)
    both = dict.fromkeys(("subject_token_type", "actor_token_type"), f"{TYPES}jwt")
    new = members(await as_actor(codes, assertion, assertion, **both))["access_token"]
    assert claims_of(new)["act"] == {"sub": "gateway"}
    mixed = {"actor_token_type": f"{TYPES}jwt"}
    again = members(await as_actor(codes, new, assertion, **mixed))["access_token"]
    assert claims_of(again)["act"] == {"sub": "gateway", "act": {"sub": "gateway"}}


async def test_SEC_85_a_clients_own_token_of_a_user_sent_twice_hides_nobody(codes: Codes) -> None:
    grants = frozenset({EXCHANGE, "authorization_code", "refresh_token"})
    codes.app.change_client("front", grant_types=grants)
    token = await front_token(codes)
    kind = {"actor_token": token, "actor_token_type": f"{TYPES}access_token"}
    form = {"grant_type": EXCHANGE, "subject_token": token, **kind}
    answer = await codes.post("front", subject_token_type=f"{TYPES}access_token", **form)
    assert claims_of(members(answer)["access_token"])["act"] == {"sub": "front"}


async def test_a_client_is_its_own_actor_without_saying_so(codes: Codes) -> None:
    own = await codes.app.token("gateway", scope="api:read")
    assert "act" not in claims_of(members(await as_actor(codes, own, own))["access_token"])


async def test_SEC_85_a_user_who_is_named_like_a_client_is_not_that_client(codes: Codes) -> None:
    codes.change_environment(subject=SubjectKind.USERNAME)
    await codes.change_user(username="gateway")
    token = await front_token(codes)
    answer = members(await exchange(codes, token))
    assert claims_of(answer["access_token"])["act"] == {"sub": "gateway"}

    own = await codes.app.token("gateway", scope="api:read")
    assert (await as_actor(codes, own, answer["access_token"])).error == NO
    assert reason(codes) == "the actor is no client, but has the name of one"
    partnership = Partnership(codes.app, codes.user)
    partnership.trust(make_issuer(subject=SubjectRule.FOREIGN))
    meant = partnership.assertion(may_act={"sub": "gateway"})
    params = {"subject_token_type": f"{TYPES}jwt"}
    assert (await as_actor(codes, meant, answer["access_token"], **params)).error == NO


async def test_an_actor_token_says_who_acts(codes: Codes) -> None:
    actor = await codes.app.token("silent", scope="api:read")
    answer = await exchange(
        codes,
        await front_token(codes),
        "silent",
        actor_token=actor,
        actor_token_type=f"{TYPES}access_token",
    )
    assert claims_of(members(answer)["access_token"])["act"] == {"sub": "silent"}


async def test_SEC_85_an_actor_token_of_somebody_else_is_refused(codes: Codes) -> None:
    actor = await codes.app.token("own", scope="api:read")
    params = {"actor_token": actor, "actor_token_type": f"{TYPES}access_token"}
    assert (await exchange(codes, await front_token(codes), **params)).error == NO
    assert reason(codes) == "the actor token is another client's"


async def test_whoever_acted_before_stands_within_whoever_acts_now(codes: Codes) -> None:
    first = members(await exchange(codes, await front_token(codes)))["access_token"]
    second = members(await exchange(codes, first, "next"))["access_token"]
    assert claims_of(second)["act"] == {"sub": "next", "act": {"sub": "gateway"}}


@pytest.mark.parametrize("client", ["own", "narrow"])
async def test_SEC_85_tokens_of_clients_that_no_policy_names_are_refused(
    codes: Codes, client: str
) -> None:
    assert (await exchange(codes, await front_token(codes, "stranger"), client)).error == NO
    assert reason(codes) == "the client may not bring tokens of that client"


async def test_a_client_may_always_narrow_its_own_token(codes: Codes) -> None:
    own = await codes.app.token("own", scope="api:read orders")
    answer = members(await exchange(codes, own, "own", scope="orders"))
    assert answer["scope"] == "orders"
    assert "act" not in claims_of(answer["access_token"])


async def test_SEC_85_a_public_client_exchanges_nothing(codes: Codes) -> None:
    form = {
        "grant_type": EXCHANGE,
        "client_id": "open",
        "subject_token": await front_token(codes),
        "subject_token_type": f"{TYPES}access_token",
    }
    answer = await codes.app.pingfederate.post_form(TOKEN, form)
    assert answer.error == (400, "unauthorized_client")


async def test_SEC_85_an_expired_token_is_refused(codes: Codes) -> None:
    token = await front_token(codes)
    codes.app.clock.advance(7200)
    assert (await exchange(codes, token)).error == NO


async def test_SEC_85_a_revoked_token_is_refused(codes: Codes) -> None:
    token = await front_token(codes)
    await codes.revoke(token, "front")
    assert (await exchange(codes, token)).error == NO


async def test_SEC_50_a_token_of_a_disabled_user_is_refused(codes: Codes) -> None:
    token = await front_token(codes)
    await codes.change_user(enabled=False)
    assert (await exchange(codes, token)).error == NO


async def test_SEC_50_what_was_exchanged_is_over_with_the_user(codes: Codes) -> None:
    new = members(await exchange(codes, await front_token(codes)))["access_token"]
    assert await codes.is_active(new)
    await codes.change_password()
    assert not await codes.is_active(new)


async def test_SEC_50_what_was_exchanged_ends_with_the_session(codes: Codes) -> None:
    new = members(await exchange(codes, await front_token(codes)))["access_token"]
    await codes.app.store.sessions.end(codes.env, codes.session.id)
    assert not await codes.is_active(new)


async def test_SEC_85_nothing_outlives_the_subject_token(codes: Codes) -> None:
    token = await front_token(codes)
    codes.app.clock.advance(7000)
    answer = members(await exchange(codes, token))
    assert answer["expires_in"] <= 200
    assert claims_of(answer["access_token"])["exp"] <= claims_of(token)["exp"]
    own = await codes.app.token("own", scope="api:read")
    codes.app.clock.advance(7000)
    assert members(await exchange(codes, own, "own"))["expires_in"] <= 200


@pytest.mark.parametrize("scope", ["email", "api:read email", "offline_access", "orders"])
async def test_SEC_85_no_scope_beyond_the_subject_tokens_is_granted(
    codes: Codes, scope: str
) -> None:
    token = await front_token(codes)
    assert (await exchange(codes, token, scope=scope)).error == (400, "invalid_scope")


async def test_SEC_85_no_scope_beyond_the_clients_own_is_granted(codes: Codes) -> None:
    codes.app.change_client("gateway", scopes=frozenset({"openid"}))
    token = await front_token(codes)
    assert members(await exchange(codes, token))["scope"] == "openid"
    assert (await exchange(codes, token, scope="api:read")).error == (400, "invalid_scope")


async def test_neither_refresh_nor_id_token_comes_of_it(codes: Codes) -> None:
    token = await front_token(codes, scope="openid offline_access")
    answer = members(await exchange(codes, token))
    assert not {"refresh_token", "id_token"} & set(answer)
    assert answer["scope"] == "openid"


@pytest.mark.parametrize("parameter", ["audience", "resource"])
async def test_an_audience_takes_the_scopes_of_others_away(codes: Codes, parameter: str) -> None:
    token = await front_token(codes, scope="openid orders stock")
    answer = members(await exchange(codes, token, **{parameter: ORDERS}))
    assert answer["scope"] == "openid orders"
    found = (await codes.app.introspect(answer["access_token"])).json()
    assert found["scope"] == "openid orders"


@pytest.mark.parametrize("parameter", ["audience", "resource", "aud"])
async def test_SEC_85_a_policy_limits_the_audiences(codes: Codes, parameter: str) -> None:
    token = await front_token(codes, scope="stock")
    refused = (400, "invalid_target")
    assert (await exchange(codes, token, "narrow", **{parameter: STOCK})).error == refused
    unknown = await exchange(codes, token, **{parameter: "https://unknown.example.com"})
    assert unknown.error == refused


async def test_SEC_85_one_allowed_audience_goes_without_saying_and_two_do_not(
    codes: Codes,
) -> None:
    token = await front_token(codes, scope="orders stock")
    assert members(await exchange(codes, token, "narrow"))["scope"] == "orders"
    assert (await exchange(codes, token, "either")).error == (400, "invalid_target")


@pytest.mark.parametrize("resource", [ORDERS, STOCK, "https://unknown.example.com"])
async def test_SEC_85_no_token_manager_leads_around_the_audiences(
    codes: Codes, resource: str
) -> None:
    around = {"access_token_manager_id": "default", "resource": resource}
    refused = (400, "invalid_target")
    for token in (
        await front_token(codes, scope="stock"),
        await codes.app.token("either", scope="stock"),
    ):
        assert (await exchange(codes, token, "either", **around)).error == refused


async def test_SEC_85_an_audience_is_not_widened_by_a_resource(codes: Codes) -> None:
    token = await front_token(codes, scope="orders stock")
    answer = await exchange(codes, token, audience=ORDERS, resource=STOCK)
    assert answer.error == (400, "invalid_target")
    own = await codes.app.token("own", scope="orders")
    answer = await exchange(codes, own, "own", audience=ORDERS, resource=STOCK)
    assert answer.error == (400, "invalid_target")


@pytest.mark.parametrize("parameter", ["audience", "resource"])
async def test_SEC_85_no_audience_is_named_that_the_user_was_not_asked_for(
    codes: Codes, parameter: str
) -> None:
    refused = (400, "invalid_target")
    unheard = await front_token(codes, scope="openid orders")
    assert (await exchange(codes, unheard, **{parameter: STOCK})).error == refused
    assert (await exchange(codes, unheard, **{parameter: ORDERS})).status == 200

    limited = await front_token(codes, scope="orders stock", resources=(ORDERS, STOCK))
    for target in (ORDERS, STOCK):
        assert (await exchange(codes, limited, **{parameter: target})).status == 200
    narrow = members(await exchange(codes, limited, audience=ORDERS))["access_token"]
    assert (await exchange(codes, narrow, "next", **{parameter: STOCK})).error == refused


def say_audiences(codes: Codes) -> None:
    """Let tokens say what they are for."""
    for client in ("front", "gateway", "either"):
        codes.app.change_client(client, token_managers=(TokenManagerId("modern"),))


async def test_SEC_85_a_policy_opens_what_the_grant_is_not_for(codes: Codes) -> None:
    say_audiences(codes)
    token = await front_token(codes, scope="api:read", resources=(ORDERS,))
    for parameter in ("audience", "resource"):
        refused = await exchange(codes, token, **{parameter: STOCK})
        assert refused.error == (400, "invalid_target")
    opened = members(await exchange(codes, token, "either", audience=STOCK))
    assert claims_of(opened["access_token"])["aud"] == STOCK


async def test_SEC_85_a_token_without_an_audience_named_is_for_no_more(codes: Codes) -> None:
    say_audiences(codes)
    token = await front_token(codes, scope="openid", resources=(ORDERS,))
    new = members(await exchange(codes, token))["access_token"]
    assert claims_of(new)["aud"] == claims_of(token)["aud"] == ORDERS

    both = await front_token(codes, scope="openid", resources=(ORDERS, STOCK))
    narrow = members(await exchange(codes, both, audience=STOCK))["access_token"]
    assert claims_of(members(await exchange(codes, narrow))["access_token"])["aud"] == STOCK


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"subject_token": ""}, "The parameter subject_token is missing."),
        ({"subject_token_type": ""}, "The parameter subject_token_type is missing."),
        (
            {"subject_token_type": f"{TYPES}saml2"},
            "Tokens of this subject_token_type are not exchanged here.",
        ),
        (
            {"requested_token_type": f"{TYPES}refresh_token"},
            "Tokens of this requested_token_type are not issued here.",
        ),
        ({"actor_token": "x"}, "Send actor_token and actor_token_type together, or neither."),
        (
            {"actor_token_type": f"{TYPES}jwt"},
            "Send actor_token and actor_token_type together, or neither.",
        ),
    ],
)
async def test_requests_that_are_not_whole_are_refused(
    codes: Codes, params: dict[str, str], said: str
) -> None:
    answer = await exchange(codes, await front_token(codes), **params)
    assert answer.error == NO
    assert answer.json()["error_description"] == said


@pytest.mark.parametrize("junk", ["x", "a.b.c", "..", "a" * 20_000, "é"])
async def test_SEC_85_what_is_no_token_is_refused(codes: Codes, junk: str) -> None:
    assert (await exchange(codes, junk)).error == NO


@pytest.mark.parametrize("kind", ["refresh_token", "id_token"])
async def test_SEC_85_other_tokens_are_not_taken_for_access_tokens(codes: Codes, kind: str) -> None:
    tokens = await codes.tokens("front", scope="openid")
    assert (await exchange(codes, tokens[kind])).error == NO


async def test_SEC_223_a_token_of_another_environment_is_refused(codes: Codes) -> None:
    foreign = (await codes.app.ask_pingone()).json()["access_token"]
    assert (await exchange(codes, foreign)).error == NO


async def test_SEC_65_a_bound_token_is_exchanged_by_its_holder_alone(codes: Codes) -> None:
    certificate = self_signed(private_key("caller", "ES256"), "caller", now=MADE_AT)
    showing = replace(codes.app.pingfederate, certificate=certificate)
    holder = replace(codes, app=replace(codes.app, pingfederate=showing))
    token = (await holder.tokens("bound-front"))["access_token"]
    codes.app.change_client("gateway", exchanges=ExchangePolicy(clients=frozenset({"bound-front"})))
    assert (await exchange(codes, token)).error == NO
    assert reason(codes) == "the token is bound to another certificate"
    assert (await exchange(holder, token)).status == 200


async def test_SEC_65_a_partners_bound_token_is_exchanged_by_its_holder_alone(
    codes: Codes,
) -> None:
    partnership = Partnership(codes.app, codes.user)
    partnership.trust(make_issuer(subject=SubjectRule.FOREIGN))
    certificate = self_signed(private_key("caller", "ES256"), "caller", now=MADE_AT)
    showing = replace(codes.app.pingfederate, certificate=certificate)
    holder = replace(codes, app=replace(codes.app, pingfederate=showing))
    bound = partnership.assertion(cnf={"x5t#S256": thumbprint(certificate)})
    params = {"subject_token_type": f"{TYPES}jwt"}
    assert (await exchange(codes, bound, **params)).error == NO
    assert reason(codes) == "the token is bound to another certificate"
    assert (await exchange(holder, bound, **params)).status == 200
    for unknown in ({"jkt": "x"}, {}, "x", {"x5t#S256": 7}):
        assert (await exchange(holder, partnership.assertion(cnf=unknown), **params)).error == NO
        assert reason(codes) == "cnf is no thumbprint of a certificate"


async def test_SEC_85_a_token_that_is_over_but_for_the_skew_is_refused(codes: Codes) -> None:
    partnership = Partnership(codes.app, codes.user)
    partnership.trust(make_issuer(subject=SubjectRule.FOREIGN))
    params = {"subject_token_type": f"{TYPES}jwt"}
    now = int(codes.app.clock.now())
    for ends in (now - 5, now):
        assert (await exchange(codes, partnership.assertion(exp=ends), **params)).error == NO
        assert reason(codes) == "the token is over, and nothing outlives it"
    soon = members(await exchange(codes, partnership.assertion(exp=now + 2), **params))
    assert 0 < soon["expires_in"] <= 2


async def test_a_partners_token_is_exchanged_where_the_policy_says_so(codes: Codes) -> None:
    partnership = Partnership(codes.app, codes.user)
    partnership.trust(make_issuer())
    codes.change_environment(scopes=codes.env.scopes | {"orders", "stock"})
    assertion = partnership.assertion(sub=codes.user.username, aud=codes.env.issuer)
    params = {"subject_token_type": f"{TYPES}jwt"}

    new = members(await exchange(codes, assertion, **params))
    assert new["scope"] == "api:read"
    assert new["expires_in"] <= 60
    assert claims_of(new["access_token"])["act"] == {"sub": "gateway"}
    assert (await exchange(codes, assertion, "own", **params)).error == NO


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"may_act": {"sub": "gateway"}}, 200),
        ({"may_act": {"sub": "next"}}, 400),
        ({"may_act": {"sub": "gateway", "iss": PARTNER}}, 400),
        ({"may_act": "gateway"}, 400),
        ({"may_act": {}}, 400),
        ({"act": {"sub": "earlier"}}, 200),
        ({"act": "earlier"}, 400),
        ({"act": {"name": "earlier"}}, 400),
        ({"act": {"sub": "1", "act": {"sub": "2", "act": {"sub": "3"}}}}, 200),
        (
            {"act": {"sub": "1", "act": {"sub": "2", "act": {"sub": "3", "act": {"sub": "4"}}}}},
            200,
        ),
        (
            {
                "act": {
                    "sub": "1",
                    "act": {"sub": "2", "act": {"sub": "3", "act": {"sub": "4", "act": {}}}},
                }
            },
            400,
        ),
    ],
)
async def test_SEC_85_what_a_token_says_of_its_actors_holds(
    codes: Codes, claims: dict[str, Any], status: int
) -> None:
    partnership = Partnership(codes.app, codes.user)
    partnership.trust(make_issuer(subject=SubjectRule.FOREIGN))
    assertion = partnership.assertion(**claims)
    answer = await exchange(codes, assertion, subject_token_type=f"{TYPES}jwt")
    assert answer.status == status


async def test_a_foreign_subject_stays_foreign(codes: Codes) -> None:
    partnership = Partnership(codes.app, codes.user)
    partnership.trust(make_issuer(subject=SubjectRule.FOREIGN))
    new = members(await exchange(codes, partnership.assertion(), subject_token_type=f"{TYPES}jwt"))
    assert claims_of(new["access_token"])["sub"] == "partner|joe"
    again = members(await exchange(codes, new["access_token"]))
    assert (await codes.app.introspect(again["access_token"])).json()["sub"] == "partner|joe"


async def test_SEC_244_no_token_is_logged(codes: Codes) -> None:
    token = await front_token(codes)
    await exchange(codes, token)
    await exchange(codes, f"{token}x")
    canary_free(codes.app, token, *token.split("."))


@pytest.mark.parametrize("kind", ["id_token", "jwt", "access_token"])
async def test_SEC_85_an_id_token_is_exchanged_for_nothing_whatever_it_is_called(
    codes: Codes, kind: str
) -> None:
    """It says nothing of what its user agreed to, and browsers have seen it."""
    front = codes.env.clients[ClientId("front")]
    codes.app.change_client("front", grant_types=front.grant_types | {EXCHANGE}, exchanges=WEB)
    tokens = await codes.tokens("front", scope="openid api:read")
    form = {"subject_token": tokens["id_token"], "subject_token_type": TYPES + kind}

    assert (await codes.post("front", grant_type=EXCHANGE, **form)).error == NO
    assert (await exchange(codes, tokens["id_token"], **form)).error == NO

    form = {"subject_token": tokens["access_token"], "subject_token_type": f"{TYPES}access_token"}
    assert (await codes.post("front", grant_type=EXCHANGE, **form)).status == 200
