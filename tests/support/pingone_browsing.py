"""Browsers, and programs with a cookie jar, before PingOne's face in this process."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from ostiary.adapters.limiter import DEFAULT_ALLOWANCES, Allowance
from ostiary.core.model.client import PKCE, AuthMethod, Client
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.policy import Policy, StepNode
from ostiary.core.model.user import User
from tests.support.app import PINGONE_HOST, App, access_token, make_app, run_now
from tests.support.asgi import Answer, Headers
from tests.support.browsing import (
    CALLBACK,
    CHALLENGE,
    PASSWORD,
    VERIFIER,
    make_sign_on_client,
    parameters,
    returned,
    set_cookies,
)
from tests.support.html import parse_form
from tests.support.tenants import make_tenant, pingone_managers, secret_of
from tests.support.users import make_user

BASE = f"https://{PINGONE_HOST}"
PAGE_ORIGIN = "https://app.example.com"
WEB = {
    "client_id": "web",
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid profile",
    "state": "af0ifjsldkj",
    "nonce": "n-0S6_WzA2Mj",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
"""What a web application asks."""
PI_FLOW = {**WEB, "client_id": "app", "response_mode": "pi.flow"}
"""What an application asks that shows the steps itself."""
RIGHT = {"username": "joe", "password": PASSWORD}
_FORM = ("content-type", "application/x-www-form-urlencoded")


@dataclass
class PingOneBrowsing:
    """One browser with its cookies, each sent to the paths that it is for; or a program.

    Args:
        origin: of the page that a program in a browser runs on.
    """

    app: App
    environment: str = "customers"
    origin: str | None = None
    jar: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    @property
    def env(self) -> Environment:
        return self.app.environment(self.environment)

    @property
    def issuer_path(self) -> str:
        return f"/{self.env.id}/as"

    def path_of_flow(self, flow_id: str) -> str:
        """Return the path of a flow."""
        return f"/{self.env.id}/flows/{flow_id}"

    async def get(self, target: str, headers: Headers = ()) -> Answer:
        """Fetch a path of this server, or a URL of it."""
        return await self.request("GET", target, headers)

    async def authorize(self, asked: Mapping[str, str | None], **changed: str | None) -> Answer:
        """Ask the authorization endpoint; a parameter of None is left out."""
        query = urlencode(parameters(asked, **changed))
        return await self.get(f"{self.issuer_path}/authorize?{query}")

    async def begin(self, asked: Mapping[str, str | None] = PI_FLOW, **changed: str | None) -> Any:
        """Begin a flow without redirects, and return its resource."""
        answer = await self.authorize(asked, **changed)
        assert answer.status == 200, answer.body
        return answer.json()

    async def flow(self, flow_id: str) -> Answer:
        """Read a flow as pages do, with a content type and no content."""
        return await self.get(self.path_of_flow(flow_id), [("content-type", "application/json")])

    async def act(
        self, flow_id: str, action: str, inputs: object = None, *, ending: str = "+json"
    ) -> Answer:
        """Perform an action; without inputs there is no body."""
        media_type = f"application/vnd.pingidentity.{action}{ending}"
        body = b"" if inputs is None else json.dumps(inputs).encode()
        headers = [("content-type", media_type)]
        return await self.request("POST", self.path_of_flow(flow_id), headers, body)

    async def check_password(self, flow_id: str, inputs: object = None) -> Answer:
        """Send username and password."""
        return await self.act(flow_id, "usernamePassword.check", inputs or RIGHT)

    async def press(self, page: Answer, button: str | None = None, **typed: str) -> Answer:
        """Fill in the form of a page and send it, by a button's name or value."""
        form = parse_form(page.body)
        pressed = next(each for each in form.buttons if button is None or button in each)
        sent = {**form.fields, **typed, pressed[0]: pressed[1]}
        return await self.post_form(form.action, sent)

    async def post_form(
        self, target: str, form: Mapping[str, str], headers: Headers = ()
    ) -> Answer:
        """Send a form as pages do."""
        return await self.request("POST", target, [_FORM, *headers], urlencode(form).encode())

    async def sign_on(self, **changed: str | None) -> dict[str, str]:
        """Sign joe on by our pages, and return what the application gets."""
        page = await self.get((await self.authorize(WEB, **changed)).header("location") or "")
        return returned(await self.press(page, **RIGHT))

    async def tokens(self, response: Mapping[str, str], client: str = "web") -> dict[str, Any]:
        """Exchange the code of an answer."""
        form = {
            "grant_type": "authorization_code",
            "code": response["code"],
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        answer = await self.app.pingone.post_form(
            f"{self.issuer_path}/token", form, basic=(client, secret_of(client))
        )
        assert access_token(answer)
        found: dict[str, Any] = answer.json()
        return found

    async def request(
        self, method: str, target: str, headers: Headers = (), body: bytes = b""
    ) -> Answer:
        """Send a request with the cookies that belong there, and keep those that come back."""
        path = target.removeprefix(BASE)
        sent = [*headers, *self._own_headers(path)]
        answer = await self.app.pingone.request(method, path, sent, body)
        self._keep(answer)
        return answer

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies of this environment's paths, by name."""
        return {
            name: value for (path, name), value in self.jar.items() if path == f"/{self.env.id}"
        }

    def _own_headers(self, path: str) -> Headers:
        cookies = "; ".join(
            f"{name}={value}" for (below, name), value in self.jar.items() if path.startswith(below)
        )
        shown = {"cookie": cookies, "origin": self.origin}
        return [(name, value) for name, value in shown.items() if value]

    def _keep(self, answer: Answer) -> None:
        for name, (value, attributes) in set_cookies(answer).items():
            path = next(each for each in attributes if each.startswith("Path="))
            key = (path.removeprefix("Path="), name)
            self.jar[key] = value
            if "Max-Age=0" in attributes:
                del self.jar[key]


def flow_of(location: str) -> str:
    """Return the flow that a redirect to a sign-on page names."""
    return parse_qs(urlsplit(location).query)["flowId"][0]


def make_pingone_sign_on_app(
    *,
    clients: Iterable[Client] = (),
    users: Iterable[User] = (),
    allowances: Mapping[str, Allowance | None] = DEFAULT_ALLOWANCES,
    **fields: Any,
) -> App:
    """Start a server on which `joe` signs on, with the environments `customers` and `partners`.

    Args: clients, fields: of `customers`.
    """
    customers = make_pingone_sign_on_environment("customers", clients, **fields)
    partners = make_pingone_sign_on_environment("partners")
    app = make_app(environments=[customers, partners], allowances=allowances)
    attributes = {"mail": "joe@example.com", "given_name": "Joe"}
    for env in (customers, partners):
        joe = make_user(1, username="joe", attributes=attributes)
        run_now(app.store.users.create(env, [joe, *users]))
    return app


def make_pingone_sign_on_environment(
    key: str, clients: Iterable[Client] = (), **fields: Any
) -> Environment:
    """Make an environment of `make_pingone_sign_on_app`."""
    usual = {
        "scopes": frozenset({"openid", "profile", "email", "read", "offline_access"}),
        "policies": {"Single_Factor": Policy("Single_Factor", StepNode("form"), "Single_Factor")},
        "default_policy": "Single_Factor",
        "allowed_origins": frozenset({PAGE_ORIGIN}),
    }
    return make_tenant(
        key,
        Face.PINGONE,
        BASE,
        managers=pingone_managers(),
        clients=(*_clients(), *clients),
        **{**usual, **fields},
    )


def _clients() -> tuple[Client, ...]:
    scopes = frozenset({"openid", "profile", "email", "read"})
    return (
        make_sign_on_client("web", scopes=scopes),
        make_sign_on_client("asking", scopes=scopes, bypasses_approval=False),
        make_sign_on_client("app", scopes=scopes, is_redirectless=True),
        make_sign_on_client(
            "spa",
            AuthMethod.NONE,
            scopes=scopes,
            is_redirectless=True,
            pkce=PKCE.OPTIONAL,
            ends_sessions=True,
        ),
        make_sign_on_client("offline", scopes=scopes | {"offline_access"}),
    )
