"""The server in this process: everything real but the clock, the store and the socket."""

import json
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec

from ostiary.adapters.directories.catalog import open_directory
from ostiary.adapters.directories.composed import ComposedDirectory
from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.flow_recorder import FlowRecorder
from ostiary.adapters.limiter import DEFAULT_ALLOWANCES, Allowance, WindowLimiter
from ostiary.adapters.outbound.foreign_keys import FetchedKeys
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.signing import PooledSigner
from ostiary.adapters.stores.backend import Reach, unhooked
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.ids import ClientId
from ostiary.core.model.audit.event import Event
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.snapshot import Snapshot
from ostiary.core.ports.fetcher import (
    Fetched,
    Fetcher,
    FetchFailedError,
    FetchFailure,
    FetchRequest,
)
from ostiary.core.ports.flow_log import CLOSED
from ostiary.core.ports.signing import Signer
from ostiary.http.route import Route
from ostiary.main.wiring import Ports, build_application, build_routes
from tests.support import jose
from tests.support.administration import make_sealer
from tests.support.asgi import Answer, Caller
from tests.support.outbox import Outbox
from tests.support.pace import QUICK
from tests.support.tenants import (
    make_tenant,
    pingfederate_clients,
    pingfederate_managers,
    pingone_clients,
    pingone_managers,
    pingone_resources,
    private_key,
    secret_of,
)

NOW = 1_750_000_000.4
"""Not a whole second, as no moment ever is."""
PINGFEDERATE_HOST = "localhost:9031"
PINGONE_HOST = "auth.pingone.example"
BASE_URL = f"https://{PINGFEDERATE_HOST}"
TOKEN = "/as/token.oauth2"
INTROSPECT = "/as/introspect.oauth2"
REVOKE = "/as/revoke_token.oauth2"
_KEYS_OF_CLIENTS = {"rs256": "RS256", "ps256": "PS256", "es256": "ES256", "eddsa": "EdDSA"}
Result = TypeVar("Result")


@dataclass
class HeldSnapshot:
    """Implements the `Snapshots` port with the snapshot that a test puts here."""

    current: Snapshot


@dataclass
class SwitchedReadiness:
    """Implements the `Readiness` port with a switch."""

    is_ready: bool = True


class ClosedWayOut:
    """Implements the `Fetcher` port where nothing can be reached."""

    async def fetch(self, env: Environment, request: FetchRequest) -> Fetched:
        raise FetchFailedError(FetchFailure.CONNECT)


CLOSED_WAY_OUT = ClosedWayOut()


@dataclass
class RecordedEvents:
    """Implements the `Events` port: keeps events, and their JSON as a log would write it."""

    events: list[Event] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self.log.append(msgspec.json.encode(event).decode())


@dataclass
class Failures:
    """What the error boundary reported: defects of ours. A test that provokes none has none."""

    reported: list[BaseException] = field(default_factory=list)
    are_expected: bool = False

    def report(self, error_id: str, error: BaseException) -> None:
        if not self.are_expected:
            raise AssertionError(f"the server failed: {error!r}") from error
        self.reported.append(error)


