"""The flow engine in this process: everything real but the clock and the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.limiter import WindowLimiter
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.ids import ClientId, FlowId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.flow.approvals import Approvals
from ostiary.core.flow.browser import Browser
from ostiary.core.flow.browsers import BrowserSessions
from ostiary.core.flow.completion import Completion
from ostiary.core.flow.engine import FlowEngine
from ostiary.core.flow.errors import FlowCode, FlowRefusedError
from ostiary.core.flow.turn import Turn
from ostiary.core.flow.walker import PolicyWalker
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.policy import Node, Policy, StepInstance, StepNode
from ostiary.core.model.user import User, UserPassword
from ostiary.core.signon.adapter_users import AdapterUsers
from ostiary.core.signon.device_approvals import DeviceApprovals
from ostiary.core.signon.devices import Devices
from ostiary.core.signon.message_rate import MessageRate
from ostiary.core.signon.one_time_codes import OneTimeCodes
from ostiary.core.signon.password import PasswordSignOn
from ostiary.core.signon.password_changes import PasswordChanges
from ostiary.core.signon.recovery_links import RecoveryLinks
from ostiary.core.signon.reference import ReferenceHandover
from ostiary.core.signon.remembered_browsers import RememberedBrowsers
from ostiary.core.signon.second_factors import SecondFactors
from ostiary.core.steps.consent import Consent
from ostiary.core.steps.contract import Offer, Step
from ostiary.core.steps.identifier_first import IdentifierFirst
from ostiary.core.steps.pairing import Pairing
from ostiary.core.steps.password_change import PasswordChange
from ostiary.core.steps.password_recovery import PasswordRecovery
from ostiary.core.steps.reference_id import ReferenceID
from ostiary.core.steps.registering import Registering
from ostiary.core.steps.registration import Registration
from ostiary.core.steps.second_factor import SecondFactor
from ostiary.core.steps.user_code import UserCode
from ostiary.core.steps.username_password import UsernamePassword
from ostiary.core.steps.username_recovery import UsernameRecovery
from ostiary.core.steps.ways_aside import WaysAside
from ostiary.main.face_pages import FacePages
from tests.support.app import RecordedEvents
from tests.support.environments import make_environment
from tests.support.outbox import Outbox
from tests.support.pace import QUICK
from tests.support.tenants import NONE, make_client
from tests.support.users import HASH, make_user

Told = TypeVar("Told")
ADDRESS = "192.0.2.1"
PASSWORD = "Password1"
REDIRECT_URI = "https://app.example.com/callback"
FORM = StepInstance("form", "username_password")
ONE_FORM = StepNode("form")
TWO_FORMS = {"policies": {"default": Policy("default", StepNode("form", StepNode("again")))}}
TWO_STEPS = {"policies": {"default": Policy("default", StepNode("name", StepNode("form")))}}


def make_application(client_id: str = "app", **fields: Any) -> Client:
    """Make a client that sends people here to sign on."""
    values: dict[str, Any] = {
        "redirect_uris": (REDIRECT_URI,),
        "grant_types": frozenset({"authorization_code"}),
        "scopes": frozenset({"openid", "profile", "email"}),
        "bypasses_approval": True,
    }
    return make_client(client_id, NONE, **{**values, **fields})


def make_asking_application(client_id: str = "app") -> Client:
    """Make a client whose users are asked whether it may."""
    return make_application(client_id, bypasses_approval=False)


def make_request(client_id: str = "app", **fields: Any) -> AuthorizationRequest:
    """Make a checked request of `make_application`."""
    values: dict[str, Any] = {
        "client_id": ClientId(client_id),
        "redirect_uri": REDIRECT_URI,
        "response_types": ("code",),
        "response_mode": ResponseMode.QUERY,
        "scopes": ScopeSet.of(["openid", "profile"]),
    }
    return AuthorizationRequest(**{**values, **fields})


def make_signon_environment(root: Node = ONE_FORM, *clients: Client, **fields: Any) -> Environment:
    """Make an environment with one policy, and every step that is mentioned in tests."""
    known = clients or (make_application(),)
    values: dict[str, Any] = {
        "clients": {client.client_id: client for client in known},
        "policies": {"default": Policy("default", root, "urn:example:default")},
        "steps": {
            "form": FORM,
            "name": StepInstance("name", "identifier_first"),
            "again": StepInstance("again", "username_password"),
        },
    }
    return make_environment("default", **{**values, **fields})


@dataclass
class BrowserJar:
    """A browser that keeps what it is told to keep."""

    address: str = ADDRESS
    kept: dict[str, str] = field(default_factory=dict)

    def shows(self, **others: str) -> Browser:
        """Return what it shows now."""
        return Browser(address=self.address, **{**self.kept, **others})

    def keep(self, turn: Turn) -> Turn:
        """Take over what a turn says, and return the turn."""
        names = ("cookie", "persistent_cookie", "device", "remembered", "username", "api_state")
        for name in names:
            value = getattr(turn.change, name)
            if value is not None:
                self.kept[name] = value
        return turn

    def copy(self) -> "BrowserJar":
        """Return a browser with the same cookies: a thief's."""
        return BrowserJar(kept=dict(self.kept))


