"""A user who is signed on, and clients with codes and tokens for it; no sign-on is played."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.signing import PooledSigner
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.ids import ClientId, SessionId, TokenManagerId, browser_key
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.flow.satisfaction import steps_on
from ostiary.core.grants.authorization_code import AuthorizationCodeGrant
from ostiary.core.model.authorization import Authorization, Person
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.model.client import Client, RefreshPolicy
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Authentication, PassedPolicy, Session
from ostiary.core.model.token import FrontChannelTokens, Issuance, SessionChange
from ostiary.core.model.user import User, UserPassword
from ostiary.core.oidc.userinfo import Userinfo, UserinfoAnswer
from ostiary.core.tokens.gate import Gate
from ostiary.core.tokens.inspect import TokenInspector
from ostiary.core.tokens.issue import TokenIssuer
from ostiary.core.tokens.occasion import Occasion
from ostiary.core.tokens.revoke import Revoker
from ostiary.core.tokens.targets import NO_TARGET, TokenTarget, choose_manager
from ostiary.core.tokens.user_claims import subject_of
from tests.support import jose
from tests.support.app import REVOKE, TOKEN, App, make_app, make_snapshot
from tests.support.asgi import Answer
from tests.support.tenants import NONE, POST, make_client, pingfederate_managers, secret_of
from tests.support.users import HASH, make_user

ADDRESS = "192.0.2.7"
REDIRECT_URI = "https://app.example.com/cb"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""Of that verifier; both from RFC 7636, appendix B."""
SCOPES = "openid profile email"
NO_FIELDS: Mapping[str, Any] = {}
CODE, REFRESH = "authorization_code", "refresh_token"
ATTRIBUTES: Mapping[str, object] = {
    "mail": "joe@example.com",
    "givenName": "Joe",
    "sn": "Doe",
    "displayName": "Joe Doe",
}


def make_web_client(client_id: str = "web", *methods: Any, **fields: Any) -> Client:
    """Make a client that exchanges codes and refreshes tokens."""
    values: dict[str, Any] = {
        "grant_types": frozenset({CODE, REFRESH}),
        "scopes": frozenset({"openid", "profile", "email", "offline_access", "api:read"}),
        "redirect_uris": (REDIRECT_URI,),
        "token_managers": tuple(manager.id for manager in pingfederate_managers()),
    }
    return make_client(client_id, *(methods or (POST,)), **{**values, **fields})


def web_clients() -> tuple[Client, ...]:
    """Return one client for each way of having a user's tokens."""
    return (
        make_web_client(),
        make_web_client("other"),
        make_web_client("public-web", NONE),
        make_web_client("transient", grant_types=frozenset({CODE})),
        make_web_client("kept", refresh=RefreshPolicy(is_rolling=False)),
        make_web_client("strict", refresh=RefreshPolicy(grace_seconds=0)),
    )


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass
class Codes:
    """A server with a user who is signed on in a browser."""

    app: App
    user: User
    session: Session
    signer: PooledSigner = field(default_factory=PooledSigner)

    @property
    def env(self) -> Environment:
        return self.app.environment("default")

    @property
    def issuer(self) -> TokenIssuer:
        return TokenIssuer(self.app.store, self.signer, self.app.events, self.app.clock)

    @property
    def inspector(self) -> TokenInspector:
        return make_inspector(self.app.store, self.app.clock)

    async def front(
        self,
        *wants: str,
        client: str = "web",
        scope: str = SCOPES,
        target: TokenTarget = NO_TARGET,
        beside: Issuance | None = None,
        **request: Any,
    ) -> FrontChannelTokens:
        """Let the authorization endpoint answer a request; `request` says more of it."""
        asked = self.request(client, scope, target, wants, request)
        occasion = self.occasion(client, request=asked)
        return await self.issuer.issue_front(
            self.env,
            occasion.authorization,
            choose_manager(self.env, occasion.client, target),
            wants=frozenset(wants),
            request=asked,
            beside=beside or Issuance(),
            address=ADDRESS,
        )

    def occasion(
        self,
        client: str,
        *,
        request: AuthorizationRequest | None = None,
        person: Mapping[str, Any] | None = None,
        now: float | None = None,
    ) -> Occasion:
        """Return what was decided when the user let a client have what it asked for."""
        asked, subject = request or self.request(client), subject_of(self.env, self.user)
        about: dict[str, Any] = {
            "user": self.user,
            "subject": subject,
            "authentication": self.session.authentication,
            "session_id": self.session.id,
            "nonce": asked.nonce,
            "claims": asked.claims,
        }
        authorization = Authorization(
            grant_type=CODE if "code" in asked.response_types else "implicit",
            client=self.env.clients[ClientId(client)],
            scopes=asked.scopes,
            subject=subject,
            resources=asked.resources,
            manager_id=asked.manager_id,
            person=Person(**{**about, **(person or {})}),
            is_deprecated="token" in asked.response_types,
        )
        assert authorization.person is not None
        moment = self.app.clock.now() if now is None else now
        return Occasion(self.env, authorization, authorization.person, moment, ADDRESS)

    def request(
        self,
        client: str,
        scope: str = SCOPES,
        target: TokenTarget = NO_TARGET,
        wants: Iterable[str] = ("code",),
        fields: Mapping[str, Any] = NO_FIELDS,
    ) -> AuthorizationRequest:
        """Return the checked request of a client."""
        values: dict[str, Any] = {
            "client_id": ClientId(client),
            "redirect_uri": REDIRECT_URI,
            "response_types": tuple(sorted(wants)),
            "response_mode": ResponseMode.QUERY,
            "scopes": ScopeSet.parse(scope),
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "nonce": "n-0S6_WzA2Mj",
            "manager_id": target.manager_id,
            "resources": target.resources,
        }
        return AuthorizationRequest(**{**values, **fields})

    async def code(self, client: str = "web", **request: Any) -> str:
        """Return a code that came to a client through the browser."""
        code = (await self.front("code", client=client, **request)).code
        assert code is not None
        return code

    async def post(self, client: str = "web", **params: str | None) -> Answer:
        """Ask the token endpoint as a client; a parameter of None is left out."""
        form = {name: value for name, value in params.items() if value is not None}
        return await self.app.pingfederate.post_form(TOKEN, {**credentials(client), **form})

    async def exchange(self, code: str, client: str = "web", **params: str | None) -> Answer:
        """Exchange a code; `params` change the request as it should be."""
        usual: dict[str, str | None] = {
            "grant_type": CODE,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
        }
        return await self.post(client, **{**usual, "code": code, **params})

    async def tokens(
        self, client: str = "web", *, params: Mapping[str, str] | None = None, **request: Any
    ) -> dict[str, Any]:
        """Return what a client gets for a code of its own."""
        answer = await self.exchange(await self.code(client, **request), client, **(params or {}))
        return members(answer)

    async def refresh(self, token: str, client: str = "web", **params: str) -> Answer:
        """Use a refresh token."""
        return await self.post(client, grant_type=REFRESH, refresh_token=token, **params)

    async def revoke(self, token: str, client: str = "web", **params: str) -> Answer:
        """Give a token back."""
        form = {**credentials(client), "token": token, **params}
        return await self.app.pingfederate.post_form(REVOKE, form)

    async def userinfo(self, token: str) -> UserinfoAnswer:
        """Read userinfo with a token."""
        endpoint = Userinfo(self.inspector, self.signer, self.app.events, self.app.clock)
        return await endpoint.respond(self.env, token, address=ADDRESS)

    async def is_active(self, token: str) -> bool:
        return await self.app.is_active(token)

    async def change_user(self, **fields: Any) -> None:
        """Let an administrator change the user."""
        current = await self.app.store.users.find(self.env, self.user.id)
        assert current is not None
        directory = LocalDirectory(self.app.store.users, PooledHashing())
        self.user = await directory.save(self.env, replace(current, **fields))

    async def change_password(self) -> None:
        """Give the user another password now."""
        await self.change_user(password=UserPassword(HASH, changed_at=self.app.clock.now()))

    def change_environment(self, **fields: Any) -> None:
        """Apply a configuration in which `default` is another one."""
        others = [
            env for env in self.app.snapshots.current.environments.values() if env.key != "default"
        ]
        self.app.snapshots.current = make_snapshot([replace(self.env, **fields), *others])


