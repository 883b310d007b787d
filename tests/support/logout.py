"""Applications that are told of logout: listeners on loopback, and the server that tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from ostiary.adapters.outbound.https import HTTPSFetcher
from ostiary.adapters.signing import PooledSigner
from ostiary.core.base.ids import ClientId
from ostiary.core.base.outbound import make_rules
from ostiary.core.model.audit.outbound import LogoutNoticeSent
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import LogoutNotice, LogoutURIs
from ostiary.core.oidc.adapter_notices import AdapterNotifier
from ostiary.core.oidc.logout_notices import LogoutNotifier
from ostiary.core.ports.signing import Signer
from ostiary.core.signon.reference import ReferenceHandover
from ostiary.dialects.pingfederate.single_logout import logout_call_url
from tests.support import jose
from tests.support.app import App
from tests.support.asgi import Answer
from tests.support.browsing import (
    PASSWORD,
    WEB,
    Browsing,
    make_sign_on_app,
    make_sign_on_client,
    returned,
)
from tests.support.odd_server import OddServer, Seen, says

LOGOUT = "/idp/init_logout.openid"
BACK = "https://app.example.com/signed-off"
TOLD = "/told"
HEARD = says({}, 200)


@dataclass
class Telling:
    """A server whose clients are told of logout, and what they heard.

    Args: chance: what the notifier takes for random.
    """

    app: App
    chance: float = 0.5
    signer: Signer | None = None

    @property
    def env(self) -> Environment:
        return self.app.environment("default")

    @property
    def notifier(self) -> LogoutNotifier:
        fetcher = HTTPSFetcher(make_rules((), None, is_dev=True), self.app.events)
        handover = ReferenceHandover(self.app.store.references, self.app.clock)
        adapters = AdapterNotifier(handover, fetcher, logout_call_url)
        return LogoutNotifier(
            self.app.store.logout_notices,
            fetcher,
            self.signer or PooledSigner(),
            adapters,
            self.app.events,
            self.app.clock,
            lambda: self.chance,
        )

    async def claim(self) -> Sequence[LogoutNotice]:
        """Take what is due."""
        return await self.notifier.claim(self.env, 99)

    async def deliver(self) -> int:
        """Deliver what is due, and return how many notices that were."""
        claimed = await self.claim()
        for notice in claimed:
            await self.notifier.deliver(self.env, notice)
        return len(claimed)

    @property
    def sent(self) -> list[LogoutNoticeSent]:
        """What was recorded of it."""
        return [each for each in self.app.events.events if isinstance(each, LogoutNoticeSent)]

    def change_logout(self, client_id: str, **fields: Any) -> None:
        """Let a client be told another way from now on."""
        logout = self.env.clients[ClientId(client_id)].logout
        self.app.change_client(client_id, logout=replace(logout, **fields))


def make_telling(
    logout: Mapping[str, LogoutURIs],
    *,
    environment: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Telling:
    """Start a server with clients that are told as given; each may send browsers back to `BACK`.

    Args:
        environment: as for `make_sign_on_app`.
        fields: of each client.
    """
    clients = [
        make_sign_on_client(name, post_logout_redirect_uris=(BACK,), logout=uris, **fields)
        for name, uris in logout.items()
    ]
    return Telling(make_sign_on_app(clients=clients, **(environment or {})))


def told_by(server: OddServer) -> LogoutURIs:
    """Return the URIs of a client that listens there."""
    return LogoutURIs(backchannel=server.url + TOLD)


def logout_tokens(server: OddServer) -> list[str]:
    """Return the logout tokens that a listener was sent."""
    return [seen.form["logout_token"] for seen in server.asked(TOLD)]


def claims_of(told: Seen | str) -> dict[str, Any]:
    """Return the claims of a logout token, unverified."""
    token = told if isinstance(told, str) else told.form["logout_token"]
    claims: dict[str, Any] = jose.parts(token)[1]
    return claims


async def sign_on(browsing: Browsing, client_id: str) -> str:
    """Sign joe on to an application, with a password if it must be, and return its ID token."""
    asked = {"response_type": "id_token", "nonce": "n-0S6_WzA2Mj", "scope": "openid"}
    answer = await browsing.authorize(WEB, client_id=client_id, **asked)
    if answer.status == 200:
        answer = await browsing.press(answer, pf_username="joe", pf_pass=PASSWORD)
    return returned(answer)["id_token"]


async def sign_off(browsing: Browsing, id_token: str, **parameters: str) -> Answer:
    """Sign off at the wish of the application that has this ID token."""
    return await browsing.get(f"{LOGOUT}?{urlencode({'id_token_hint': id_token, **parameters})}")
