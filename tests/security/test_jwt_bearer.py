"""Assertions of trusted issuers: which are believed, once, and what they lead to."""

import asyncio
import json
from typing import Any

import pytest

from ostiary.core.base import b64
from ostiary.core.model.audit.tokens import RequestRefused
from ostiary.core.model.trusted_issuer import SubjectRule
from ostiary.core.ports.fetcher import Fetched
from tests.support.app import BASE_URL, TOKEN, canary_free
from tests.support.codes import claims_of
from tests.support.partners import (
    KEYS_URL,
    PARTNER,
    Partnership,
    PlayedWayOut,
    make_bringing_client,
    make_issuer,
    make_partnership,
)
from tests.support.tenants import NONE, signing_key, verification_key

NO = (400, "invalid_grant")
NOBODY = frozenset({"somebody-else"})


@pytest.fixture
async def partnership() -> Partnership:
    return await make_partnership()


def reason(partnership: Partnership) -> str:
    """Return why the last request was refused, as the event log has it."""
    refused = partnership.app.events.events[-1]
    assert isinstance(refused, RequestRefused)
    return refused.reason


async def test_S0_5_a_partners_assertion_becomes_an_access_token(partnership: Partnership) -> None:
    answer = await partnership.bring(partnership.assertion(), scope="read")

    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope"}
    assert answer.json()["scope"] == "read"
    assert await partnership.app.is_active(answer.json()["access_token"])


async def test_the_token_is_the_users_of_that_name(partnership: Partnership) -> None:
    token = (await partnership.bring(partnership.assertion())).json()["access_token"]
    assert (await partnership.app.introspect(token)).json()["sub"] == partnership.user.id


async def test_no_refresh_token_comes_of_an_assertion(partnership: Partnership) -> None:
    assert "refresh_token" not in (await partnership.bring(partnership.assertion())).json()


@pytest.mark.parametrize("audience", [BASE_URL, [BASE_URL], BASE_URL + TOKEN])
async def test_the_issuer_and_the_token_endpoint_are_audiences(
    partnership: Partnership, audience: object
) -> None:
    assert (await partnership.bring(partnership.assertion(aud=audience))).status == 200


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"iss": "https://evil.example.com"}, "no trusted issuer"),
        ({"iss": None}, "no trusted issuer"),
        ({"iss": [PARTNER]}, "no trusted issuer"),
        ({"iss": f"{PARTNER}/"}, "no trusted issuer"),
        ({"aud": "https://other.example.com"}, "the audience is not this server alone"),
        ({"aud": [BASE_URL, "https://other.example.com"]}, "the audience is not this server alone"),
        ({"aud": None}, "the audience is not this server alone"),
        ({"aud": []}, "the audience is not this server alone"),
        ({"aud": {BASE_URL: 1}}, "the audience is not this server alone"),
        ({"exp": None}, "exp is missing"),
        ({"exp": 1}, "expired"),
        ({"exp": 1_750_000_000 + 7200}, "exp is too far ahead"),
        ({"exp": "soon"}, "exp is no number"),
        ({"nbf": 1_750_000_000 + 60}, "nbf lies in the future"),
        ({"iat": 1_750_000_000 - 7200}, "iat lies too far back"),
        ({"sub": None}, "the subject is missing"),
        ({"sub": ""}, "the subject is missing"),
        ({"sub": ["joe"]}, "the subject is missing"),
        ({"sub": "j" * 257}, "the subject is missing"),
        ({"sub": "joe\n"}, "the subject holds control characters"),
        ({"sub": "nobody"}, "the user is not there, or may not sign on"),
        ({"sub": "*"}, "the user is not there, or may not sign on"),
        ({"jti": 7}, "jti is no text"),
        ({"jti": ""}, "jti is no text"),
        ({"auth_time": "now"}, "auth_time is no number"),
    ],
)
async def test_SEC_62_claims_that_do_not_hold_are_refused(
    partnership: Partnership, changed: dict[str, Any], said: str
) -> None:
    answer = await partnership.bring(partnership.assertion(**changed))

    assert answer.error == NO
    assert answer.json()["error_description"].startswith("The grant is invalid")
    assert reason(partnership) == said


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"alg": "none"}, "no signature algorithm"),
        ({"alg": "PS256"}, "an algorithm that the issuer is not believed by"),
        ({"alg": "HS256"}, "an algorithm that the issuer is not believed by"),
        ({"alg": "RS256"}, "no key of the issuer of that id and algorithm"),
        ({"kid": "other"}, "no key of the issuer of that id and algorithm"),
        ({"typ": "at+jwt"}, "typ names another kind of token"),
        ({"typ": "logout+jwt"}, "typ names another kind of token"),
        ({"typ": ["JWT"]}, "typ names another kind of token"),
        ({"crit": ["exp"]}, "critical extensions are not supported"),
    ],
)
async def test_SEC_62_headers_that_do_not_fit_are_refused(
    partnership: Partnership, header: dict[str, Any], said: str
) -> None:
    good = partnership.assertion().split(".")
    head = {"alg": "ES256", "kid": "partner", **header}
    forged = ".".join([b64.encode(json.dumps(head).encode()), *good[1:]])
    assert (await partnership.bring(forged)).error == NO
    assert reason(partnership) == said


