"""The authorization endpoint in this process: everything real but the clock, the store and HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ostiary.adapters.limiter import WindowLimiter
from ostiary.adapters.signing import PooledSigner
from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.crypto.keys import KeySet
from ostiary.core.flow.flow_rate import FlowRate
from ostiary.core.flow.turn import Turn
from ostiary.core.model.client import Client
from ostiary.core.model.environment import ENVIRONMENT_KEYS, Environment
from ostiary.core.model.policy import Node
from ostiary.core.oauth.authorization_response import (
    AuthorizationResponse,
    RedirectableError,
    UntrustedRequestError,
)
from ostiary.core.oauth.authorize import Answered, Authorize
from ostiary.core.oauth.checks.asked import NO_EXTENSIONS, RequestExtensions
from ostiary.core.oauth.finishing import Finishing
from ostiary.core.oauth.handing_over import HandingOver
from ostiary.core.signon.reference import ReferenceHandover
from ostiary.core.tokens.gate import Gate
from ostiary.core.tokens.issue import TokenIssuer
from tests.support import jose
from tests.support.flows import (
    ONE_FORM,
    PASSWORD,
    REDIRECT_URI,
    BrowserJar,
    Flows,
    make_application,
    make_signon_environment,
    offer_of,
)
from tests.support.tenants import make_manager, signing_key

STATE, NONCE = "a state", "a nonce"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""Of the verifier in RFC 7636, appendix B."""
EVERY_TYPE = frozenset(
    {"code", "token", "id_token", "code token", "code id_token", "id_token token", "none"}
    | {"code id_token token"}
)
CHANGE = ("cookie", "persistent_cookie", "device", "username", "api_state")


def make_relying_party(client_id: str = "app", **fields: Any) -> Client:
    """Make an application that may have every response type."""
    return make_application(client_id, **{"response_types": EVERY_TYPE, **fields})


def make_issuing_environment(*clients: Client, root: Node = ONE_FORM, **fields: Any) -> Environment:
    """Make an environment that signs people on and has keys to say so."""
    manager = make_manager("default")
    sets = (
        KeySet(ENVIRONMENT_KEYS, (signing_key("default", "RS256"),)),
        KeySet(manager.key_set, (signing_key("default manager", "ES256"),)),
    )
    values: dict[str, Any] = {
        "scopes": frozenset({"openid", "profile", "email"}),
        "token_managers": {manager.id: manager},
        "key_sets": {key_set.name: key_set for key_set in sets},
    }
    known = clients or (make_relying_party(),)
    return make_signon_environment(root, *known, **{**values, **fields})


@dataclass
class Authorizing:
    """An authorization endpoint, and a user `joe` with the password `Password1`."""

    env: Environment = field(default_factory=make_issuing_environment)
    browser: BrowserJar = field(default_factory=BrowserJar)

    def __post_init__(self) -> None:
        self.flows = Flows(self.env)

    @property
    def authorize(self) -> Authorize:
        flows = self.flows
        store, clock, events = flows.store, flows.clock, flows.events
        gate = Gate(flows.directory, store.sessions, clock)
        issuer = TokenIssuer(store, PooledSigner(), events, clock)
        handing_over = HandingOver(ReferenceHandover(store.references, clock))
        finishing = Finishing(gate, issuer, store, handing_over, events, clock)
        flow_rate = FlowRate(WindowLimiter(clock))
        return Authorize(
            flows.browsers, flows.engine, flow_rate, finishing, flows.directory, events, clock
        )

    def change_client(self, client_id: str = "app", **fields: Any) -> None:
        """Let a client be configured another way from now on."""
        client = replace(self.env.clients[ClientId(client_id)], **fields)
        self.reconfigure(clients={**self.env.clients, client.client_id: client})

    def reconfigure(self, **fields: Any) -> None:
        """Let the environment be another one from now on."""
        self.env = replace(self.env, **fields)
        self.flows.env = self.env

    async def begin(
        self,
        browser: BrowserJar | None = None,
        *,
        extensions: RequestExtensions = NO_EXTENSIONS,
        **changes: str | None,
    ) -> Turn | Answered:
        """Send a good request for a code, but for the changes; None leaves a parameter out."""
        jar = self.browser if browser is None else browser
        result = await self.authorize.begin(
            self.env, make_params(**changes), jar.shows(), extensions
        )
        return self._kept(jar, result)

    async def ask(self, **changes: Any) -> Turn:
        """Send a request upon which somebody has to be asked."""
        turn = await self.begin(**changes)
        assert isinstance(turn, Turn), turn
        return turn

    async def answer(self, **changes: Any) -> AuthorizationResponse:
        """Send a request that is answered at once."""
        answered = await self.begin(**changes)
        assert isinstance(answered, Answered), answered
        return answered.response

    async def check_password(
        self,
        turn: Turn,
        username: str = "joe",
        password: str = PASSWORD,
        *,
        browser: BrowserJar | None = None,
        finishes: bool = True,
    ) -> Turn | Answered:
        """Send a username and a password."""
        inputs = {"username": username, "password": password}
        return await self.act(
            turn, "usernamePassword.check", inputs, browser=browser, finishes=finishes
        )

    async def act(
        self,
        turn: Turn,
        name: str,
        inputs: Mapping[str, object],
        *,
        browser: BrowserJar | None = None,
        finishes: bool = True,
    ) -> Turn | Answered:
        """Take an action, as `usernamePassword.check`, in a flow as it is now."""
        jar = self.browser if browser is None else browser
        now = await self.authorize.look(self.env, turn.flow.id, jar.shows())
        result = await self.authorize.act(
            self.env, now, offer_of(now, name), inputs, jar.shows(), finishes=finishes
        )
        return self._kept(jar, result)

    async def sign_on(
        self, username: str = "joe", *, browser: BrowserJar | None = None, **changes: Any
    ) -> AuthorizationResponse:
        """Send a request, sign on, and return the answer."""
        turn = await self.ask(browser=browser, **changes)
        answered = await self.check_password(turn, username, browser=browser)
        assert isinstance(answered, Answered), answered
        return answered.response

    async def refusal(self, **changes: Any) -> AuthorizationResponse:
        """Send a request that is refused, and return what the application is told."""
        try:
            await self.begin(**changes)
        except RedirectableError as error:
            return error.response
        raise AssertionError("it was not refused")

    async def distrust(self, **changes: Any) -> UntrustedRequestError:
        """Send a request that is refused without a redirect, and return the refusal."""
        try:
            await self.begin(**changes)
        except UntrustedRequestError as error:
            return error
        raise AssertionError("it was not refused")

    def _kept(self, jar: BrowserJar, result: Turn | Answered) -> Turn | Answered:
        for name in CHANGE:
            value = getattr(result.change, name)
            if value is not None:
                jar.kept[name] = value
        return result


async def make_authorizing(*clients: Client, **fields: Any) -> Authorizing:
    """Make an authorization endpoint where `joe` and `jane` can sign on."""
    made = Authorizing(make_issuing_environment(*clients, **fields))
    await made.flows.add_joe()
    await made.flows.add_user(1, username="jane")
    return made


def make_params(**changes: str | None) -> Params:
    """Return the parameters of a good request for a code; None leaves one out."""
    values: dict[str, str | None] = {
        "client_id": "app",
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": "openid profile",
        "state": STATE,
        "nonce": NONCE,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return Params.from_pairs([(name, value) for name, value in values.items() if value is not None])


def claims_of(response: AuthorizationResponse) -> dict[str, Any]:
    """Return the claims of an answer's ID token."""
    claims: dict[str, Any] = jose.parts(str(response.members["id_token"]))[1]
    return claims
