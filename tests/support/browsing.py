"""Browsers, and programs with a cookie jar, before PingFederate's face in this process."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ostiary.adapters.limiter import DEFAULT_ALLOWANCES, Allowance
from ostiary.adapters.stores.backend import Reach, unhooked
from ostiary.core.base.ids import TokenManagerId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.client import PKCE, AuthMethod, Client
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.user import User
from tests.support.app import BASE_URL, App, make_app, run_now
from tests.support.asgi import Answer, Headers
from tests.support.html import parse_form
from tests.support.tenants import make_client, make_tenant, pingfederate_managers
from tests.support.users import make_user

AUTHORIZE = "/as/authorization.oauth2"
FLOWS = "/pf-ws/authn/flows/"
XSRF = ("x-xsrf-header", "PingFederate")
CALLBACK = "https://app.example.com/callback"
PASSWORD = "Password1"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""Of `VERIFIER` (RFC 7636, appendix B)."""
PI_FLOW = {"client_id": "im_client", "response_type": "token", "response_mode": "pi.flow"}
"""The first request of the redirectless sample."""
WEB = {
    "client_id": "web",
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid profile",
    "state": "af0ifjsldkj",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
"""What a web application asks."""
_SET_COOKIE = re.compile(r"([^=;]+)=([^;]*)((?:; [A-Za-z-]+(?:=[^;]+)?)+)")
_RESPONSE_TYPES = frozenset(
    {
        "code",
        "token",
        "id_token",
        "code id_token",
        "code token",
        "id_token token",
        "code id_token token",
        "none",
    }
)


@dataclass
class Browsing:
    """One browser with its cookies, or a program that keeps them.

    Args:
        origin: of the page that a program in a browser runs on.
    """

    app: App
    cookies: dict[str, str] = field(default_factory=dict, repr=False)
    origin: str | None = None
    api_state: str | None = None

    async def get(self, target: str, headers: Headers = ()) -> Answer:
        """Fetch a path of this server, or a URL of it."""
        return await self.request("GET", target, headers)

    async def authorize(self, asked: Mapping[str, str | None], **changed: str | None) -> Answer:
        """Ask the authorization endpoint; a parameter of None is left out."""
        return await self.get(f"{AUTHORIZE}?{urlencode(parameters(asked, **changed))}")

    async def press(self, page: Answer, button: str | None = None, **typed: str) -> Answer:
        """Fill in the form of a page and send it, by a button or by the key Enter.

        Args:
            button: its name, or its value where several have one name.
            typed: by the names of the fields, with `_` for the dot.
        """
        form = parse_form(page.body)
        pressed = next(
            (each for each in form.buttons if button in {None, *each} and button != "clicked"), None
        )
        assert pressed is not None, f"{button} is none of {form.buttons}"
        values = {name.replace("_", ".", 1): value for name, value in typed.items()}
        sent = {**form.fields, **values, pressed[0]: pressed[1]}
        return await self.post_form(form.action, sent)

    async def post_form(
        self, target: str, form: Mapping[str, str], headers: Headers = ()
    ) -> Answer:
        """Send a form as pages do."""
        sent = [("content-type", "application/x-www-form-urlencoded"), *headers]
        return await self.request("POST", target, sent, urlencode(form).encode())

    async def state(self, flow_id: str) -> Answer:
        """Ask the authentication API for a flow's state."""
        return await self.get(FLOWS + flow_id, [XSRF])

    async def act(
        self, flow_id: str, action: str, inputs: object = None, headers: Headers = (XSRF,)
    ) -> Answer:
        """Perform an action of the authentication API; without inputs there is no body."""
        media_type = f"application/vnd.pingidentity.{action}+json"
        body = b"" if inputs is None else json.dumps(inputs).encode()
        sent = [("content-type", media_type), *headers]
        return await self.request("POST", FLOWS + flow_id, sent, body)

    async def sign_on_by_api(
        self, flow_id: str, username: str = "joe", password: str = PASSWORD
    ) -> Answer:
        """Send username and password to the authentication API."""
        inputs = {"username": username, "password": password}
        return await self.act(flow_id, "checkUsernamePassword", inputs)

    async def request(
        self, method: str, target: str, headers: Headers = (), body: bytes = b""
    ) -> Answer:
        """Send a request with the cookies, and keep those that come back."""
        sent = [*headers, *self._own_headers()]
        path = target.removeprefix(BASE_URL)
        answer = await self.app.pingfederate.request(method, path, sent, body)
        self._keep(answer)
        return answer

    def _own_headers(self) -> Headers:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        shown = {
            "cookie": cookies,
            "origin": self.origin,
            "x-pf-authn-api-state": self.api_state,
        }
        return [(name, value) for name, value in shown.items() if value]

    def _keep(self, answer: Answer) -> None:
        for name, (value, attributes) in set_cookies(answer).items():
            self.cookies[name] = value
            if "Max-Age=0" in attributes:
                del self.cookies[name]


def parameters(asked: Mapping[str, str | None], **changed: str | None) -> dict[str, str]:
    """Return parameters with some changed; None leaves one out."""
    return {name: value for name, value in {**asked, **changed}.items() if value is not None}


def set_cookies(answer: Answer) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return what an answer sets: by name the value and the attributes; none is set twice."""
    sent = [value for name, value in answer.headers if name == "set-cookie"]
    found = [_SET_COOKIE.fullmatch(value) for value in sent]
    cookies = {
        each[1]: (each[2], tuple(each[3].removeprefix("; ").split("; "))) for each in found if each
    }
    assert len(cookies) == len(sent)
    return cookies


def returned(answer: Answer) -> dict[str, str]:
    """Return what a redirect brings to the application, in its query or its fragment."""
    assert answer.status in {302, 303}, answer.body
    parts = urlsplit(answer.header("location") or "")
    pairs = parse_qsl(parts.query or parts.fragment, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def make_sign_on_app(
    *,
    clients: Iterable[Client] = (),
    users: Iterable[User] = (),
    reach: Reach = unhooked,
    allowances: Mapping[str, Allowance | None] = DEFAULT_ALLOWANCES,
    has_flow_log: bool = False,
    **fields: Any,
) -> App:
    """Start a server on which `joe` signs on, of one environment with PingFederate's face.

    Args:
        reach, allowances, has_flow_log: as for `make_app`.
        fields: of the environment.
    """
    env = make_sign_on_environment(clients, **fields)
    app = make_app(
        environments=[env], reach=reach, allowances=allowances, has_flow_log=has_flow_log
    )
    joe = make_user(1, username="joe", attributes={"mail": "joe@example.com", "given_name": "Joe"})
    run_now(app.store.users.create(env, [joe, *users]))
    return app


def make_sign_on_environment(clients: Iterable[Client] = (), **fields: Any) -> Environment:
    """Make the environment of `make_sign_on_app`."""
    return make_tenant(
        "default",
        Face.PINGFEDERATE,
        BASE_URL,
        managers=pingfederate_managers(),
        clients=(*sign_on_clients(), *clients),
        **{"scopes": frozenset({"openid", "profile", "email", "read", "write"}), **fields},
    )


def sign_on_clients() -> tuple[Client, ...]:
    """Return one client for every way of signing on."""
    return (
        make_sign_on_client("web"),
        make_sign_on_client("asking", bypasses_approval=False),
        make_redirectless_client("im_client"),
        make_redirectless_client("jar-less", is_cookieless=True),
        make_sign_on_client(
            "app_client", redirect_uris=("myinteract://ssosignedin",), pkce=PKCE.OPTIONAL
        ),
        make_client("rs_client", token_managers=_managers(), may_introspect=True),
    )


def make_sign_on_client(client_id: str, *methods: AuthMethod, **overrides: Any) -> Client:
    """Make a client whose users sign on by redirects, without being asked for approval."""
    usual: dict[str, Any] = {
        "grant_types": frozenset({"authorization_code", "refresh_token", "implicit"}),
        "scopes": frozenset({"openid", "profile", "email", "read"}),
        "default_scopes": ScopeSet.of(["openid"]),
        "redirect_uris": (CALLBACK,),
        "response_types": _RESPONSE_TYPES,
        "bypasses_approval": True,
    }
    return make_client(client_id, *methods, **{**usual, **overrides})


def make_redirectless_client(client_id: str, **overrides: Any) -> Client:
    """Make a client without a secret that signs its users on by `pi.flow`, for reference tokens."""
    usual: dict[str, Any] = {
        "redirect_uris": (),
        "is_redirectless": True,
        "pkce": PKCE.OPTIONAL,
        "token_managers": (TokenManagerId("reference"),),
    }
    return make_sign_on_client(client_id, AuthMethod.NONE, **{**usual, **overrides})


def _managers() -> tuple[TokenManagerId, ...]:
    return tuple(manager.id for manager in pingfederate_managers())
