"""A backend that gives its own tokens for an issuer's, asked over its own interface."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ostiary_client.errors import ConfigurationError
from ostiary_client.exchange import (
    AuthenticationType,
    KeptTokens,
    LoginScheme,
    SQLTokens,
    Tokens,
    UserExchange,
    login_scheme_router,
)
from ostiary_client.fastapi import Bearer, TrustedIssuer
from ostiary_client.secret import Secret
from tests.client.exchanging import (
    KINDS,
    LIFETIME,
    Backend,
    error_of,
    open_tokens,
    store_url,
    verified,
)
from tests.support.played_issuer import AUDIENCE, NOW, Clock, PlayedIssuer, played_issuer


@pytest.fixture
def issuer() -> Iterator[PlayedIssuer]:
    with played_issuer() as issuer:
        yield issuer


@pytest.fixture
def partner() -> Iterator[PlayedIssuer]:
    with played_issuer() as issuer:
        yield issuer


@pytest.fixture(params=KINDS)
def tokens(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tokens]:
    with open_tokens(store_url(request.param, request, tmp_path)) as kept:
        yield kept


@pytest.fixture
def backend(issuer: PlayedIssuer, tokens: Tokens) -> Backend:
    return Backend(Bearer(issuer.url, audience=AUDIENCE, now=Clock()), tokens)


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_S0_25_S0_26_the_token_that_is_given_opens_another_route(
    backend: Backend, issuer: PlayedIssuer, method: str
) -> None:
    given = backend.give(issuer.token(), method)
    assert backend.ask("GET", "/orders", given).json() == [issuer.url, "joe", "app"]


def test_S0_26_a_revoked_token_opens_nothing(backend: Backend, issuer: PlayedIssuer) -> None:
    given, other = backend.give(issuer.token()), backend.give(issuer.token())
    assert backend.ask("DELETE", "/user", given).status_code == 204
    assert error_of(backend.ask("GET", "/orders", given)) == (401, "invalid_token")
    assert backend.ask("GET", "/orders", other).status_code == 200
    assert backend.ask("DELETE", "/user", given).status_code == 204


def test_S0_26_a_token_is_good_until_its_time_is_over(
    backend: Backend, issuer: PlayedIssuer
) -> None:
    given = backend.give(issuer.token())
    backend.clock.pass_by(LIFETIME - 1)
    assert backend.ask("GET", "/orders", given).status_code == 200
    backend.clock.pass_by(1)
    assert error_of(backend.ask("GET", "/orders", given)) == (401, "invalid_token")


async def test_all_tokens_of_a_user_are_revoked_at_once(
    backend: Backend, issuer: PlayedIssuer
) -> None:
    joes = [await backend.exchange.exchange(verified("joe", issuer=issuer.url)) for _ in range(3)]
    anns = await backend.exchange.exchange(verified("ann", issuer=issuer.url))
    assert await backend.exchange.revoke_user(issuer.url, "joe") == 3
    assert {backend.ask("GET", "/orders", each).status_code for each in joes} == {401}
    assert backend.ask("GET", "/orders", anns).status_code == 200


def test_a_scope_of_the_exchanged_token_is_one_of_the_new_token(
    backend: Backend, issuer: PlayedIssuer
) -> None:
    with_scope = backend.give(issuer.token(scope="bills:read orders:read"))
    without = backend.give(issuer.token())
    assert backend.ask("GET", "/bills", with_scope).status_code == 200
    assert error_of(backend.ask("GET", "/bills", without)) == (403, "insufficient_scope")


def test_an_issuers_token_opens_the_exchange_alone_and_our_own_everything_else(
    backend: Backend, issuer: PlayedIssuer
) -> None:
    theirs = issuer.token()
    ours = backend.give(theirs)
    assert error_of(backend.ask("GET", "/orders", theirs)) == (401, "invalid_token")
    assert error_of(backend.ask("POST", "/user", ours)) == (401, "invalid_token")


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_S0_23_what_the_issuer_would_not_vouch_for_gets_nothing(
    issuer: PlayedIssuer, method: str
) -> None:
    backend = Backend(Bearer(issuer.url, audience=AUDIENCE, now=Clock()), KeptTokens())
    for bad in (
        issuer.token(exp=NOW - 100),
        issuer.token(aud="https://bills.example"),
        issuer.sign({"kid": "k1", "alg": "none"}, issuer.claims()),
    ):
        assert error_of(backend.ask(method, "/user", bad)) == (401, "invalid_token")
    assert backend.ask(method, "/user", None).status_code == 401


def test_S0_23_S0_28_id_tokens_and_access_tokens_of_two_issuers_are_taken_at_one_route(
    issuer: PlayedIssuer, partner: PlayedIssuer
) -> None:
    bearer = Bearer(
        TrustedIssuer(issuer.url, audience=AUDIENCE),
        TrustedIssuer(partner.url, audience=AUDIENCE, accept_id_token=True, client_id="phone"),
        now=Clock(),
    )
    backend = Backend(bearer, KeptTokens())
    id_claims = partner.claims(aud="phone", client_id=None, scope=None, sub="ann")
    id_token = partner.sign({"kid": "k1", "typ": "JWT"}, id_claims)
    of_another = {**id_claims, "aud": "tablet"}
    assert backend.ask("GET", "/orders", backend.give(issuer.token())).json()[:2] == [
        issuer.url,
        "joe",
    ]
    assert backend.ask("GET", "/orders", backend.give(id_token)).json()[:2] == [partner.url, "ann"]
    refused = backend.ask("POST", "/user", partner.sign({"kid": "k1", "typ": "JWT"}, of_another))
    assert error_of(refused) == (401, "invalid_token")


@pytest.mark.parametrize("member", ["token", "secret_token"])
def test_S0_24_S0_25_the_answer_calls_the_token_as_is_configured(
    issuer: PlayedIssuer, member: str
) -> None:
    bearer = Bearer(issuer.url, audience=AUDIENCE, now=Clock())
    assert Backend(bearer, KeptTokens(), member=member).give(issuer.token())


@pytest.mark.parametrize("member", ["", "expires_in", "token_type"])
def test_a_name_that_the_answer_needs_otherwise_is_refused(
    issuer: PlayedIssuer, member: str
) -> None:
    with pytest.raises(ConfigurationError, match="name of its own"):
        UserExchange(Bearer(issuer.url, audience=AUDIENCE), KeptTokens(), member=member)


def test_SEC_276_neither_token_is_kept_or_logged(
    issuer: PlayedIssuer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "tokens.db"
    kept = SQLTokens(f"sqlite:///{path}")
    theirs = issuer.token()
    backend = Backend(Bearer(issuer.url, audience=AUDIENCE, now=Clock()), kept)
    ours = backend.give(theirs)
    kept.close()
    content = path.read_bytes()
    assert b"joe" in content
    assert ours.encode() not in content
    assert theirs.encode() not in content
    assert ours not in caplog.text
    assert theirs not in caplog.text


def test_a_database_that_is_another_one_in_each_thread_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="in memory"):
        SQLTokens("sqlite://")


INBOUND = LoginScheme(
    AuthenticationType.INBOUND, "web", authorization_url="https://idp.example/authorize"
)
OUTBOUND = LoginScheme(AuthenticationType.OUTBOUND, "app_client", Secret("a" * 64))


@pytest.fixture
def schemes() -> TestClient:
    async def find(username: str) -> LoginScheme | None:
        return INBOUND if username.endswith("@partner.example") else None

    app = FastAPI()
    app.include_router(login_scheme_router(find, default=OUTBOUND))
    return TestClient(app)


@pytest.mark.parametrize("path", ["/getLoginScheme", "/getLoginSchema"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_S2_12_a_name_says_how_somebody_signs_on(
    schemes: TestClient, path: str, method: str
) -> None:
    def ask(username: str) -> Any:
        given: dict[str, Any] = {"params" if method == "GET" else "data": {"username": username}}
        answer = schemes.request(method, path, **given)
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()

    assert ask("ann@partner.example") == {
        "AuthenticationType": "I",
        "client_id": "web",
        "authorization_url": "https://idp.example/authorize",
    }
    assert ask("joe@elsewhere.example") == {
        "AuthenticationType": "O",
        "client_id": "app_client",
        "client_secret": "a" * 64,
    }


@pytest.mark.parametrize("sent", [{}, {"username": ""}, {"username": "a" * 321}], ids=repr)
def test_a_name_is_needed(schemes: TestClient, sent: dict[str, str]) -> None:
    assert schemes.get("/getLoginScheme", params=sent).status_code == 422
    assert schemes.post("/getLoginScheme", data=sent).status_code == 422


@pytest.mark.parametrize(
    "form",
    [{f"field{number}": "1" for number in range(30)}, {"username": "joe", "more": "a" * 5000}],
    ids=["many fields", "a long body"],
)
def test_a_form_that_says_more_than_a_name_is_refused(
    schemes: TestClient, form: dict[str, str]
) -> None:
    assert schemes.post("/getLoginScheme", data=form).status_code == 422


def test_whoever_signs_on_elsewhere_is_sent_somewhere() -> None:
    with pytest.raises(ConfigurationError, match="authorization_url"):
        LoginScheme(AuthenticationType.INBOUND, "web")
