"""The page of one's own account, before either face: whoever opens it, and what stands on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from tests.support.app import App
from tests.support.asgi import Answer, Headers
from tests.support.browsing import (
    CALLBACK,
    PASSWORD,
    VERIFIER,
    WEB,
    Browsing,
    make_sign_on_app,
    returned,
)
from tests.support.html import parse_elements, parse_form
from tests.support.pingone_browsing import PingOneBrowsing, make_pingone_sign_on_app
from tests.support.tenants import secret_of
from tests.support.users import make_user

FaceName = Literal["pingfederate", "pingone"]
FACES: tuple[FaceName, ...] = ("pingfederate", "pingone")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
FIREFOX_NAME = "Firefox on Windows"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
CHROME_NAME = "Chrome on Linux"
END, END_OTHERS, WITHDRAW = "End this session", "End all other sessions", "Withdraw access"
SIGN_OFF = "Sign off here"


@dataclass
class Button:
    """One button of the page, with the form that it sends."""

    label: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Shown:
    """What stands below one heading; the last one also has the button of its section."""

    heading: str
    lines: list[str] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)


def read_page(page: Answer) -> list[Shown]:
    """Return what stands below each heading of a page, in order."""
    assert page.status == 200, page.body
    found: list[Shown] = []
    for element in parse_elements(page.body):
        text, attributes = element.text, element.attributes
        match element.tag:
            case "h1" | "h2" | "h3":
                found.append(Shown(text))
            case "p" | "li":
                found[-1].lines.append(text)
            case "form":
                found[-1].buttons.append(Button("", attributes["action"]))
            case "input":
                found[-1].buttons[-1].fields[attributes["name"]] = attributes.get("value", "")
            case "button":
                found[-1].buttons[-1].label = text
            case _:
                pass
    return found


def find_button(page: Answer, label: str, heading: str | None = None) -> Button:
    """Return the one button of a page with a label, below a heading if one is named."""
    shown = [each for each in read_page(page) if heading in {None, each.heading}]
    buttons = [button for each in shown for button in each.buttons if button.label == label]
    assert len(buttons) == 1, [each.heading for each in read_page(page)]
    return buttons[0]


def headings(page: Answer) -> list[str]:
    """Return the headings of a page."""
    return [each.heading for each in read_page(page)]


def find_notice(page: Answer) -> str | None:
    """Return what a page says has just been done."""
    notices = [
        each for each in parse_elements(page.body) if each.attributes.get("role") == "status"
    ]
    return notices[0].text if notices else None


@dataclass
class Visitor:
    """A person with a browser before one face of a server."""

    browsing: Browsing | PingOneBrowsing
    user_agent: str = FIREFOX

    @property
    def app(self) -> App:
        return self.browsing.app

    @property
    def env(self) -> Environment:
        own = self.browsing
        return own.env if isinstance(own, PingOneBrowsing) else self.app.environment("default")

    @property
    def path(self) -> str:
        """The page's path."""
        is_one = isinstance(self.browsing, PingOneBrowsing)
        return f"/{self.env.id}/account" if is_one else "/idp/account"

    async def get(self, target: str, headers: Headers = ()) -> Answer:
        """Fetch something, and go where that leads, as far as it is here."""
        answer = await self.browsing.get(target, [("user-agent", self.user_agent), *headers])
        return await self.follow(answer)

    async def open(self, query: str = "", headers: Headers = ()) -> Answer:
        """Open the page."""
        return await self.get(self.path + query, headers)

    async def sign_on(self, page: Answer, username: str = "joe") -> Answer:
        """Fill in the sign-on page, and go where that leads."""
        is_one = isinstance(self.browsing, PingOneBrowsing)
        names = ("username", "password") if is_one else ("pf.username", "pf.pass")
        sent = _filled(page, dict(zip(names, (username, PASSWORD), strict=True)))
        return await self.post(parse_form(page.body).action, sent)

    async def approve(self, client: str) -> dict[str, Any]:
        """Allow an application what it asks for, for good, and return its tokens."""
        page = await self.follow(await self.browsing.authorize(WEB, client_id=client))
        assert b"Allow access" in page.body
        boxes = [e for e in parse_elements(page.body) if e.attributes.get("type") == "checkbox"]
        ticked = {box.attributes["name"]: box.attributes["value"] for box in boxes}
        answer = await self.post(parse_form(page.body).action, _filled(page, ticked))
        return await self.exchange(returned(answer)["code"], client)

    async def is_asked(self, client: str) -> bool:
        """Tell whether the person has to approve what an application asks for."""
        answer = await self.follow(await self.browsing.authorize(WEB, client_id=client))
        return b"Allow access" in answer.body

    async def opens(self, token: str) -> bool:
        """Tell whether an access token opens userinfo."""
        is_one = isinstance(self.browsing, PingOneBrowsing)
        path = f"/{self.env.id}/as/userinfo" if is_one else "/idp/userinfo.openid"
        answer = await self.browsing.get(path, [("authorization", f"Bearer {token}")])
        assert answer.status in {200, 401}
        return answer.status == 200

    async def enter(self, username: str = "joe") -> Answer:
        """Sign on at the page, and return it."""
        return await self.sign_on(await self.open(), username)

    async def press(self, button: Button, **changed: str) -> Answer:
        """Press a button, perhaps of a form that somebody has changed."""
        return await self.post(button.action, {**button.fields, **changed})

    async def post(self, target: str, form: Mapping[str, str], headers: Headers = ()) -> Answer:
        """Send a form as browsers do, and go where that leads."""
        sent = [("user-agent", self.user_agent), *headers]
        return await self.follow(await self.browsing.post_form(target, form, sent))

    async def use(self, client: str = "web", scope: str = "openid profile") -> dict[str, Any]:
        """Let an application sign the person on, who is signed on already, and get its tokens."""
        answer = await self.browsing.authorize(WEB, client_id=client, scope=scope)
        return await self.exchange(returned(answer)["code"], client)

    async def exchange(self, code: str, client: str = "web") -> dict[str, Any]:
        """Exchange a code."""
        answer = await self.try_exchange(code, client)
        assert answer.status == 200, answer.body
        members: dict[str, Any] = answer.json()
        return members

    async def try_exchange(self, code: str, client: str = "web") -> Answer:
        """Exchange a code that may be worth nothing."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return await self.ask_token({**form, "code_verifier": VERIFIER}, client)

    async def refresh(self, token: str, client: str = "web") -> Answer:
        """Use a refresh token."""
        return await self.ask_token({"grant_type": "refresh_token", "refresh_token": token}, client)

    async def ask_token(self, form: Mapping[str, str], client: str) -> Answer:
        """Ask the token endpoint as a client."""
        basic = (client, secret_of(client))
        if isinstance(self.browsing, PingOneBrowsing):
            path = f"{self.browsing.issuer_path}/token"
            return await self.app.pingone.post_form(path, form, basic=basic)
        return await self.app.pingfederate.post_form("/as/token.oauth2", form, basic=basic)

    async def is_signed_on(self) -> bool:
        """Tell whether somebody is signed on in this browser."""
        return "code" in returned(await self.browsing.authorize(WEB, prompt="none"))

    def another(self, user_agent: str = CHROME) -> "Visitor":
        """Return another browser before the same server."""
        own = self.browsing
        if isinstance(own, PingOneBrowsing):
            return Visitor(PingOneBrowsing(own.app, own.environment), user_agent)
        return Visitor(Browsing(own.app), user_agent)

    async def follow(self, answer: Answer) -> Answer:
        """Go where an answer leads, as far as it is here."""
        location = answer.header("location")
        while location is not None and not urlsplit(location).netloc:
            sent = [("user-agent", self.user_agent)]
            answer = await self.browsing.get(location, sent)
            location = answer.header("location")
        return answer


def visit(face: FaceName, *, clients: tuple[Client, ...] = (), **fields: Any) -> Visitor:
    """Start a server on which `joe` and `ann` sign on, and return a browser before it.

    Args: clients, fields: of its environment.
    """
    users = [make_user(2, username="ann", attributes={"mail": "ann@example.com"})]
    if face == "pingone":
        app = make_pingone_sign_on_app(clients=clients, users=users, **fields)
        return Visitor(PingOneBrowsing(app))
    return Visitor(Browsing(make_sign_on_app(clients=clients, users=users, **fields)))


def _filled(page: Answer, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what the one form of a page sends by its first button."""
    form = parse_form(page.body)
    name, value = form.buttons[0]
    return {**form.fields, **typed, name: value}