def make_gate(store: MemoryStore, clock: FrozenClock) -> Gate:
    """Make the gate of a server's users and sessions."""
    return Gate(LocalDirectory(store.users, PooledHashing()), store.sessions, clock)


def make_inspector(store: MemoryStore, clock: FrozenClock) -> TokenInspector:
    """Make what reads tokens back."""
    return TokenInspector(store, store.user_grants, make_gate(store, clock), clock)


def make_code_grant(codes: Codes) -> AuthorizationCodeGrant:
    """Make the grant of codes over a server's store."""
    store, clock = codes.app.store, codes.app.clock
    revoker = Revoker(store.user_grants, store, codes.app.events)
    return AuthorizationCodeGrant(store.codes, store, make_gate(store, clock), revoker, clock)


def credentials(client: str) -> dict[str, str]:
    """Return what shows a client in a form: `public-…` have no secret."""
    if client.startswith("public-"):
        return {"client_id": client}
    return {"client_id": client, "client_secret": secret_of(client)}


def members(answer: Answer) -> dict[str, Any]:
    """Return the members of a successful answer."""
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a JWT."""
    claims: dict[str, Any] = jose.parts(token)[1]
    return claims


def by_manager(manager: str) -> TokenTarget:
    """Return the target of a request that names a token manager."""
    return TokenTarget(TokenManagerId(manager))


async def signed_on(
    *clients: Client, app: App | None = None, attributes: Mapping[str, object] = ATTRIBUTES
) -> Codes:
    """Start a server with the clients of `web_clients` and a user who signed on a second ago."""
    app = app or make_app(clients=(*web_clients(), *clients))
    env, now = app.environment("default"), app.clock.now()
    user = make_user(1, attributes=dict(attributes), created_at=now - 90, updated_at=now - 60)
    user = replace(user, password=UserPassword(HASH, changed_at=now - 90))
    await app.store.users.create(env, [user])
    at, methods = int(now) - 1, ("pwd",)
    way = ("success",)
    steps = steps_on(env.policies["default"], way, env.steps)
    passed = PassedPolicy("default", at, way, steps, methods, "urn:acr:1")
    authentication = Authentication(
        user.id, at, methods, (passed,), passed.context, credential=user.credential
    )
    session = Session(SessionId("sid-1"), browser_key("cookie"), authentication, now, now)
    change = SessionChange(session, env.sessions.expires_at(session))
    await app.store.commit(env, Issuance(session=change), now=now)
    return Codes(app, user, session)
