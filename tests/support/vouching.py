"""An application that knows people: a browser is sent to it, and comes back with a reference."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from ostiary.core.base.usernames import username_key
from ostiary.core.model.policy import Node, Policy, StepInstance, StepNode
from ostiary.core.model.reference_adapter import ReferenceAdapter
from ostiary.core.model.user import User
from tests.support.app import App
from tests.support.asgi import Answer
from tests.support.browsing import WEB, Browsing, make_sign_on_app, returned
from tests.support.reference_adapters import (
    BASIC,
    DROP_OFF,
    JSON,
    at,
    configure,
    pair_rules,
    pick,
)

PORTAL = "https://portal.example/signon?theme=dark"
PERSON = {"subject": "jsmith", "email": "joe@portal.example", "shoe_size": 45}
FAILURE = "com.pingidentity.adapter.refid.external.application.failure.message"
STEPS: dict[str, Any] = {
    "steps": {
        "portal": StepInstance("portal", "reference_id", {"adapter": "portal"}),
        "form": StepInstance("form", "username_password"),
    },
    "policies": {"default": Policy("default", StepNode("portal"))},
}
"""An environment in which the application signs people on."""


def change_policy(app: App, root: Node) -> None:
    """Let people sign on by another policy from now on."""
    adapters = app.environment("default").reference_adapters.values()
    configure(app, *adapters, policies={"default": Policy("default", root)})


async def find_user(app: App, username: str) -> User:
    """Return a user by name."""
    user = await app.store.users.find_by_name(app.environment("default"), username_key(username))
    assert user is not None
    return user


def make_voucher(app: App, **fields: Any) -> ReferenceAdapter:
    """Make an IdP adapter, `portal`, that is called by user name and pass phrase."""
    usual: dict[str, Any] = {
        "callers": pair_rules(app),
        "endpoint": PORTAL,
        "attributes": ("email", "groups"),
    }
    return ReferenceAdapter(**{"key": "portal", **usual, **fields})


def make_vouching_app(**fields: Any) -> App:
    """Start a server on which people sign on by `portal`, an adapter with these fields."""
    app = make_sign_on_app(**STEPS)
    configure(app, make_voucher(app, **fields))
    return app


@dataclass
class Visitor:
    """Somebody with a browser, and the application that knows them."""

    app: App = field(default_factory=make_vouching_app)
    adapter: str = "portal"

    def __post_init__(self) -> None:
        self.browser = Browsing(self.app)

    async def begin(self, **changed: str | None) -> Answer:
        """Ask the authorization endpoint."""
        return await self.browser.authorize(WEB, **changed)

    async def leave(self, **changed: str | None) -> dict[str, str]:
        """Begin, and return what the browser brings to the application."""
        return returned(await self.begin(**changed))

    async def pick(self, reference: str) -> dict[str, Any]:
        """Let the application pick up what a reference stands for."""
        answer = await pick(self.app, reference, BASIC, at(self.adapter))
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json()
        return found

    async def drop(self, attributes: Mapping[str, Any] = PERSON, **more: Any) -> str:
        """Let the application drop off what it knows, and return the reference."""
        answer = await self.try_to_drop({**attributes, **more})
        assert answer.status == 200, answer.body
        reference: str = answer.json()["REF"]
        return reference

    async def try_to_drop(self, attributes: Mapping[str, Any]) -> Answer:
        """Let the application drop something off."""
        body = json.dumps(attributes).encode()
        headers = (JSON, BASIC, at(self.adapter))
        return await self.app.pingfederate.request("POST", DROP_OFF, headers, body)

    async def come_back(self, way_back: str, reference: str, **more: str) -> Answer:
        """Go where the application sends the browser."""
        return await self.browser.get(f"{way_back}?{urlencode({'REF': reference, **more})}")

    async def sign_on(self, attributes: Mapping[str, Any] = PERSON, **more: Any) -> Answer:
        """Sign on by the application, which knows somebody as it says."""
        left = await self.leave()
        return await self.come_back(left["resumePath"], await self.drop(attributes, **more))