@dataclass(frozen=True, slots=True, repr=False)
class App:
    """The server and what a test may move or look at."""

    routes: tuple[Route, ...]
    snapshots: HeldSnapshot
    clock: FrozenClock
    store: MemoryStore
    events: RecordedEvents
    failures: Failures
    readiness: SwitchedReadiness
    outbox: Outbox
    flow_recorder: FlowRecorder | None
    pingfederate: Caller
    pingone: Caller

    def environment(self, key: str) -> Environment:
        """Return a configured environment by its key."""
        found = [env for env in self.snapshots.current.environments.values() if env.key == key]
        return found[0]

    def client_id(self, environment_key: str, key: str) -> str:
        """Return the client id of a configured client."""
        clients = self.environment(environment_key).clients.values()
        return next(client.client_id for client in clients if client.key == key)

    def change_client(self, client_id: str, **fields: Any) -> None:
        """Apply a configuration in which a client of `default` is another one."""
        env = self.environment("default")
        changed = replace(env.clients[ClientId(client_id)], **fields)
        others = self.snapshots.current.environments.values()
        self.snapshots.current = make_snapshot(
            with_clients(env, [changed]) if other is env else other for other in others
        )

    async def ask(
        self, client: str = "sdk-client-id", *, secret: str | None = None, **params: str
    ) -> Answer:
        """Ask PingFederate's token endpoint, by the grant client_credentials and HTTP Basic."""
        form = {"grant_type": "client_credentials", **params}
        basic = (client, secret_of(client) if secret is None else secret)
        return await self.pingfederate.post_form(TOKEN, form, basic=basic)

    async def ask_pingone(
        self, environment_key: str = "customers", client: str = "worker", **params: str
    ) -> Answer:
        """Ask PingOne's token endpoint, by the grant client_credentials and HTTP Basic."""
        form = {"grant_type": "client_credentials", **params}
        target = f"/{self.environment(environment_key).id}/as/token"
        id = self.client_id(environment_key, client)
        return await self.pingone.post_form(target, form, basic=(id, secret_of(id)))

    async def token(self, client: str = "sdk-client-id", **params: str) -> str:
        """Return an access token of PingFederate's face."""
        return access_token(await self.ask(client, **params))

    async def introspect(self, token: str, *, client: str = "rs_client") -> Answer:
        """Ask PingFederate's introspection endpoint."""
        basic = (client, secret_of(client))
        return await self.pingfederate.post_form(INTROSPECT, {"token": token}, basic=basic)

    async def is_active(self, token: str) -> bool:
        """Tell whether a token of PingFederate's face is good."""
        answer = await self.introspect(token)
        assert answer.status == 200
        members = answer.json()
        assert members["active"] or members == {"active": False}
        return bool(members["active"])

    async def ask_with_assertion(self, assertion: str, **params: str) -> Answer:
        """Ask PingFederate's token endpoint as a client that shows an assertion."""
        form = {"grant_type": "client_credentials", **assertion_params(assertion), **params}
        return await self.pingfederate.post_form(TOKEN, form)

    def assertion_claims(self, client: str, **overrides: Any) -> dict[str, Any]:
        """Return claims of a good assertion; an override of None takes a claim out."""
        claims = {
            "iss": client,
            "sub": client,
            "aud": BASE_URL + TOKEN,
            "jti": f"jti-of-{client}",
            "iat": int(self.clock.now()),
            "exp": int(self.clock.now()) + 60,
        }
        merged = {**claims, **overrides}
        return {name: value for name, value in merged.items() if value is not None}

    def assertion(self, client: str, **overrides: Any) -> str:
        """Return an assertion by a client of `pingfederate_clients`, signed in its own way."""
        algorithm = _KEYS_OF_CLIENTS.get(client, "HS256")
        header = {"alg": algorithm, "kid": client} if algorithm != "HS256" else {"alg": algorithm}
        return jose.compact(header, self.assertion_claims(client, **overrides), client_key(client))


def client_key(client: str) -> jose.Key:
    """Return what a client of `pingfederate_clients` signs its assertions with."""
    match _KEYS_OF_CLIENTS.get(client):
        case "RS256" | "PS256" | "ES256" | "EdDSA" as algorithm:
            return private_key(client, algorithm)
        case _:
            return secret_of(client).encode()


def assertion_params(assertion: str) -> dict[str, str]:
    """Return the two parameters that show an assertion."""
    return {"client_assertion_type": jose.ASSERTION_TYPE, "client_assertion": assertion}


def access_token(answer: Answer) -> str:
    """Return the access token of a successful answer."""
    assert answer.status == 200, answer.body
    token = answer.json()["access_token"]
    assert isinstance(token, str)
    return token