@pytest.mark.parametrize("typ", [None, "JWT", "jwt", "application/authorization-grant+jwt"])
async def test_the_usual_types_of_assertions_are_taken(
    partnership: Partnership, typ: str | None
) -> None:
    assertion = partnership.assertion(header={"typ": typ})
    assert (await partnership.bring(assertion)).status == 200


async def test_SEC_62_a_key_of_somebody_else_signs_nothing(partnership: Partnership) -> None:
    assert (await partnership.bring(partnership.assertion(key="other"))).error == NO
    assert reason(partnership) == "the signature does not hold"


@pytest.mark.parametrize("junk", ["x", "a.b.c", "..", "a" * 20_000, "é.é.é", "{}"])
async def test_SEC_62_what_is_no_jwt_is_refused(partnership: Partnership, junk: str) -> None:
    assert (await partnership.bring(junk)).error == NO


async def test_SEC_62_an_assertion_is_good_once(partnership: Partnership) -> None:
    assertion = partnership.assertion()
    assert (await partnership.bring(assertion)).status == 200
    assert (await partnership.bring(assertion)).error == NO
    again = partnership.assertion(exp=int(partnership.app.clock.now()) + 50)
    assert (await partnership.bring(again)).error == NO


async def test_SEC_62_without_jti_the_signed_bytes_are_good_once(partnership: Partnership) -> None:
    assertion = partnership.assertion(jti=None)
    assert (await partnership.bring(assertion)).status == 200
    assert (await partnership.bring(assertion)).error == NO


