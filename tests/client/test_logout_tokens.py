"""Logout tokens of a played issuer and of a real server, verified by the SDK."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import anyio
import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ostiary_client.errors import ConfigurationError, InvalidTokenError, KeysUnavailableError
from ostiary_client.fastapi import LogoutToken, backchannel_logout
from ostiary_client.verification.async_verifier import AsyncTokenVerifier
from ostiary_client.verification.logout_token import EVENT
from ostiary_client.verification.spent_tokens import SpentTokensInMemory
from ostiary_client.verification.trusted_issuer import Introspector, TrustedIssuer
from ostiary_client.verification.verifier import TokenVerifier
from tests.support.played_issuer import KEYS, NOW, Answer, Clock, PlayedIssuer, played_issuer

PATH = "/backchannel-logout"


@pytest.fixture
def issuer() -> Iterator[PlayedIssuer]:
    with played_issuer() as issuer:
        yield issuer


def logout_token(issuer: PlayedIssuer, header: dict[str, Any] | None = None, **claims: Any) -> str:
    usual = {
        "iss": issuer.url,
        "sub": "joe",
        "sid": "s-1",
        "aud": "app",
        "iat": NOW,
        "exp": NOW + 120,
        "jti": "j-1",
        "events": {EVENT: {}},
    }
    return issuer.sign({"kid": "k1", "typ": "logout+jwt", **(header or {})}, {**usual, **claims})


def trusted(issuer: PlayedIssuer, **options: Any) -> TrustedIssuer:
    return TrustedIssuer(issuer.url, **{"audience": None, "client_id": "app", **options})


def test_SEC_134_logout_token_is_taken_once_by_threads(issuer: PlayedIssuer) -> None:
    verifier = TokenVerifier(trusted(issuer), now=Clock())
    value = logout_token(issuer)
    assert verifier.verify_logout_token(value).session_id == "s-1"
    with pytest.raises(InvalidTokenError, match="taken before"):
        verifier.verify_logout_token(value)
    assert verifier.verify_logout_token(logout_token(issuer, jti="j-2")).subject == "joe"


async def test_SEC_134_of_many_coroutines_one_has_the_token(issuer: PlayedIssuer) -> None:
    verifier = AsyncTokenVerifier(trusted(issuer), now=Clock())
    value = logout_token(issuer)
    outcomes: list[str] = []

    async def take() -> None:
        try:
            await verifier.verify_logout_token(value)
        except InvalidTokenError as error:
            outcomes.append(error.problem)
        else:
            outcomes.append("taken")

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(take)
    assert sorted(outcomes) == ["The token was taken before"] * 7 + ["taken"]


async def test_SEC_134_workers_may_share_what_was_taken(issuer: PlayedIssuer) -> None:
    class Shared:
        """What a database would be."""

        def __init__(self) -> None:
            self.kept = SpentTokensInMemory(now=Clock())

        async def spend(self, key: str, until: float) -> bool:
            await anyio.lowlevel.checkpoint()
            return self.kept.spend(key, until)

    shared = Shared()
    one = AsyncTokenVerifier(trusted(issuer), now=Clock(), spent_tokens=shared)
    other = AsyncTokenVerifier(trusted(issuer), now=Clock(), spent_tokens=shared)
    third = TokenVerifier(trusted(issuer), now=Clock(), spent_tokens=shared.kept)
    value = logout_token(issuer)
    await one.verify_logout_token(value)
    with pytest.raises(InvalidTokenError, match="taken before"):
        await other.verify_logout_token(value)
    with pytest.raises(InvalidTokenError, match="taken before"):
        third.verify_logout_token(value)


def test_SEC_134_forged_token_spends_nothing(issuer: PlayedIssuer) -> None:
    verifier = TokenVerifier(trusted(issuer), now=Clock())
    value = logout_token(issuer)
    head, claims, _ = value.split(".")
    _, _, other_signature = logout_token(issuer, jti="j-2").split(".")
    for forged in (f"{head}.{claims}.{other_signature}", f"{head}.{claims}."):
        with pytest.raises(InvalidTokenError, match="forged"):
            verifier.verify_logout_token(forged)
    assert verifier.verify_logout_token(value).token_id == "j-1"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS256"])
def test_SEC_134_another_algorithm_than_the_keys_is_refused(
    issuer: PlayedIssuer, algorithm: str
) -> None:
    verifier = TokenVerifier(trusted(issuer), now=Clock())
    with pytest.raises(InvalidTokenError, match="forged"):
        verifier.verify_logout_token(logout_token(issuer, {"alg": algorithm}))


def test_SEC_134_token_of_a_stranger_has_nothing_fetched(issuer: PlayedIssuer) -> None:
    verifier = TokenVerifier(trusted(issuer), now=Clock())
    with pytest.raises(InvalidTokenError, match="no issuer that is trusted"):
        verifier.verify_logout_token(logout_token(issuer, iss="https://other.example"))
    assert issuer.requests == []


def test_SEC_134_iss_is_needed_where_access_tokens_may_do_without(issuer: PlayedIssuer) -> None:
    verifier = TokenVerifier(trusted(issuer, issuer_claim_optional=True), now=Clock())
    with pytest.raises(InvalidTokenError):
        verifier.verify_logout_token(logout_token(issuer, iss=None))


def test_SEC_134_issuer_is_not_asked_about_a_logout_token(issuer: PlayedIssuer) -> None:
    asking = Introspector("rs", "rs-secret", jwts_too=True)
    verifier = TokenVerifier(trusted(issuer, introspection=asking), now=Clock())
    assert verifier.verify_logout_token(logout_token(issuer)).subject == "joe"
    assert KEYS in issuer.requests


def test_SEC_134_logout_tokens_are_for_one_application_that_is_named(issuer: PlayedIssuer) -> None:
    with pytest.raises(ConfigurationError):
        TokenVerifier(trusted(issuer, client_id=None), now=Clock()).verify_logout_token(
            logout_token(issuer)
        )


def test_SEC_134_logout_token_cannot_be_judged_without_keys(issuer: PlayedIssuer) -> None:
    issuer.answers[KEYS] = Answer(500)
    with pytest.raises(KeysUnavailableError):
        TokenVerifier(trusted(issuer), now=Clock()).verify_logout_token(logout_token(issuer))


@pytest.mark.parametrize("typ", ["logout+jwt", "JWT", None])
@pytest.mark.parametrize("more", [{}, {"scope": "orders:read", "client_id": "app"}], ids=repr)
def test_SEC_134_logout_token_passes_for_no_other_token(
    issuer: PlayedIssuer, typ: str | None, more: dict[str, str]
) -> None:
    verifier = TokenVerifier(trusted(issuer, accept_id_token=True), now=Clock())
    value = logout_token(issuer, {"typ": typ}, **more)
    with pytest.raises(InvalidTokenError):
        verifier.verify(value)
    with pytest.raises(InvalidTokenError):
        verifier.verify_id_token(value)


@pytest.mark.parametrize("is_type_optional", [True, False])
def test_SEC_134_no_other_token_passes_for_a_logout_token(
    issuer: PlayedIssuer, is_type_optional: bool
) -> None:
    verifier = TokenVerifier(trusted(issuer, logout_type_optional=is_type_optional), now=Clock())
    of_login: dict[str, Any] = {"aud": "app", "jti": "j-1", "sid": "s-1", "iat": NOW}
    id_token = issuer.claims(**of_login, scope=None, client_id=None)
    for value in (
        issuer.token(**of_login),
        issuer.sign({"kid": "k1", "typ": "JWT"}, id_token),
        issuer.sign({"kid": "k1", "typ": "JWT"}, {**id_token, "nonce": "n-1"}),
    ):
        with pytest.raises(InvalidTokenError, match="no logout token"):
            verifier.verify_logout_token(value)


class Service:
    """A service that is told of logout."""

    def __init__(self, issuer: PlayedIssuer, *, is_async: bool = False) -> None:
        self.over: list[LogoutToken] = []
        self.threads: set[int] = set()
        verifier = AsyncTokenVerifier(trusted(issuer), now=Clock())
        app = FastAPI()
        end_session = self.end_in_loop if is_async else self.end_in_thread
        app.include_router(backchannel_logout(verifier, end_session))
        self.client = TestClient(app, raise_server_exceptions=False)

    def end_in_thread(self, logout: LogoutToken) -> None:
        self.over.append(logout)
        if logout.subject == "trouble":
            raise OSError("the database is gone")

    async def end_in_loop(self, logout: LogoutToken) -> None:
        await anyio.lowlevel.checkpoint()
        self.over.append(logout)

    def tell(
        self, body: str | bytes, kind: str = "application/x-www-form-urlencoded"
    ) -> httpx2.Response:
        return self.client.post(PATH, content=body, headers={"content-type": kind})


@pytest.mark.parametrize("is_async", [False, True])
def test_service_that_is_told_ends_the_session(issuer: PlayedIssuer, is_async: bool) -> None:
    service = Service(issuer, is_async=is_async)
    answer = service.tell(urlencode({"logout_token": logout_token(issuer)}))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert [logout.session_id for logout in service.over] == ["s-1"]


def test_SEC_134_service_refuses_a_replay(issuer: PlayedIssuer) -> None:
    service = Service(issuer)
    body = urlencode({"logout_token": logout_token(issuer)})
    assert [service.tell(body).status_code for _ in range(2)] == [200, 400]
    assert len(service.over) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"logout_token=",
        b"logout_token=x.y.z",
        b"logout_token=%ff.%ff.%ff",
        b"logout_token=\xff",
        b"token=x",
        b"&".join([b"a=b"] * 17),
        b"logout_token=" + b"x" * 40_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_SEC_134_service_refuses_what_is_no_form_with_a_token(
    issuer: PlayedIssuer, body: bytes
) -> None:
    service = Service(issuer)
    answer = service.tell(body)
    assert (answer.status_code, answer.headers["cache-control"]) == (400, "no-store")
    assert answer.json()["error"] == "invalid_request"
    assert service.over == []


def test_SEC_134_service_refuses_two_tokens_and_other_kinds_of_body(issuer: PlayedIssuer) -> None:
    service = Service(issuer)
    one = urlencode({"logout_token": logout_token(issuer)})
    two = urlencode({"logout_token": logout_token(issuer, jti="j-2")})
    assert service.tell(f"{one}&{two}").status_code == 400
    assert service.tell(one, "text/plain").status_code == 400
    assert service.client.get(f"{PATH}?{one}").status_code == 405
    assert service.client.post(f"{PATH}?{one}").status_code == 400
    assert service.over == []


def test_service_without_keys_asks_to_be_told_again(issuer: PlayedIssuer) -> None:
    issuer.answers[KEYS] = Answer(500)
    answer = Service(issuer).tell(urlencode({"logout_token": logout_token(issuer)}))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["cache-control"] == "no-store"


def test_service_whose_function_fails_does_not_say_that_it_has_heard(issuer: PlayedIssuer) -> None:
    service = Service(issuer)
    body = urlencode({"logout_token": logout_token(issuer, sub="trouble")})
    assert service.tell(body).status_code == 500
