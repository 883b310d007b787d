"""Four tenants that are alike in every name: two by host, two by path."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ostiary.adapters.limiter import DEFAULT_ALLOWANCES
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.model.device_request import DEVICE_GRANT
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.user import User
from tests.support.administration import Installation, make_sealer
from tests.support.app import PINGONE_HOST, App, make_app
from tests.support.asgi import Caller
from tests.support.users import make_user

KEYS = ("fed-a", "fed-b", "one-a", "one-b")
PLATFORM_DEFAULT = "one-a"
"""The tenant that answers where a path of PingOne's face names none."""
CALLBACK = "https://app.example.com/callback"
SIGNED_OFF = "https://app.example.com/signed-off"
SERVICE_SECRET = "the same program has one secret everywhere 0123456789"
ENDLESS = dict.fromkeys(DEFAULT_ALLOWANCES)
Tables = Mapping[str, tuple[object, str]]
"""By name, where a store keeps a table: an object, and the attribute of it."""
JOE = make_user(1, username="joe", attributes={"mail": "joe@example.com"})
"""In every tenant, with one id."""

_HEAD = f"""
[server]
mode = "dev"
public_url = "https://{PINGONE_HOST}"
hosts = ["api.pingone.example"]
pingone_default = "{PLATFORM_DEFAULT}"
"""
_BODY = """
[environments.KEY]
face = "FACE"
algorithms = ["ES256"]
BASE
allowed_origins = ["https://page.KEY.example"]
[environments.KEY.sessions]
persistent = true
[environments.KEY.scopes]
openid = "Know who you are"
read = "Read data"
"scope-of-KEY" = "What no other tenant has"
"p1:read:user" = "Read your data"
[environments.KEY.resources.orders]
audience = "https://orders.KEY.example"
scopes = ["read"]
[environments.KEY.token_managers.default]
algorithm = "ES256"
[environments.KEY.token_managers.ref]
kind = "reference"
selector = "0001"
[environments.KEY.token_managers."manager-of-KEY"]
algorithm = "ES256"
[environments.KEY.steps.form]
type = "username_password"
recovery = true
registration = true
[environments.KEY.steps.linked]
type = "username_password"
recovery = true
recovery_by = "link"
[environments.KEY.steps.name]
type = "identifier_first"
[environments.KEY.steps.more]
type = "second_factor"
methods = ["email"]
[environments.KEY.policies.STANDARD]
acr = "STANDARD"
steps = ["form"]
[environments.KEY.policies.linked]
acr = "linked"
steps = ["linked"]
[environments.KEY.policies.multi]
acr = "multi"
steps = ["form", "more"]
[environments.KEY.policies."policy-of-KEY"]
acr = "policy-of-KEY"
steps = ["name", "form"]
[environments.KEY.clients.web]
client_id = "web"
secret = "SECRET"
grant_types = ["authorization_code", "refresh_token", "implicit"]
response_types = ["code", "id_token", "token"]
redirect_uris = ["CALLBACK", "https://only-KEY.example/callback"]
post_logout_redirect_uris = ["SIGNED_OFF", "https://only-KEY.example/signed-off"]
backchannel_logout_uri = "https://app.example.com/told"
scopes = ["openid", "read", "scope-of-KEY", "p1:read:user"]
token_managers = ["default", "ref", "manager-of-KEY"]
bypass_approval = true
idp_signoff = true
[environments.KEY.clients.signed]
client_id = "signed"
secret = "SECRET"
grant_types = ["authorization_code"]
redirect_uris = ["CALLBACK"]
scopes = ["openid"]
bypass_approval = true
userinfo_algorithm = "ES256"
[environments.KEY.clients.keeper]
client_id = "keeper"
secret = "SECRET"
grant_types = ["authorization_code", "client_credentials"]
redirect_uris = ["CALLBACK"]
scopes = ["openid", "read"]
token_managers = ["ref"]
bypass_approval = true
[environments.KEY.clients.api]
client_id = "api"
secret = "SECRET"
may_introspect = true
token_managers = ["default", "ref"]
[environments.KEY.clients.service]
client_id = "service"
secret = "SERVICE"
auth_methods = ["client_secret_jwt"]
grant_types = ["client_credentials"]
scopes = ["read"]
may_introspect = true
[environments.KEY.clients.worker]
client_id = "worker"
secret = "SECRET"
grant_types = ["client_credentials"]
scopes = ["read"]
ROLES
[environments.KEY.clients.flow]
client_id = "flow"
auth_methods = ["none"]
grant_types = ["authorization_code", "implicit"]
response_types = ["code", "token", "id_token"]
redirect_uris = ["CALLBACK"]
scopes = ["openid", "read"]
allow_redirectless = true
pkce = "optional"
[environments.KEY.clients.tv]
client_id = "tv"
auth_methods = ["none"]
grant_types = ["DEVICE"]
scopes = ["openid"]
default_scopes = ["openid"]
[environments.KEY.clients."client-of-KEY"]
client_id = "client-of-KEY"
secret = "SERVICE"
grant_types = ["client_credentials", "authorization_code", "DEVICE"]
redirect_uris = ["CALLBACK"]
scopes = ["openid", "read", "scope-of-KEY"]
default_scopes = ["read"]
token_managers = ["default", "manager-of-KEY"]
bypass_approval = true
"""
_COOKIELESS = """
[environments.KEY.clients.jarless]
client_id = "jarless"
auth_methods = ["none"]
grant_types = ["authorization_code"]
scopes = ["openid"]
allow_redirectless = true
cookieless = true
pkce = "optional"
"""
_REFERENCES = """
[environments.KEY.reference_adapters.sample]
username = "application"
pass_phrase = "SECRET"
token_manager = "ref"
clients = ["keeper"]
user_tokens = true
reference_seconds = 3600
[environments.KEY.reference_adapters.query]
token_manager = "ref"
clients = ["keeper"]
user_tokens = true
incoming_format = "query"
[environments.KEY.reference_adapters.portal]
direction = "sp"
username = "application"
pass_phrase = "SECRET"
endpoint = "https://portal.example/"
targets = ["https://only-KEY.example/portal"]
logout_mode = "front_channel"
logout_endpoint = "https://portal.example/bye"
reference_seconds = 3600
"""
_ROLES = """type = "worker"
roles = ["Environment Admin", "Identity Data Admin", "Client Application Developer"]"""


