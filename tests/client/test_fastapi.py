"""A FastAPI service behind `Bearer`, asked over its own interface; the issuer is played."""

import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

import anyio
import httpx2
import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient

from ostiary_client.errors import ConfigurationError
from ostiary_client.fastapi import Bearer, BearerError, Introspector, Token, TrustedIssuer
from tests.support import jose
from tests.support.played_issuer import (
    AUDIENCE,
    INTROSPECTION,
    KEYS,
    NOW,
    Answer,
    Clock,
    PlayedIssuer,
    played_issuer,
)


@pytest.fixture
def issuer() -> Iterator[PlayedIssuer]:
    with played_issuer() as issuer:
        yield issuer


@dataclass
class Service:
    """A service with a route for each way to ask for a token."""

    app: FastAPI
    bearer: Bearer

    def __post_init__(self) -> None:
        bearer = self.bearer
        self.ran: list[str] = []

        @self.app.get("/orders")
        def orders(token: Annotated[Token, Depends(bearer.requires("orders:read"))]) -> str | None:
            self.ran.append("orders")
            return token.subject

        @self.app.get("/both")
        async def both(
            token: Annotated[Token, Depends(bearer.requires("orders:read", "orders:write"))],
        ) -> str | None:
            return token.subject

        @self.app.get("/any")
        async def anything(token: Annotated[Token, Depends(bearer)]) -> list[str]:
            return sorted(token.scopes)

        @self.app.get("/twice", dependencies=[Depends(bearer.requires("orders:read"))])
        async def twice(token: Annotated[Token, Depends(bearer)]) -> str | None:
            return token.subject

    def get(self, path: str, token: str | None = None, **request: Any) -> httpx2.Response:
        headers = request.pop("headers", None) or (
            {} if token is None else {"authorization": f"Bearer {token}"}
        )
        return TestClient(self.app).get(path, headers=headers, **request)


@pytest.fixture
def service(issuer: PlayedIssuer) -> Service:
    return Service(FastAPI(), Bearer(issuer.url, audience=AUDIENCE, now=Clock()))


def error_of(answer: httpx2.Response) -> tuple[int, str]:
    """Return status and error code; the body has the one shape and may not be kept."""
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize("path", ["/orders", "/twice"])
def test_good_token_reaches_the_route(service: Service, issuer: PlayedIssuer, path: str) -> None:
    answer = service.get(path, issuer.token())
    assert (answer.status_code, answer.json()) == (200, "joe")


def test_token_without_regard_to_scopes_is_given(service: Service, issuer: PlayedIssuer) -> None:
    assert service.get("/any", issuer.token(scope="b a")).json() == ["a", "b"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_scheme_is_read_in_any_case(service: Service, issuer: PlayedIssuer, scheme: str) -> None:
    headers = {"authorization": f"{scheme} {issuer.token()}"}
    assert service.get("/orders", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"x": "y"}, id="no header"),
        pytest.param({"authorization": "Basic YTpi"}, id="another scheme"),
        pytest.param({"authorization": "DPoP a.b.c"}, id="DPoP"),
        pytest.param({"authorization": "Bearera.b.c"}, id="no scheme"),
        pytest.param({"authorization": ""}, id="an empty header"),
    ],
)
def test_request_without_credentials_is_told_the_scheme_and_no_error(
    service: Service, headers: dict[str, str]
) -> None:
    answer = service.get("/orders", headers=headers)
    assert error_of(answer) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer a b", "Bearer \xe4"], ids=repr)
def test_header_without_a_readable_token_is_refused(service: Service, header: str) -> None:
    answer = service.get("/orders", headers={"authorization": header.encode("latin-1")})
    assert error_of(answer) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("claims", "description"),
    [
        ({"exp": NOW - 100}, "The token has expired"),
        ({"aud": "https://bills.example"}, "The token is meant for another audience"),
        ({"nbf": NOW + 100}, "The token is not valid yet"),
        ({"iss": "https://evil.example"}, "The token is of no issuer that is trusted here"),
        ({"iss": None}, "The token does not name its issuer"),
        ({"cnf": {"jkt": "x"}}, "The token is bound to a key, and came as a mere bearer token"),
    ],
    ids=str,
)
def test_refusal_says_what_is_wrong_with_a_real_token(
    service: Service, issuer: PlayedIssuer, claims: dict[str, Any], description: str
) -> None:
    answer = service.get("/orders", issuer.token(**claims))
    assert error_of(answer) == (401, "invalid_token")
    assert answer.json()["error_description"] == description
    assert answer.headers["www-authenticate"] == (
        f'Bearer realm="api", error="invalid_token", error_description="{description}"'
    )


def test_refusal_says_the_same_of_all_forged_tokens(service: Service, issuer: PlayedIssuer) -> None:
    forged = [issuer.token() + "A", issuer.token("unknown"), "x.y.z", "opaque"]
    answers = {service.get("/orders", token).text for token in forged}
    assert len(answers) == 1
    assert "forged or damaged" in answers.pop()