def make_app(
    *,
    clients: Iterable[Client] = (),
    environments: Iterable[Environment] | None = None,
    allowances: Mapping[str, Allowance | None] = DEFAULT_ALLOWANCES,
    now: float = NOW,
    reach: Reach = unhooked,
    signer: Signer | None = None,
    has_flow_log: bool = False,
    has_explorer: bool = False,
    fetcher: Fetcher | None = None,
) -> App:
    """Start a server of PingFederate's `default` and PingOne's `customers` and `partners`.

    Args:
        clients: more of them for `default`.
        environments: instead of those three.
        fetcher: the way out; without one nothing is fetched.
        reach: told of every fault point of the store that is reached; may raise there.
    """
    clock, store, events = FrozenClock(now), MemoryStore(reach=reach), RecordedEvents()
    configured = tuple(environments) if environments is not None else _environments(clients)
    snapshots, failures = HeldSnapshot(make_snapshot(configured)), Failures()
    readiness, hashing, outbox = SwitchedReadiness(), PooledHashing(), Outbox()
    recorder = FlowRecorder(events) if has_flow_log else None
    ports = Ports(
        snapshots=snapshots,
        readiness=readiness,
        issuances=store,
        tokens=store,
        events=recorder or events,
        limiter=WindowLimiter(clock, allowances),
        signer=signer or PooledSigner(),
        directory=ComposedDirectory(LocalDirectory(store.users, hashing), events, open_directory),
        attempts=store.attempts,
        authenticators=store.authenticators,
        hashing=hashing,
        flows=store.flows,
        sessions=store.sessions,
        codes=store.codes,
        user_grants=store.user_grants,
        delivery=outbox,
        consents=store.consents,
        logout_notices=store.logout_notices,
        references=store.references,
        device_requests=store.device_requests,
        configurations=store,
        sealer=make_sealer(),
        pace=QUICK,
        foreign_keys=FetchedKeys(fetcher or CLOSED_WAY_OUT, clock),
        clock=clock,
        flow_log=recorder or CLOSED,
    )
    application = build_application(ports, report=failures.report, has_explorer=has_explorer)
    return App(
        routes=build_routes(ports),
        snapshots=snapshots,
        clock=clock,
        store=store,
        events=events,
        failures=failures,
        readiness=readiness,
        outbox=outbox,
        flow_recorder=recorder,
        pingfederate=Caller(application, PINGFEDERATE_HOST),
        pingone=Caller(application, PINGONE_HOST),
    )


def make_snapshot(environments: Iterable[Environment]) -> Snapshot:
    """Compile environments: the first with each face is that face's default."""
    configured = tuple(environments)
    federates = [env for env in configured if env.face is Face.PINGFEDERATE]
    ones = [env for env in configured if env.face is Face.PINGONE]
    hosts = {env.base_url.removeprefix("https://").partition(":")[0]: env for env in configured}
    return Snapshot(
        version=1,
        environments={env.id: env for env in configured},
        by_host={host: env for host, env in hosts.items() if env in federates},
        default=federates[0] if federates else None,
        pingone_default=ones[0] if ones else None,
        allowed_hosts=frozenset({"localhost", "127.0.0.1", "::1", *hosts}),
    )


def with_clients(env: Environment, clients: Iterable[Client]) -> Environment:
    """Return an environment with more, or other, clients."""
    return replace(env, clients={**env.clients, **{ClientId(c.client_id): c for c in clients}})


def run_now(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine that never suspends, without an event loop."""
    try:
        work.send(None)
    except StopIteration as finished:
        result: Result = finished.value
        return result
    work.close()
    raise AssertionError("it suspended")


def _environments(clients: Iterable[Client]) -> tuple[Environment, ...]:
    default = make_tenant(
        "default",
        Face.PINGFEDERATE,
        BASE_URL,
        managers=pingfederate_managers(),
        clients=(*pingfederate_clients(), *clients),
        endpoint_bases=(BASE_URL, "https://sso.example.com"),
        scopes=frozenset({"openid", "profile", "email", "api:read", "api:write", "sso"}),
        allowed_origins=frozenset({"https://app.example.com"}),
    )
    return (default, *(make_pingone_environment(key) for key in ("customers", "partners")))


def make_pingone_environment(key: str) -> Environment:
    """Make an environment with PingOne's face and the usual applications."""
    return make_tenant(
        key,
        Face.PINGONE,
        f"https://{PINGONE_HOST}",
        managers=pingone_managers(),
        clients=pingone_clients(key),
        resources=pingone_resources(),
    )


def canary_free(app: App, *canaries: str) -> None:
    """Claim that none of the canaries got into events or reports."""
    kept = "\n".join(
        [*app.events.log, *map(repr, app.events.events), *map(repr, app.failures.reported)]
    )
    for canary in canaries:
        assert canary not in kept, f"{json.dumps(canary)} was logged"
