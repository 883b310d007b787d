"""Issuers whose tokens an environment takes, and clients that bring them."""

from dataclasses import dataclass, field, replace
from typing import Any

from ostiary.core.crypto.keys import Algorithm
from ostiary.core.model.client import AuthMethod, Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.trusted_issuer import TrustedIssuer
from ostiary.core.model.user import User
from ostiary.core.ports.fetcher import (
    Fetched,
    Fetcher,
    FetchFailedError,
    FetchFailure,
    FetchRequest,
)
from tests.support import jose
from tests.support.app import BASE_URL, TOKEN, App, make_app, make_snapshot
from tests.support.asgi import Answer
from tests.support.tenants import make_client, private_key, secret_of, verification_key
from tests.support.users import make_user

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PARTNER = "https://partner.example.com"
KEYS_URL = f"{PARTNER}/keys"


@dataclass
class PlayedWayOut:
    """Implements `Fetcher`: answers in turn, the last one again and again; None is an outage."""

    answers: list[Fetched | None] = field(default_factory=list)
    asked: list[FetchRequest] = field(default_factory=list)

    async def fetch(self, env: Environment, request: FetchRequest) -> Fetched:
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(request)
        if answer is None:
            raise FetchFailedError(FetchFailure.CONNECT)
        return answer


def make_issuer(key: str = "partner", **fields: Any) -> TrustedIssuer:
    """Make a trusted issuer with the key `partner`, whose tokens lead to two scopes."""
    values: dict[str, Any] = {
        "issuer": PARTNER,
        "keys": (verification_key("partner", "ES256"),),
        "algorithms": frozenset({"ES256", "RS256"}),
        "scopes": frozenset({"read", "api:read"}),
    }
    return TrustedIssuer(key=key, **{**values, **fields})


def make_bringing_client(client_id: str = "bringer", *methods: AuthMethod, **fields: Any) -> Client:
    """Make a client that brings assertions."""
    values: dict[str, Any] = {
        "grant_types": frozenset({JWT_BEARER, "refresh_token"}),
        "scopes": frozenset({"openid", "read", "write", "api:read"}),
    }
    return make_client(client_id, *methods, **{**values, **fields})


@dataclass
class Partnership:
    """A server that trusts a partner, and the user joe."""

    app: App
    user: User

    @property
    def env(self) -> Environment:
        return self.app.environment("default")

    def trust(self, *issuers: TrustedIssuer) -> None:
        """Trust these issuers from now on, and no others."""
        changed = replace(self.env, trusted_issuers={each.issuer: each for each in issuers})
        others = self.app.snapshots.current.environments.values()
        self.app.snapshots.current = make_snapshot(
            changed if other.key == "default" else other for other in others
        )

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Return the claims of a good assertion; None takes one out."""
        now = int(self.app.clock.now())
        usual = {"iss": PARTNER, "sub": "joe", "aud": BASE_URL, "iat": now, "exp": now + 60}
        merged = {**usual, "jti": "jti-1", **changed}
        return {name: value for name, value in merged.items() if value is not None}

    def assertion(
        self,
        *,
        key: str = "partner",
        algorithm: Algorithm = "ES256",
        header: dict[str, Any] | None = None,
        **changed: Any,
    ) -> str:
        """Return an assertion by the partner."""
        head = {"alg": algorithm, "kid": "partner", **(header or {})}
        head = {name: value for name, value in head.items() if value is not None}
        return jose.compact(head, self.claims(**changed), private_key(key, algorithm))

    async def bring(self, assertion: str, client: str = "bringer", /, **params: str) -> Answer:
        """Bring an assertion to the token endpoint."""
        form = {"grant_type": JWT_BEARER, "assertion": assertion, **params}
        return await self.app.pingfederate.post_form(TOKEN, form, basic=(client, secret_of(client)))

    async def change_user(self, **fields: Any) -> None:
        """Let joe be another one from now on."""
        current = await self.app.store.users.find(self.env, self.user.id)
        assert current is not None
        await self.app.store.users.save(
            self.env, replace(current, **fields), expected_version=current.version
        )


async def make_partnership(
    *issuers: TrustedIssuer, clients: tuple[Client, ...] = (), fetcher: Fetcher | None = None
) -> Partnership:
    """Start a server with joe, a client that brings assertions, and more of them."""
    joe = make_user(1, username="joe")
    app = make_app(clients=(make_bringing_client(), *clients), fetcher=fetcher)
    partnership = Partnership(app, joe)
    partnership.trust(*(issuers or (make_issuer(),)))
    await app.store.users.create(partnership.env, [joe])
    return partnership
