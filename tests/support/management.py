"""PingOne's management API in this process, over a configuration that is really stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ostiary.adapters.signing import PooledSigner
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.ids import ClientId, SessionId, UserId, browser_key, mint_uuid
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.audit.administration import ManagementDone
from ostiary.core.model.authorization import Authorization, Person
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Authentication, Session
from ostiary.core.model.token import FrontChannelTokens, Issuance, SessionChange
from ostiary.core.model.user import User, UserPassword
from ostiary.core.ports.configuration import Document
from ostiary.core.tokens.issue import TokenIssuer
from ostiary.core.tokens.targets import NO_TARGET, choose_manager
from tests.support.administration import Installation, make_sealer
from tests.support.app import NOW, App, access_token, make_app, run_now
from tests.support.asgi import Answer
from tests.support.users import HASH, make_user

SECRET = "0123456789abcdef0123456789abcdef"
HOST = "auth.pingone.example"
PASSWORD = "Password1"
NEW_PASSWORD = "a good long pass phrase"
CUSTOMERS = "00000000-0000-4000-8000-000000000002"
WORKERS = ("admin", "users", "reader", "developer", "staff", "nothing")
PERSON_SCOPES = (
    "p1:read:user p1:update:user p1:reset:userPassword p1:validate:userPassword p1:read:sessions"
)
CONFIGURATION = f"""
[server]
mode = "dev"
public_url = "https://{HOST}"
hosts = ["api.pingone.example"]
pingone_default = "customers"

[environments.customers]
face = "pingone"
name = "Customers"
id = "{CUSTOMERS}"
allowed_origins = ["https://app.example.com"]
[environments.customers.password_policy]
min_characters = 8
history = 2
[environments.customers.scopes]
openid = "Know who you are"
read = "Read data"
"p1:read:user" = "Read your data"
"p1:update:user" = "Change your data"
"p1:reset:userPassword" = "Change your password"
"p1:validate:userPassword" = "Check your password"
"p1:read:sessions" = "See where you are signed on"
[environments.customers.resources.orders]
audience = "https://orders.example.com"
scopes = ["read"]
[environments.customers.token_managers.default]
algorithm = "ES256"
[environments.customers.clients.admin]
name = "Environment administration"
type = "worker"
secret = "{SECRET}"
roles = ["Environment Admin", "Identity Data Admin", "Client Application Developer"]
[environments.customers.clients.users]
type = "worker"
secret = "{SECRET}"
roles = ["Identity Data Admin"]
[environments.customers.clients.reader]
type = "worker"
secret = "{SECRET}"
roles = ["Identity Data Read Only", "Configuration Read Only"]
[environments.customers.clients.developer]
type = "worker"
secret = {{ generate = true }}
auth_methods = ["client_secret_basic"]
roles = ["Client Application Developer"]
[environments.customers.clients.staff]
type = "worker"
secret = "{SECRET}"
roles = ["Identity Data Admin", "Environment Admin"]
managed_populations = ["staff"]
[environments.customers.clients.nothing]
type = "worker"
secret = "{SECRET}"
scopes = ["read"]
[environments.customers.clients.web]
name = "Web"
type = "single_page_app"
grant_types = ["authorization_code", "refresh_token"]
redirect_uris = ["https://app.example.com/cb"]
scopes = ["openid", "read", {", ".join(f'"{scope}"' for scope in PERSON_SCOPES.split())}]

[environments.partners]
face = "pingone"
algorithms = ["ES256"]
[environments.partners.token_managers.default]
algorithm = "ES256"
[environments.partners.clients.admin]
type = "worker"
secret = "{SECRET}"
roles = ["Environment Admin", "Identity Data Admin", "Client Application Developer"]