def secret_of(key: str) -> str:
    """Return the secret of every client with one; each tenant has its own."""
    return f"canary-secret-of-{key}-0123456789-0123456789"


@dataclass(frozen=True, slots=True)
class Tenant:
    """One of the tenants, and how it is called."""

    app: App
    key: str
    env: Environment

    @property
    def face(self) -> Face:
        return self.env.face

    @property
    def caller(self) -> Caller:
        return self.app.pingfederate if self.face is Face.PINGFEDERATE else self.app.pingone

    @property
    def eve(self) -> User:
        number = 10 + KEYS.index(self.key)
        return make_user(number, username="eve", attributes={"mail": "eve@example.com"})

    @property
    def basic(self) -> tuple[str, str]:
        """The credentials of the web application."""
        return "web", secret_of(self.key)

    def target(self, route: str) -> str:
        """Return the path of a route in this tenant."""
        return route.replace("{environmentId}", self.env.id)

    def cookie(self, **values: str) -> tuple[str, str]:
        """Return the header with cookies, named as the face names them."""
        names = _COOKIES[self.face]
        return "cookie", "; ".join(f"{names[name]}={value}" for name, value in values.items())


_COOKIES: Mapping[Face, Mapping[str, str]] = {
    Face.PINGFEDERATE: {
        "browser": "PF",
        "persistent": "PF.PERSISTENT",
        "device": "__Host-ostiary-device",
    },
    Face.PINGONE: {
        "browser": "ST",
        "persistent": "ST-NO-SS",
        "device": "__Secure-ostiary-device",
    },
}


def cookie_name(face: Face, name: str) -> str:
    """Return what a face calls a cookie."""
    return _COOKIES[face][name]


@dataclass(frozen=True, slots=True)
class Tenants:
    """The four of them in one server, and a place to come back to."""

    app: App
    by_key: Mapping[str, Tenant]
    tables: Tables
    baseline: dict[str, dict[Any, Any]] = field(default_factory=dict)

    def keep(self) -> None:
        """Take what the store holds now for the place to come back to."""
        self.baseline.update({name: dict(rows) for name, rows in self._rows()})

    def changed(self) -> dict[str, dict[Any, Any]]:
        """Return what is not as it was kept: by table, the rows now; None for one that is gone."""
        return {
            name: {
                key: rows.get(key)
                for key in rows.keys() | self.baseline[name].keys()
                if rows.get(key) != self.baseline[name].get(key)
            }
            for name, rows in self._rows()
            if rows != self.baseline[name]
        }

    def restore(self) -> None:
        """Come back: what the store held counts again, and nothing after it."""
        for name, rows in self._rows():
            if rows != self.baseline[name]:
                rows.clear()
                rows.update(self.baseline[name])
        self.app.events.events.clear()
        self.app.events.log.clear()

    def _rows(self) -> Iterator[tuple[str, dict[Any, Any]]]:
        for name, (part, attribute) in self.tables.items():
            yield name, getattr(part, attribute)


async def make_tenants() -> Tenants:
    """Start a server with the four tenants; each has the same joe, and an Eve of its own."""
    app = make_app(allowances=ENDLESS)
    installation = Installation(store=app.store, sealer=make_sealer(), clock=app.clock)
    await installation.apply(_HEAD + "".join(_configuration(key) for key in KEYS))
    app.snapshots.current = await installation.snapshot()
    tenants = {key: Tenant(_before(app, key), key, app.environment(key)) for key in KEYS}
    for tenant in tenants.values():
        await app.store.users.create(tenant.env, [JOE, tenant.eve])
    return Tenants(app, tenants, _find_tables(app.store))


def _find_tables(store: MemoryStore) -> Tables:
    parts = {"": store, **{name: part for name, part in vars(store).items() if vars_of(part)}}
    return {
        f"{name}.{attribute}": (part, attribute)
        for name, part in parts.items()
        for attribute, rows in vars_of(part).items()
        if isinstance(rows, dict)
    }


def vars_of(part: object) -> Mapping[str, object]:
    """Return the attributes of a part of the store, if it is one."""
    return getattr(part, "__dict__", {})


def _before(app: App, key: str) -> App:
    """Return the server as who calls the host of a tenant has it before itself."""
    return replace(app, pingfederate=Caller(app.pingfederate.application, f"{key}.example.com"))


def _configuration(key: str) -> str:
    is_federate = key.startswith("fed")
    words = {
        "KEY": key,
        "FACE": "pingfederate" if is_federate else "pingone",
        "BASE": f'base_url = "https://{key}.example.com"' if is_federate else "",
        "STANDARD": "default" if is_federate else "Single_Factor",
        "SECRET": secret_of(key),
        "SERVICE": SERVICE_SECRET,
        "DEVICE": DEVICE_GRANT,
        "ROLES": "" if is_federate else _ROLES,
        "CALLBACK": CALLBACK,
        "SIGNED_OFF": SIGNED_OFF,
    }
    text = _BODY + (_COOKIELESS + _REFERENCES if is_federate else "")
    for word, value in words.items():
        text = text.replace(word, value)
    return text
