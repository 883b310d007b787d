"""A program that brings names and passwords, and the user joe whose password is `Password1`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ostiary.core.model.authenticator import Authenticator
from ostiary.core.model.client import AuthMethod, Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.policy import Node, Policy, StepInstance, StepNode
from ostiary.core.model.user import User
from tests.support.app import TOKEN, App, make_app, make_snapshot
from tests.support.asgi import Answer
from tests.support.tenants import NONE, make_client, secret_of
from tests.support.users import make_user

PASSWORD = "Password1"
PUBLIC = ("native", "anybody")
STEPS = {
    "form": StepInstance("form", "username_password"),
    "again": StepInstance("again", "username_password"),
    "name": StepInstance("name", "identifier_first"),
    "factor": StepInstance("factor", "second_factor", {"no_authenticators": "bypass"}),
    "strict": StepInstance("strict", "second_factor", {"no_authenticators": "enrol"}),
}


def make_legacy_client(client_id: str = "legacy", *methods: AuthMethod, **fields: Any) -> Client:
    """Make a client that brings passwords, and may refresh."""
    values: dict[str, Any] = {
        "grant_types": frozenset({"password", "refresh_token"}),
        "scopes": frozenset({"openid", "profile", "email", "sso", "api:read"}),
    }
    return make_client(client_id, *methods, **{**values, **fields})


@dataclass
class Legacy:
    """A server of which clients may bring passwords."""

    app: App
    user: User

    @property
    def env(self) -> Environment:
        return self.app.environment("default")

    async def ask(self, client: str = "legacy", /, **changed: str | None) -> Answer:
        """Bring joe's password, but for the changes; None leaves a parameter out."""
        usual: dict[str, str | None] = {
            "grant_type": "password",
            "client_id": client,
            "client_secret": None if client in PUBLIC else secret_of(client),
            "username": "joe",
            "password": PASSWORD,
        }
        merged = {**usual, **changed}
        form = {name: value for name, value in merged.items() if value is not None}
        return await self.app.pingfederate.post_form(TOKEN, form)

    async def tokens(self, client: str = "legacy", /, **changed: str | None) -> Mapping[str, Any]:
        """Return what it gets."""
        answer = await self.ask(client, **changed)
        assert answer.status == 200, answer.body
        members: Mapping[str, Any] = answer.json()
        return members

    async def refresh(self, token: str, client: str = "legacy") -> Answer:
        """Use a refresh token."""
        form = {
            "grant_type": "refresh_token",
            "refresh_token": token,
            "client_id": client,
            "client_secret": secret_of(client),
        }
        return await self.app.pingfederate.post_form(TOKEN, form)

    async def change_user(self, **fields: Any) -> None:
        """Let joe be another one from now on."""
        current = await self.app.store.users.find(self.env, self.user.id)
        assert current is not None
        changed = replace(current, **fields)
        await self.app.store.users.save(self.env, changed, expected_version=current.version)

    async def enrol(self, authenticator: Authenticator) -> None:
        """Give joe an authenticator."""
        await self.app.store.authenticators.add(self.env, authenticator)

    def ask_by_policy(self, root: Node, **fields: Any) -> None:
        """Let the environment's policy be another one."""
        policy = Policy("default", root, "urn:example:default")
        values: dict[str, Any] = {"steps": STEPS, "policies": {"default": policy}, **fields}
        changed = replace(self.env, **values)
        others = self.app.snapshots.current.environments.values()
        self.app.snapshots.current = make_snapshot(
            changed if other.key == "default" else other for other in others
        )


async def make_legacy(*clients: Client, **user: Any) -> Legacy:
    """Start a server with joe, one client of each kind, and more of them."""
    joe = make_user(1, **{"username": "joe", **user})
    app = make_app(
        clients=(
            make_legacy_client(),
            make_legacy_client("plain", grant_types=frozenset({"password"})),
            make_legacy_client("native", NONE),
            make_legacy_client("anybody", NONE, brings_passwords_unproved=True),
            *clients,
        )
    )
    legacy = Legacy(app, joe)
    legacy.ask_by_policy(StepNode("form"))
    await app.store.users.create(legacy.env, [joe])
    return legacy