@dataclass
class Flows:
    """One environment, its engine, and a user `joe` with the password `Password1`."""

    env: Environment = field(default_factory=make_signon_environment)
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FrozenClock = field(default_factory=FrozenClock)
    events: RecordedEvents = field(default_factory=RecordedEvents)
    more_steps: Mapping[str, Step] = field(default_factory=dict)
    hashing: PooledHashing = field(default_factory=PooledHashing)
    outbox: Outbox = field(default_factory=Outbox)
    limiter: WindowLimiter = field(init=False)

    def __post_init__(self) -> None:
        self.limiter = WindowLimiter(self.clock)

    @property
    def directory(self) -> LocalDirectory:
        return LocalDirectory(self.store.users, self.hashing)

    @property
    def browsers(self) -> BrowserSessions:
        return BrowserSessions(self.store.sessions, self.directory, self.clock)

    @property
    def changes(self) -> PasswordChanges:
        store = self.store
        return PasswordChanges(
            self.directory,
            store.attempts,
            self.hashing,
            store.sessions,
            store.user_grants,
            self.outbox,
            self.events,
            self.clock,
        )

    @property
    def message_rate(self) -> MessageRate:
        return MessageRate(self.store.attempts, self.limiter, Devices(self.clock), self.clock)

    @property
    def recovery_links(self) -> RecoveryLinks:
        pages = FacePages(dict.fromkeys(Face, lambda env, value: f"{env.base_url}/reset?{value}"))
        return RecoveryLinks(self.directory, self.changes, self.message_rate, pages, self.clock)

    @property
    def second_factors(self) -> SecondFactors:
        return SecondFactors(
            self.store.authenticators,
            self.store.attempts,
            OneTimeCodes(self.clock),
            self.outbox,
            self.events,
            self.clock,
        )

    @property
    def engine(self) -> FlowEngine:
        store, clock, browsers = self.store, self.clock, self.browsers
        passwords = PasswordSignOn(self.directory, store.attempts, self.hashing, self.events, clock)
        codes, rate = OneTimeCodes(clock), self.message_rate
        registering = Registering(
            self.directory, self.hashing, codes, self.outbox, rate, self.events, clock
        )
        steps: tuple[Step, ...] = (
            Consent(store.consents),
            IdentifierFirst(),
            PasswordChange(passwords, self.changes, Devices(clock)),
            ReferenceID(
                ReferenceHandover(store.references, clock),
                AdapterUsers(self.directory, self.events, clock),
                self.events,
            ),
            SecondFactor(
                self.directory,
                self.second_factors,
                Devices(clock),
                RememberedBrowsers(clock),
                self.events,
            ),
            Pairing(self.directory, self.second_factors),
            PasswordRecovery(
                self.directory, self.changes, codes, self.recovery_links, self.outbox, rate, QUICK
            ),
            Registration(registering),
            UsernamePassword(passwords, Devices(clock), WaysAside(registering)),
            UserCode(
                DeviceApprovals(store.device_requests, WindowLimiter(clock), self.events, clock)
            ),
            UsernameRecovery(self.directory, self.outbox, rate, QUICK),
        )
        walker = PolicyWalker(
            {**{step.type: step for step in steps}, **self.more_steps},
            self.directory,
            Approvals(store.consents, clock),
            Completion(browsers, clock),
        )
        return FlowEngine(walker, store.flows, store, self.events, clock, browsers)

    @property
    def client(self) -> Client:
        return next(iter(self.env.clients.values()))

    def reconfigure(self, **fields: Any) -> None:
        """Let the environment be another one from now on."""
        self.env = replace(self.env, **fields)

    async def add_joe(self, **fields: Any) -> User:
        """Put the user `joe` into the directory."""
        return await self.add_user(0, username="joe", **fields)

    async def add_user(self, number: int, **fields: Any) -> User:
        """Put a user into the directory whose password was set before the clock's time."""
        password = UserPassword(HASH, changed_at=self.clock.now() - 1000)
        user = make_user(number, **{"password": password, **fields})
        await self.store.users.create(self.env, [user])
        return user

    async def begin(
        self,
        browser: BrowserJar,
        *,
        policy: str = "default",
        reuses_session: bool = False,
        client: Client | None = None,
        **request: Any,
    ) -> Turn:
        """Begin a flow and keep it, if it is not finished at once."""
        asker = client or self.client
        recognized = await self.browsers.recognize(self.env, browser.shows())
        session = recognized.session if reuses_session else None
        turn = await self.engine.begin(
            self.env,
            asker,
            make_request(asker.client_id, **request),
            browser.shows(),
            recognized,
            policy,
            passed=None if session is None else session.authentication.passed[-1],
        )
        await self.engine.keep(self.env, turn)
        return browser.keep(turn)

    async def look(self, browser: BrowserJar, flow_id: str) -> Turn:
        """Look at a flow."""
        return await self.engine.find(self.env, FlowId(flow_id), browser.shows())

    async def act(self, browser: BrowserJar, flow_id: str, name: str, **inputs: object) -> Turn:
        """Take the action with that noun and verb, as `usernamePassword.check`, and keep it."""
        turn = await self.look(browser, flow_id)
        moved = await self.engine.act(self.env, turn, offer_of(turn, name), inputs, browser.shows())
        await self.engine.keep(self.env, moved)
        return browser.keep(moved)

    async def check(
        self, browser: BrowserJar, flow_id: str, username: str = "joe", password: str = PASSWORD
    ) -> Turn:
        """Send a username and a password."""
        return await self.act(
            browser, flow_id, "usernamePassword.check", username=username, password=password
        )

    async def sign_on(self, browser: BrowserJar, username: str = "joe", **fields: Any) -> Turn:
        """Sign on in a browser with one form, and return the last turn."""
        turn = await self.begin(browser, **fields)
        return await self.check(browser, turn.flow.id, username)

    async def user(self, username: str) -> User:
        """Return a user as the directory has it now."""
        user = await self.directory.find_by_username(self.env, username)
        assert user is not None
        return user

    async def is_signed_on(self, browser: BrowserJar) -> bool:
        """Tell whether somebody is signed on in a browser."""
        return (await self.browsers.recognize(self.env, browser.shows())).session is not None

    async def may_open(self, browser: BrowserJar, turn: Turn) -> bool:
        """Tell whether a browser can open a turn's flow."""
        try:
            await self.look(browser, turn.flow.id)
        except FlowRefusedError as refused:
            return refused.flow_code is not FlowCode.NOT_FOUND
        return True

    def emitted(self, kind: type[Told]) -> list[Told]:
        """Return the events of one kind so far."""
        return [event for event in self.events.events if isinstance(event, kind)]


def offer_of(turn: Turn, name: str) -> Offer:
    """Return what a turn offers under a noun and a verb."""
    assert turn.view is not None, "nothing is asked any more"
    noun, _, verb = name.partition(".")
    found = [
        offer
        for offer in turn.view.offers
        if (offer.action.noun, offer.action.verb) == (noun, verb)
    ]
    assert found, f"{name} is not offered"
    # Where a page has its own, without inputs, the one for programs stands behind it.
    return found[-1]
