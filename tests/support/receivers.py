"""An application behind an SP adapter: somebody signs on for it, and it picks up who that is."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from ostiary.core.model.reference_adapter import Direction, ReferenceAdapter
from tests.support.app import App
from tests.support.asgi import Answer
from tests.support.browsing import PASSWORD, Browsing, make_sign_on_app, returned
from tests.support.html import parse_form
from tests.support.reference_adapters import BASIC, at, configure, pair_rules, pick

START = "/pf/adapter2adapter.ping"
PORTAL = "https://portal.example/app"
TARGETS = ("https://portal.example/reports", "https://portal.example/shop/*")
PROBLEM = "https://portal.example/reports"
CONTRACT = ("given_name", "email", "department")


def make_receiver(app: App, **fields: Any) -> ReferenceAdapter:
    """Make an SP adapter, `portal`, that is called by user name and pass phrase."""
    usual: dict[str, Any] = {
        "direction": Direction.SP,
        "callers": pair_rules(app),
        "endpoint": PORTAL,
        "targets": TARGETS,
        "attributes": CONTRACT,
    }
    return ReferenceAdapter(**{"key": "portal", **usual, **fields})


def make_receiving_app(**environment: Any) -> App:
    """Start a server on which `joe` signs on, also for the application of `portal`."""
    app = make_sign_on_app(**environment)
    configure(app, make_receiver(app))
    return app


def reconfigure(app: App, **fields: Any) -> None:
    """Let `portal` be another one from now on."""
    configure(app, make_receiver(app, **fields))


@dataclass
class Person:
    """Somebody with a browser whom the application wants to know."""

    app: App = field(default_factory=make_receiving_app)

    def __post_init__(self) -> None:
        self.browser = Browsing(self.app)

    async def start(self, **asked: str) -> Answer:
        """Follow the application's link; `TargetResource` and the like are its parameters."""
        return await self.browser.get(f"{START}?{urlencode(asked)}")

    async def sign_on(self, page: Answer, password: str = PASSWORD) -> Answer:
        """Fill in the page that asks for username and password."""
        assert page.status == 200, page.body
        return await self.browser.press(page, "pf.ok", pf_username="joe", pf_pass=password)

    async def arrive(self, **asked: str) -> str:
        """Sign on for the application, and return the reference that comes with the browser."""
        return reference_of(await self.sign_on(await self.start(**asked)))

    async def pick(self, reference: str, adapter: str = "portal") -> dict[str, Any]:
        """Let the application pick up what a reference stands for."""
        answer = await pick(self.app, reference, BASIC, at(adapter))
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json()
        return found


def reference_of(answer: Answer) -> str:
    """Return the reference that a browser brings to an application, by redirect or by form."""
    if answer.status == 200:
        return parse_form(answer.body).fields["REF"]
    return returned(answer)["REF"]