def test_SEC_276_answers_hold_neither_token_nor_claims(
    service: Service, issuer: PlayedIssuer
) -> None:
    token = issuer.token(exp=NOW - 100, sub="joe-doe")
    answer = service.get("/orders", token)
    whole = answer.text + str(answer.headers)
    assert "joe-doe" not in whole
    assert not any(part in whole for part in token.split("."))


def test_SEC_267_id_token_does_not_open_a_service(service: Service, issuer: PlayedIssuer) -> None:
    token = issuer.sign({"typ": "JWT", "kid": "k1"}, issuer.claims(nonce="n", client_id=None))
    answer = service.get("/orders", token)
    assert error_of(answer) == (401, "invalid_token")
    assert service.ran == []


@pytest.mark.parametrize("path", ["/orders", "/both"])
def test_token_without_the_scope_is_told_which(
    service: Service, issuer: PlayedIssuer, path: str
) -> None:
    wanted = {"/orders": "orders:read", "/both": "orders:read orders:write"}[path]
    answer = service.get(path, issuer.token(scope="orders:write orders:reader"))
    assert error_of(answer) == (403, "insufficient_scope")
    assert f'scope="{wanted}"' in answer.headers["www-authenticate"]
    assert service.ran == []


def _header(token: str) -> tuple[str, str]:
    return ("authorization", f"Bearer {token}")


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda t: {"params": {"access_token": t}}, id="in the query"),
        pytest.param(
            lambda t: {"params": {"access_token": t}, "headers": [_header(t)]},
            id="in query and header",
        ),
        pytest.param(lambda t: {"headers": [_header(t)] * 2}, id="in two headers"),
        pytest.param(
            lambda t: {"headers": [("authorization", "Basic YTpi"), _header(t)]},
            id="beside another scheme",
        ),
    ],
)
def test_SEC_81_token_is_sent_once_and_in_the_header(
    service: Service, issuer: PlayedIssuer, make: Callable[[str], dict[str, Any]]
) -> None:
    answer = service.get("/orders", **make(issuer.token()))
    assert error_of(answer) == (400, "invalid_request")
    assert service.ran == []


def test_SEC_268_service_without_the_issuers_keys_asks_for_patience(
    service: Service, issuer: PlayedIssuer
) -> None:
    issuer.answers[KEYS] = Answer(500, b"secret words of the issuer")
    answer = service.get("/orders", issuer.token())
    assert error_of(answer) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "5"
    assert "www-authenticate" not in answer.headers
    assert "secret words" not in answer.text


def test_log_says_why_a_token_was_refused_and_holds_no_part_of_it(
    service: Service, issuer: PlayedIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "ostiary_client")
    token = issuer.token()[:-4] + "AAAA"
    service.get("/orders", token)
    (line,) = [record.getMessage() for record in caplog.records if "ostiary" in record.name]
    assert "the signature does not hold" in line
    assert not any(part in line for part in token.split("."))


def google_like(issuer: PlayedIssuer, **claims: Any) -> str:
    """Return an ID token as Google writes them: no scope, no nonce, the application twice."""
    usual = {"aud": "app", "azp": "app", "at_hash": "x", "client_id": None, "scope": None}
    return issuer.sign({"typ": "JWT", "kid": "k1"}, issuer.claims(**{**usual, **claims}))


@pytest.fixture
def migrating(issuer: PlayedIssuer) -> Iterator[tuple[Service, PlayedIssuer]]:
    """A service that takes one issuer's access tokens and another's ID tokens."""
    with played_issuer() as other:
        trusted = (
            TrustedIssuer(issuer.url, audience=AUDIENCE),
            TrustedIssuer(other.url, audience="app", accept_id_token=True, client_id="app"),
        )
        yield Service(FastAPI(), Bearer(*trusted, now=Clock())), other


def test_S0_28_id_tokens_and_access_tokens_open_one_route(
    migrating: tuple[Service, PlayedIssuer], issuer: PlayedIssuer
) -> None:
    service, other = migrating
    assert service.get("/any", issuer.token()).status_code == 200
    assert service.get("/any", google_like(other)).status_code == 200


def test_S0_28_id_token_of_the_issuer_that_sends_access_tokens_is_refused(
    migrating: tuple[Service, PlayedIssuer], issuer: PlayedIssuer
) -> None:
    service, _ = migrating
    assert error_of(service.get("/any", google_like(issuer))) == (401, "invalid_token")


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"exp": NOW - 100}, id="expired"),
        pytest.param({"aud": "other"}, id="another application"),
        pytest.param({"aud": AUDIENCE}, id="the API"),
        pytest.param({"azp": "other"}, id="another presenter"),
        pytest.param({"iat": NOW + 100}, id="from the future"),
    ],
)
def test_S0_23_id_token_that_is_not_for_here_is_refused(
    migrating: tuple[Service, PlayedIssuer], claims: dict[str, Any]
) -> None:
    service, other = migrating
    assert error_of(service.get("/any", google_like(other, **claims))) == (401, "invalid_token")