async def test_SEC_62_of_many_at_once_one_succeeds(partnership: Partnership) -> None:
    assertion = partnership.assertion()
    answers = await asyncio.gather(*(partnership.bring(assertion) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [200, *[400] * 19]


@pytest.mark.parametrize("binding", [{"x5t#S256": "x"}, {"jkt": "x"}, {}, "x"])
async def test_SEC_62_an_assertion_that_is_bound_to_another_key_is_refused(
    partnership: Partnership, binding: object
) -> None:
    assert (await partnership.bring(partnership.assertion(cnf=binding))).error == NO
    assert "cnf" in reason(partnership) or "another certificate" in reason(partnership)


async def test_SEC_62_two_issuers_may_give_the_same_jti(partnership: Partnership) -> None:
    second = make_issuer("second", issuer="https://second.example.com")
    partnership.trust(make_issuer(), second)
    assert (await partnership.bring(partnership.assertion())).status == 200
    other = partnership.assertion(iss="https://second.example.com")
    assert (await partnership.bring(other)).status == 200


@pytest.mark.parametrize("fields", [{"enabled": False}, {"locked_at": 1.0}])
async def test_SEC_62_users_who_may_not_sign_on_are_refused(
    partnership: Partnership, fields: dict[str, Any]
) -> None:
    await partnership.change_user(**fields)
    assert (await partnership.bring(partnership.assertion())).error == NO


async def test_SEC_50_what_came_of_an_assertion_is_over_with_its_user(
    partnership: Partnership,
) -> None:
    token = (await partnership.bring(partnership.assertion())).json()["access_token"]
    await partnership.change_user(enabled=False)
    assert not await partnership.app.is_active(token)


@pytest.mark.parametrize("scope", ["write", "read write"])
async def test_SEC_62_an_issuer_leads_to_its_own_scopes_alone(
    partnership: Partnership, scope: str
) -> None:
    answer = await partnership.bring(partnership.assertion(), scope=scope)
    assert answer.error == (400, "invalid_scope")


async def test_SEC_62_a_client_gets_no_scope_that_is_not_its_own() -> None:
    partnership = await make_partnership(make_issuer(scopes=frozenset({"read", "api:write"})))
    answer = await partnership.bring(partnership.assertion(), scope="api:write")
    assert answer.error == (400, "invalid_scope")


async def test_default_scopes_are_cut_to_those_of_the_issuer() -> None:
    partnership = await make_partnership(make_issuer(scopes=frozenset({"api:read"})))
    assert (await partnership.bring(partnership.assertion())).json()["scope"] == ""


async def test_SEC_62_an_issuer_may_be_open_to_some_clients_alone() -> None:
    partnership = await make_partnership(make_issuer(clients=NOBODY))
    assert (await partnership.bring(partnership.assertion())).error == NO


async def test_a_client_without_the_grant_is_refused(partnership: Partnership) -> None:
    refused = (400, "unauthorized_client")
    assert (await partnership.bring(partnership.assertion(), "many")).error == refused


async def test_SEC_223_another_environment_trusts_nobody_because_this_one_does(
    partnership: Partnership,
) -> None:
    assert partnership.app.environment("customers").trusted_issuers == {}


async def test_a_user_may_be_named_by_id(partnership: Partnership) -> None:
    partnership.trust(make_issuer(subject=SubjectRule.ID))
    named = partnership.assertion(sub=partnership.user.id)
    assert (await partnership.bring(named)).status == 200
    assert (await partnership.bring(partnership.assertion(jti="2"))).error == NO


async def test_a_user_may_be_named_by_another_claim(partnership: Partnership) -> None:
    partnership.trust(make_issuer(subject_claim="upn"))
    assert (await partnership.bring(partnership.assertion(sub="x", upn="JOE"))).status == 200


async def test_SEC_62_a_foreign_subject_can_be_no_user_of_ours(partnership: Partnership) -> None:
    partnership.trust(make_issuer(subject=SubjectRule.FOREIGN))
    named = partnership.assertion(sub=partnership.user.id)
    token = (await partnership.bring(named)).json()["access_token"]

    found = (await partnership.app.introspect(token)).json()
    assert (found["active"], found["sub"]) == (True, f"partner|{partnership.user.id}")
    bearer = [("authorization", f"Bearer {token}")]
    userinfo = await partnership.app.pingfederate.get("/idp/userinfo.openid", bearer)
    assert userinfo.status == 401


async def test_a_client_may_get_a_token_for_itself(partnership: Partnership) -> None:
    partnership.trust(make_issuer(subject=SubjectRule.CLIENT))
    token = (await partnership.bring(partnership.assertion())).json()["access_token"]
    assert "sub" not in claims_of(token)
    assert (await partnership.app.introspect(token)).json().get("sub") is None


async def test_a_client_that_proves_nothing_may_bring_assertions_if_it_has_the_grant() -> None:
    partnership = await make_partnership(clients=(make_bringing_client("open", NONE),))
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": partnership.assertion(),
        "client_id": "open",
    }
    assert (await partnership.app.pingfederate.post_form(TOKEN, form)).status == 200


async def test_S2_8_a_missing_assertion_is_named(partnership: Partnership) -> None:
    answer = await partnership.bring("")
    assert answer.json()["error_description"] == "The parameter assertion is missing."


async def test_SEC_62_keys_in_the_token_itself_are_not_looked_at(partnership: Partnership) -> None:
    head = {"jku": KEYS_URL, "jwk": {"kty": "oct", "k": "AAAA"}, "x5u": KEYS_URL, "kid": "other"}
    assert (await partnership.bring(partnership.assertion(key="other", header=head))).error == NO


async def test_a_token_without_a_kid_is_tried_with_each_key() -> None:
    keys = (verification_key("other", "ES256"), verification_key("partner", "ES256"))
    partnership = await make_partnership(make_issuer(keys=keys))
    assert (await partnership.bring(partnership.assertion(header={"kid": None}))).status == 200


async def test_SEC_244_no_assertion_is_logged(partnership: Partnership) -> None:
    assertion = partnership.assertion(canary="canary-claim")
    await partnership.bring(assertion)
    await partnership.bring(assertion)
    canary_free(partnership.app, assertion, "canary-claim", *assertion.split("."))


async def test_SEC_62_keys_at_a_url_are_read_by_the_one_way_out() -> None:
    key = signing_key("partner", "ES256", "partner")
    document = json.dumps({"keys": [dict(key.public_jwk)]}).encode()
    way_out = PlayedWayOut([Fetched(200, "application/json", document)])
    issuer = make_issuer(keys=(), jwks_url=KEYS_URL)
    partnership = await make_partnership(issuer, fetcher=way_out)

    assert (await partnership.bring(partnership.assertion())).status == 200
    assert (await partnership.bring(partnership.assertion(jti="2", key="other"))).error == NO
    for number in range(20):
        unknown = partnership.assertion(jti=f"{number}", header={"kid": f"unknown-{number}"})
        assert (await partnership.bring(unknown)).error == NO
    assert [request.url for request in way_out.asked] == [KEYS_URL]


async def test_SEC_62_an_issuer_that_cannot_be_asked_is_no_reason_to_refuse_for_good() -> None:
    partnership = await make_partnership(make_issuer(keys=(), jwks_url=KEYS_URL))
    answer = await partnership.bring(partnership.assertion())

    assert answer.error == (503, "temporarily_unavailable")
    assert answer.header("retry-after") == "60"


async def test_SEC_62_nobody_is_asked_for_an_issuer_that_is_not_trusted() -> None:
    way_out = PlayedWayOut([None])
    partnership = await make_partnership(make_issuer(keys=(), jwks_url=KEYS_URL), fetcher=way_out)
    stranger = partnership.assertion(iss="https://evil.example.com", header={"jku": KEYS_URL})

    assert (await partnership.bring(stranger)).error == NO
    assert way_out.asked == []
