"""A browser, or a program with a cookie jar, before one of the tenants."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from ostiary.core.model.environment import Face
from tests.support.asgi import FORM, Answer, Headers
from tests.support.browsing import CHALLENGE, PASSWORD, XSRF, parameters, returned, set_cookies
from tests.support.html import parse_form
from tests.support.matrix.tenants import CALLBACK, Tenant, cookie_name

AUTHORIZE = {
    Face.PINGFEDERATE: "/as/authorization.oauth2",
    Face.PINGONE: "/{environmentId}/as/authorize",
}
FLOW = {
    Face.PINGFEDERATE: "/pf-ws/authn/flows/{flowId}",
    Face.PINGONE: "/{environmentId}/flows/{flowId}",
}
_CHECK_PASSWORD = {
    Face.PINGFEDERATE: "checkUsernamePassword",
    Face.PINGONE: "usernamePassword.check",
}
_FIELDS = {
    Face.PINGFEDERATE: ("pf.username", "pf.pass"),
    Face.PINGONE: ("username", "password"),
}
WEB = {
    "client_id": "web",
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid read",
    "state": "af0ifjsldkj",
    "nonce": "n-0S6_WzA2Mj",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
"""What a web application asks."""
FLOW_REQUEST = {
    "client_id": "flow",
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid",
    "response_mode": "pi.flow",
}
"""What an application asks that shows the steps itself."""


@dataclass
class Visitor:
    """One jar of cookies."""

    tenant: Tenant
    jar: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def face(self) -> Face:
        return self.tenant.face

    def jarred(self, name: str) -> str:
        """Return a cookie by what it is for."""
        return self.jar[cookie_name(self.face, name)]

    async def request(
        self, method: str, target: str, headers: Headers = (), body: bytes = b""
    ) -> Answer:
        """Send a request with the cookies, and keep those that come back."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        sent = [*headers, *([("cookie", cookies)] if cookies else [])]
        path = target.removeprefix(self.tenant.env.base_url)
        answer = await self.tenant.caller.request(method, path, sent, body)
        self.jar |= {name: value for name, (value, _) in set_cookies(answer).items()}
        return answer

    async def authorize(self, asked: dict[str, str], **changed: str | None) -> Answer:
        """Ask the authorization endpoint; a parameter of None is left out."""
        query = urlencode(parameters(asked, **changed))
        return await self.request("GET", f"{self.tenant.target(AUTHORIZE[self.face])}?{query}")

    async def begin(self, **changed: str | None) -> dict[str, Any]:
        """Begin a flow without redirects, and return its first state."""
        return members(await self.authorize(FLOW_REQUEST, **changed))

    async def page(self, **changed: str | None) -> Answer:
        """Begin a sign-on in the browser, and return its page."""
        answer = await self.authorize(WEB, **changed)
        if answer.status == 200:
            return answer
        return await self.request("GET", answer.header("location") or "")

    async def sign_on(self, **changed: str | None) -> dict[str, str]:
        """Sign joe on by our pages if it must be, and return what the application gets."""
        answer = await self.authorize(WEB, **changed)
        if CALLBACK not in (answer.header("location") or ""):
            if answer.status != 200:
                answer = await self.request("GET", answer.header("location") or "")
            form = parse_form(answer.body)
            name, value = form.buttons[0]
            typed = dict(zip(_FIELDS[self.face], ("joe", PASSWORD), strict=True))
            sent = urlencode({**form.fields, **typed, name: value}).encode()
            answer = await self.request("POST", form.action, [FORM], sent)
        return returned(answer)

    async def act(self, flow_id: str, action: str, **inputs: object) -> dict[str, Any]:
        """Perform an action of a flow, and return the state after it."""
        target = self.tenant.target(FLOW[self.face]).replace("{flowId}", flow_id)
        media_type = f"application/vnd.pingidentity.{action}+json"
        headers = [("content-type", media_type), XSRF]
        return members(await self.request("POST", target, headers, json.dumps(inputs).encode()))

    async def check_password(self, flow_id: str, username: str) -> dict[str, Any]:
        """Send username and password."""
        action = _CHECK_PASSWORD[self.face]
        return await self.act(flow_id, action, username=username, password=PASSWORD)


def members(answer: Answer) -> dict[str, Any]:
    """Return the members of a successful answer."""
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found