def test_S0_23_id_token_without_a_signature_is_refused(
    migrating: tuple[Service, PlayedIssuer],
) -> None:
    service, other = migrating
    claims = jose.parts(google_like(other))[1]
    unsigned = jose.compact({"alg": "none", "kid": "k1"}, claims, None)
    assert error_of(service.get("/any", unsigned)) == (401, "invalid_token")


def test_several_issuers_stand_side_by_side(issuer: PlayedIssuer) -> None:
    with played_issuer() as other:
        trusted = (
            TrustedIssuer(issuer.url, audience=AUDIENCE),
            TrustedIssuer(other.url, audience="orders"),
        )
        service = Service(FastAPI(), Bearer(*trusted, now=Clock()))
        assert service.get("/orders", issuer.token()).status_code == 200
        assert service.get("/orders", other.token(aud="orders")).status_code == 200
        assert error_of(service.get("/orders", other.token())) == (401, "invalid_token")


def test_realm_is_the_services_own(issuer: PlayedIssuer) -> None:
    bearer = Bearer(issuer.url, audience=AUDIENCE, realm="orders of today")
    answer = Service(FastAPI(), bearer).get("/orders")
    assert answer.headers["www-authenticate"] == 'Bearer realm="orders of today"'


def test_documentation_of_the_service_shows_the_scheme(service: Service) -> None:
    document = TestClient(service.app).get("/openapi.json").json()
    assert document["components"]["securitySchemes"] == {
        "Bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    for path in ("/orders", "/both", "/any", "/twice"):
        assert [*document["paths"][path]["get"]["security"][0]] == ["Bearer"]


def test_service_may_word_refusals_itself(service: Service) -> None:
    @service.app.exception_handler(BearerError)
    async def word(request: object, error: BearerError) -> PlainTextResponse:
        return PlainTextResponse("no", error.status_code, error.headers)

    answer = service.get("/orders")
    assert (answer.status_code, answer.text) == (401, "no")
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'


def test_other_errors_of_the_service_keep_their_shape(service: Service) -> None:
    assert service.get("/nowhere").json() == {"detail": "Not Found"}


def test_connections_are_kept_and_closed_with_the_service(issuer: PlayedIssuer) -> None:
    issuer.serve(INTROSPECTION, {"active": True, "scope": "orders:read", "aud": AUDIENCE})
    trusted = TrustedIssuer(
        issuer.url, audience=AUDIENCE, introspection=Introspector("orders-api", "secret")
    )
    bearer = Bearer(trusted, now=Clock())
    service = Service(FastAPI(lifespan=bearer.lifespan), bearer)
    with TestClient(service.app) as client:
        for _ in range(3):
            answer = client.get("/orders", headers={"authorization": "Bearer opaque"})
            assert answer.status_code == 200
    assert service.get("/orders", "opaque").status_code == 200


async def test_service_answers_others_while_keys_are_fetched(
    service: Service, issuer: PlayedIssuer
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        asked.set()
        go_on.wait(10)

    issuer.before_answer = hold
    statuses = []
    transport = httpx2.ASGITransport(service.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:

        async def come() -> None:
            headers = {"authorization": f"Bearer {issuer.token()}"}
            statuses.append((await client.get("/orders", headers=headers)).status_code)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(come)
            await anyio.to_thread.run_sync(asked.wait, 10)
            statuses.append((await client.get("/orders")).status_code)
            go_on.set()
    assert statuses == [401, 200]


def test_audience_has_to_be_given(issuer: PlayedIssuer) -> None:
    with pytest.raises(ConfigurationError, match="No audience"):
        Bearer(issuer.url)
    with pytest.raises(ConfigurationError, match="its own audience"):
        Bearer(TrustedIssuer(issuer.url, audience=AUDIENCE), audience=AUDIENCE)
    with pytest.raises(ConfigurationError, match="No issuer"):
        Bearer(audience=AUDIENCE)


@pytest.mark.parametrize("scopes", [(), ("",), ("a b",), ('a"',), ("ä",)], ids=repr)
def test_scopes_are_named_one_by_one(service: Service, scopes: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match="scopes"):
        service.bearer.requires(*scopes)


def test_realm_cannot_break_out_of_its_quotes(issuer: PlayedIssuer) -> None:
    with pytest.raises(ConfigurationError, match="realm"):
        Bearer(issuer.url, audience=AUDIENCE, realm='x", error="y')


def test_SEC_65_bound_token_needs_the_certificate_that_the_service_says_was_shown(
    issuer: PlayedIssuer,
) -> None:
    def shown(request: Request) -> bytes | None:
        header = request.headers.get("x-shown")
        return header.encode() if header else None

    bearer = Bearer(issuer.url, audience=AUDIENCE, now=Clock(), certificate=shown)
    service = Service(FastAPI(), bearer)
    digest = urlsafe_b64encode(sha256(b"own").digest()).rstrip(b"=").decode()
    token = issuer.token(cnf={"x5t#S256": digest})
    sent = {"authorization": f"Bearer {token}"}
    assert service.get("/orders", headers={**sent, "x-shown": "own"}).status_code == 200
    for headers in (sent, {**sent, "x-shown": "other"}):
        assert error_of(service.get("/orders", headers=headers)) == (401, "invalid_token")