[environments.main]
algorithms = ["ES256"]
base_url = "https://main.example.com"
[environments.main.token_managers.default]
algorithm = "ES256"
"""


@dataclass(frozen=True, slots=True)
class Management:
    """A server that is managed, and its callers."""

    app: App
    installation: Installation

    @property
    def env(self) -> Environment:
        return self.app.environment("customers")

    def client(self, key: str, environment: str = "customers") -> Client:
        """Return a configured client by its key."""
        clients = self.app.environment(environment).clients
        return clients[ClientId(self.app.client_id(environment, key))]

    async def reload(self) -> None:
        """Let the server know the configuration that is stored now, as it does each second."""
        self.app.snapshots.current = await self.installation.snapshot()

    async def worker_token(
        self, client: str = "admin", *, environment: str = "customers", **params: str
    ) -> str:
        """Return a worker's own token."""
        id = self.app.client_id(environment, client)
        env = self.app.environment(environment)
        form = {"grant_type": "client_credentials", **params}
        target = f"/{env.id}/as/token"
        return access_token(await self.app.pingone.post_form(target, form, basic=(id, SECRET)))

    async def user_token(self, user: User, scope: str = f"openid {PERSON_SCOPES}") -> str:
        """Return a token that a program got for a user who signed on a second ago."""
        session = await self.sign_on(user)
        return await self.token_of_session(user, session, scope)

    async def token_of_session(self, user: User, session: Session, scope: str) -> str:
        """Return a token that a program got for a user in a session."""
        answered = await self.front(user, session, scope, "token")
        assert answered.tokens is not None
        return answered.tokens.access_token

    async def front(
        self, user: User, session: Session, scope: str, *wants: str
    ) -> FrontChannelTokens:
        """Return what a program gets when a user in a session has signed on to it."""
        env, app = self.env, self.app
        web = self.client("web")
        asked = AuthorizationRequest(
            web.client_id,
            "https://app.example.com/cb",
            tuple(sorted(wants)),
            ResponseMode.FRAGMENT,
            scopes=ScopeSet.parse(scope),
        )
        person = Person(
            user=user,
            subject=user.id,
            authentication=session.authentication,
            session_id=session.id,
        )
        authorization = Authorization(
            grant_type="implicit",
            client=web,
            scopes=asked.scopes,
            subject=user.id,
            person=person,
        )
        issuer = TokenIssuer(app.store, PooledSigner(), app.events, app.clock)
        return await issuer.issue_front(
            env,
            authorization,
            choose_manager(env, web, NO_TARGET),
            wants=frozenset(wants),
            request=asked,
            beside=Issuance(),
            address="192.0.2.7",
        )

    async def sign_on(self, user: User, **fields: Any) -> Session:
        """Begin a session of a user, as after a sign-on a second ago."""
        now, env = self.app.clock.now(), self.env
        authentication = Authentication(user.id, int(now) - 1, ("pwd",), credential=user.credential)
        id = mint_uuid()
        session = Session(SessionId(id), browser_key(id), authentication, now, now, **fields)
        change = SessionChange(session, env.sessions.expires_at(session))
        await self.app.store.commit(env, Issuance(session=change), now=now)
        return session

    async def add(self, number: int = 1, **fields: Any) -> User:
        """Make a user with the password `Password1`."""
        now = self.app.clock.now() - 90
        user = make_user(number, created_at=now, updated_at=now, **fields)
        if user.password is not None:
            user = replace(user, password=UserPassword(HASH, changed_at=now))
        await self.app.store.users.create(self.env, [user])
        return user

    async def find(self, user_id: str) -> User | None:
        """Return a user as the store has it."""
        return await self.app.store.users.find(self.env, UserId(user_id))

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        client: str = "admin",
        media_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call the API below the environment `customers`, as `client` unless a token is given."""
        shown = await self.worker_token(client) if token is None else token
        sent = {"authorization": f"Bearer {shown}", **(headers or {})}
        content = b""
        if body is not None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
        if body is not None or method in {"POST", "PUT", "PATCH"}:
            sent["content-type"] = media_type
        target = path if path.startswith("/v1") else f"/v1/environments/{CUSTOMERS}{path}"
        return await self.app.pingone.request(method, target, tuple(sent.items()), content)

    def done(self) -> list[tuple[str, str]]:
        """Return what was recorded of what callers did: endpoint and target."""
        events = (event for event in self.app.events.events if isinstance(event, ManagementDone))
        return [(event.endpoint, event.target) for event in events]


async def make_management(configuration: str = CONFIGURATION) -> Management:
    """Start a server whose configuration is stored."""
    app = make_app()
    await app.store.replace(expected_version=0, put=_documents_of(configuration), delete=())
    installation = Installation(store=app.store, sealer=make_sealer(), clock=app.clock)
    management = Management(app, installation)
    await management.reload()
    return management


@cache
def _documents_of(configuration: str) -> tuple[Document, ...]:
    """Return what applying a configuration stores; applied once in a process, for its RSA keys."""
    installation = Installation(clock=FrozenClock(NOW))
    run_now(installation.apply(configuration))
    return run_now(installation.documents())


def refusal(answer: Answer) -> tuple[int, str, list[tuple[str, str | None]]]:
    """Return status, code, and code and target of each detail of a refusal."""
    members = answer.json()
    assert set(members) <= {"id", "code", "message", "details"}
    details = [(each["code"], each.get("target")) for each in members.get("details", [])]
    return answer.status, members["code"], details


def embedded(answer: Answer, name: str) -> list[dict[str, Any]]:
    """Return what a collection holds, its counts checked."""
    assert answer.status == 200, answer.body
    members = answer.json()
    found: list[dict[str, Any]] = members["_embedded"][name]
    assert members["size"] == len(found) <= members["count"]
    return found
