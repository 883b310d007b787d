"""Devices: programs without a browser, before PingFederate's face in this process."""

from dataclasses import dataclass
from typing import Any

from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.client import AuthMethod, Client, DevicePolicy
from ostiary.core.model.device_request import DEVICE_GRANT
from tests.support.app import App
from tests.support.asgi import Answer
from tests.support.browsing import PASSWORD, Browsing, make_sign_on_client
from tests.support.html import parse_form
from tests.support.tenants import secret_of
from tests.support.web_browser import WebBrowser

DEVICE_AUTHORIZATION, TOKEN = "/as/device_authz.oauth2", "/as/token.oauth2"
DEVICE_PAGE = "/as/user_authz.oauth2"


def make_device_client(client_id: str, *methods: AuthMethod, **overrides: Any) -> Client:
    """Make a client of the device grant."""
    usual: dict[str, Any] = {
        "grant_types": frozenset({DEVICE_GRANT, "refresh_token"}),
        "scopes": frozenset({"openid", "profile", "email", "read"}),
        "default_scopes": ScopeSet.of(["openid"]),
        "redirect_uris": (),
        "response_types": frozenset(),
        "bypasses_approval": False,
    }
    return make_sign_on_client(client_id, *methods, **{**usual, **overrides})


def device_clients() -> tuple[Client, ...]:
    """Return a television without a secret, a program with one, and one that leaves it out."""
    return (
        make_device_client("tv", AuthMethod.NONE),
        make_device_client("cli"),
        make_device_client("sdk", device=DevicePolicy(is_open=True)),
    )


@dataclass
class Device:
    """One device with its codes, once it has begun.

    Args: codes: what the device authorization endpoint answered.
    """

    app: App
    client_id: str = "tv"
    codes: dict[str, Any] | None = None

    async def ask(self, path: str = DEVICE_AUTHORIZATION, **changed: str) -> Answer:
        """Ask for codes, and keep them."""
        form = {"client_id": self.client_id, "scope": "openid profile", **changed}
        answer = await self.app.pingfederate.post_form(path, {**self._secret(), **form})
        if answer.status == 200:
            self.codes = answer.json()
        return answer

    async def poll(self, **changed: str) -> Answer:
        """Ask whether somebody has let it in."""
        form = {"grant_type": DEVICE_GRANT, "device_code": self.code, "client_id": self.client_id}
        return await self.app.pingfederate.post_form(TOKEN, {**self._secret(), **form, **changed})

    async def outcome(self, **changed: str) -> str:
        """Ask, and return the error, or "tokens"."""
        answer = await self.poll(**changed)
        return "tokens" if answer.status == 200 else str(answer.json()["error"])

    @property
    def code(self) -> str:
        assert self.codes is not None
        return str(self.codes["device_code"])

    @property
    def user_code(self) -> str:
        assert self.codes is not None
        return str(self.codes["user_code"])

    def _secret(self) -> dict[str, str]:
        return {} if self.client_id == "tv" else {"client_secret": secret_of(self.client_id)}


async def begun(app: App, client_id: str = "tv", **changed: str) -> Device:
    """Return a device that has its codes."""
    device = Device(app, client_id)
    answer = await device.ask(**changed)
    assert answer.status == 200, answer.body
    return device


async def sign_on_at(browsing: Browsing, target: str = DEVICE_PAGE) -> Answer:
    """Open the page of devices, sign joe on where that is asked, and return what is shown then."""
    page = await browsing.get(target)
    if "pf.pass" in parse_form(page.body).fields:
        page = await browsing.press(page, "pf.ok", pf_username="joe", pf_pass=PASSWORD)
    return page


async def type_code(browsing: Browsing, code: str, target: str = DEVICE_PAGE) -> Answer:
    """Sign joe on, and type a code; return what is shown then."""
    page = await sign_on_at(browsing, target)
    return await browsing.press(page, "pf.ok", pf_userCode=code)


async def let_in(browsing: Browsing, device: Device) -> Answer:
    """Let a device in, and return the page that tells so."""
    question = await type_code(browsing, device.user_code)
    return await finish(browsing, question, "pf.ok")


async def finish(browsing: Browsing, question: Answer, button: str) -> Answer:
    """Press a button of the question, and go where it leads."""
    answer = await browsing.press(question, button)
    assert answer.status in {302, 303}, answer.body
    return await browsing.get(answer.header("location") or "")


def let_in_by_browser(browser: WebBrowser, complete_uri: str) -> None:
    """Let a device in at a real server: sign on where that is asked, and say yes."""
    page = complete_uri.partition("?")[0]
    assert browser.sign_on(complete_uri, f"{page}?state=").endswith("?state=connected")
