"""A backend that gives tokens of its own, and the places where it may keep them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import httpx2
import psycopg
import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from ostiary_client.exchange import KeptTokens, SecretToken, SQLTokens, Tokens, UserExchange
from ostiary_client.fastapi import Bearer
from ostiary_client.verification.verified_token import VerifiedToken
from tests.support.played_issuer import NOW, Clock

LIFETIME = 600.0
DATABASES = ("sqlite", "postgres")
KINDS = ("memory", *DATABASES)


def store_url(kind: str, request: pytest.FixtureRequest, directory: Path) -> str | None:
    """Return the URL of a database without our tables; None for memory."""
    if kind == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        with psycopg.connect(url) as connection:
            connection.execute("DROP TABLE IF EXISTS secret_tokens, secret_token_refusals")
        return url.replace("postgresql://", "postgresql+psycopg://")
    return f"sqlite:///{directory / 'tokens.db'}" if kind == "sqlite" else None


@contextmanager
def open_tokens(url: str | None) -> Iterator[Tokens]:
    """Keep tokens in a database, or in memory."""
    if url is None:
        yield KeptTokens()
        return
    kept = SQLTokens(url)
    try:
        yield kept
    finally:
        kept.close()


@dataclass
class Backend:
    """A service with the exchange, and a route for its own tokens."""

    bearer: Bearer
    tokens: Tokens
    clock: Clock = field(default_factory=Clock)
    member: str = "secret_token"
    most_per_user: int = 100

    def __post_init__(self) -> None:
        self.exchange = UserExchange(
            self.bearer,
            self.tokens,
            member=self.member,
            lifetime_seconds=LIFETIME,
            most_per_user=self.most_per_user,
            now=self.clock,
        )
        app = FastAPI()
        app.include_router(self.exchange.router)

        @app.get("/orders")
        async def orders(
            caller: Annotated[SecretToken, Depends(self.exchange)],
        ) -> list[str | None]:
            return [caller.issuer, caller.subject, caller.client_id]

        @app.get("/bills")
        def bills(
            caller: Annotated[SecretToken, Depends(self.exchange.requires("bills:read"))],
        ) -> str | None:
            return caller.subject

        self.asking = TestClient(app)

    def ask(self, method: str, path: str, token: str | None) -> httpx2.Response:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return self.asking.request(method, path, headers=headers)

    def give(self, token: str, method: str = "POST") -> str:
        answer = self.ask(method, "/user", token)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        given = answer.json()
        assert (given["token_type"], given["expires_in"]) == ("Bearer", LIFETIME)
        return str(given[self.member])


def error_of(answer: httpx2.Response) -> tuple[int, str]:
    """Return status and error of an answer."""
    return answer.status_code, answer.json()["error"]


def verified(
    subject: str | None = "joe",
    *,
    issuer: str = "https://issuer.example",
    client_id: str = "app",
    scopes: frozenset[str] = frozenset(),
    iat: object = NOW - 10,
) -> VerifiedToken:
    """Return a token as it is after verification; without `iat` where that is None."""
    claims = {} if iat is None else {"iat": iat}
    return VerifiedToken(issuer, subject, client_id, (), scopes, NOW + 60, claims=claims)
