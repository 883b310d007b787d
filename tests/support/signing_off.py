"""Applications behind reference adapters that are told of logout by the browser, or called."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.model.reference_adapter import (
    Direction,
    LogoutMode,
    ReferenceAdapter,
    Transport,
)
from tests.support.app import BASE_URL, App
from tests.support.asgi import Answer
from tests.support.browsing import PASSWORD, WEB, Browsing, make_sign_on_app, returned
from tests.support.html import parse_form
from tests.support.receivers import START, make_receiver
from tests.support.reference_adapters import BASIC, at, configure, drop, pair_rules, pick

IDP_LOGOUT, SP_LOGOUT = "/idp/startSLO.ping", "/sp/startSLO.ping"
PORTAL_LOGOUT = "https://portal.example/app/logout"
SHOP, SHOP_LOGOUT = "https://shop.example/", "https://shop.example/bye?from=here"
STAFF, STAFF_LOGOUT = "https://staff.example/app", "https://staff.example/app/logout"
BACK = "https://portal.example/shop/bye"
"""Where `portal` lets browsers go."""
FRONT: dict[str, Any] = {"logout_mode": LogoutMode.FRONT_CHANNEL}
POLICIES = ("default", "staff")


def make_portal(app: App, **fields: Any) -> ReferenceAdapter:
    """Make the SP adapter `portal`, to whose logout page browsers go by a form."""
    usual = {"logout_endpoint": PORTAL_LOGOUT, "transport": Transport.FORM_POST, **FRONT}
    return make_receiver(app, **{**usual, "policies": POLICIES, **fields})


def make_shop(app: App, **fields: Any) -> ReferenceAdapter:
    """Make the SP adapter `shop`, to whose logout page browsers go by a link."""
    usual = {"key": "shop", "endpoint": SHOP, "targets": (), "logout_endpoint": SHOP_LOGOUT}
    return make_receiver(app, **{**usual, **FRONT, "policies": POLICIES, **fields})


def make_staff(app: App, **fields: Any) -> ReferenceAdapter:
    """Make the IdP adapter `staff`, whose application signs people on."""
    usual: dict[str, Any] = {
        "key": "staff",
        "direction": Direction.IDP,
        "callers": pair_rules(app),
        "endpoint": STAFF,
        "logout_endpoint": STAFF_LOGOUT,
        **FRONT,
    }
    return ReferenceAdapter(**{**usual, **fields})


def make_leaving_app(**environment: Any) -> App:
    """Start a server with `portal`, `shop` and `staff`; people may sign on by a step of each."""
    steps = {
        "form": StepInstance("form", "username_password"),
        "staff": StepInstance("staff", "reference_id", {"adapter": "staff"}),
    }
    policies = {
        "default": Policy("default", StepNode("form")),
        "staff": Policy("staff", StepNode("staff")),
    }
    app = make_sign_on_app(**{"steps": steps, "policies": policies, **environment})
    configure(app, make_portal(app), make_shop(app), make_staff(app))
    return app


@dataclass(frozen=True)
class Visit:
    """A browser at an application's logout page, with what it was given to take along."""

    url: str
    reference: str
    way_back: str


@dataclass
class Leaver:
    """Somebody with a browser who signs on here and there, and then off."""

    app: App = field(default_factory=make_leaving_app)

    def __post_init__(self) -> None:
        self.browser = Browsing(self.app)

    async def start(self, **asked: str) -> Answer:
        """Follow an application's link for signing on."""
        return await self.browser.get(f"{START}?{urlencode(asked)}")

    async def sign_on(self, adapter: str = "portal", **asked: str) -> dict[str, Any]:
        """Sign on for an SP adapter's application, and return what is said of it there."""
        asked = {"SpSessionAuthnAdapterId": adapter, **asked}
        answer = await self.start(**asked)
        if answer.status == 200 and b"pf.pass" in answer.body:
            answer = await self.browser.press(answer, "pf.ok", pf_username="joe", pf_pass=PASSWORD)
        return await self.pick(adapter, visit_of(answer).reference)

    async def sign_on_by_staff(self, adapter: str = "portal", subject: str = "ann") -> None:
        """Sign on for an application, at the one behind `staff`."""
        asked = {"SpSessionAuthnAdapterId": adapter, "IdpAdapterId": "staff"}
        left = visit_of(await self.start(**asked))
        told = await drop(self.app, BASIC, at("staff"), attributes={"subject": subject})
        answer = await self.browser.get(f"{left.way_back}?REF={told.json()['REF']}")
        assert "REF" in (
            parse_form(answer.body).fields if answer.status == 200 else returned(answer)
        )

    async def sign_off(self, path: str = SP_LOGOUT, **asked: str) -> Answer:
        """Follow an application's link for signing off."""
        return await self.browser.get(f"{path}?{urlencode(asked)}")

    async def come_back(self, visit: Visit) -> Answer:
        """Come back from an application with the reference that was used there."""
        return await self.browser.get(f"{visit.way_back}?REF={visit.reference}")

    async def is_signed_on(self) -> bool:
        """Tell whether the browser is known."""
        return "code" in returned(await self.browser.authorize(WEB, prompt="none"))

    async def pick(self, adapter: str, reference: str) -> dict[str, Any]:
        """Let an application pick up what a reference stands for."""
        answer = await pick(self.app, reference, BASIC, at(adapter))
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json()
        return found


def visit_of(answer: Answer) -> Visit:
    """Return where an answer sends a browser, by a form or by a redirect, and with what."""
    if answer.status == 200:
        form = parse_form(answer.body)
        return Visit(form.action, form.fields["REF"], form.fields.get("resumePath", ""))
    assert answer.status in {302, 303}, answer.body
    parts = urlsplit(answer.header("location") or "")
    said = dict(parse_qsl(parts.query))
    url = f"{parts.scheme}://{parts.netloc}{parts.path}"
    rest = urlencode({name: said[name] for name in said if name not in {"REF", "resumePath"}})
    return Visit(f"{url}?{rest}" if rest else url, said["REF"], said.get("resumePath", ""))


def own(url: str) -> str:
    """Return the path of a URL of the server's own."""
    assert url.startswith(BASE_URL), url
    return url.removeprefix(BASE_URL)
