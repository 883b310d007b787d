"""Back-channel logout: clients are told, one by one, and told again until they have heard.

Spec: OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.audit.outbound import LogoutNoticeSent
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import LogoutNotice, Participation
from ostiary.core.model.reference_adapter import ReferenceAdapter
from ostiary.core.model.vouchers import find_adapter
from ostiary.core.oidc.adapter_notices import AdapterNotifier, find_endpoint
from ostiary.core.oidc.logout_token import mint_logout_token
from ostiary.core.ports.events import Events
from ostiary.core.ports.fetcher import Fetcher, FetchFailedError, FetchRequest
from ostiary.core.ports.logout import LogoutNotices
from ostiary.core.ports.signing import Signer
from ostiary.core.tokens.gate import is_client_open

PURPOSE = "backchannel_logout"
PAUSES_SECONDS = (5.0, 30.0, 120.0, 600.0, 1800.0)
"""Before each further attempt, more or less; after the last one a client is given up."""
CLAIM_SECONDS = 60.0
"""Much longer than an attempt takes: whose process dies with it is told by another one then."""
_HEARD = frozenset({200, 204})
_MAX_ANSWER_BYTES = 4096
Told = tuple[str, int | None]
"""An outcome, as of `LogoutNoticeSent`, and the status of an answer."""


@dataclass(frozen=True, slots=True)
class LogoutNotifier:
    """Tells clients that sessions are over.

    Args:
        adapters: tells applications that are no clients.
        chance: a random number from 0 to 1, so that those who failed together do not come back
            together.
    """

    notices: LogoutNotices
    fetcher: Fetcher
    signer: Signer
    adapters: AdapterNotifier
    events: Events
    clock: Clock
    chance: Callable[[], float]

    async def claim(self, env: Environment, limit: int) -> Sequence[LogoutNotice]:
        """Take notices that are due, so that nobody else delivers them.

        Raises: UnavailableError.
        """
        now = self.clock.now()
        return await self.notices.claim(env, now=now, until=now + CLAIM_SECONDS, limit=limit)

    async def deliver(self, env: Environment, notice: LogoutNotice) -> None:
        """Tell one client, and settle the notice or put it off.

        Stores: one of both. Raises: UnavailableError; then the client may be told once more.
        """
        told = notice.participation
        telling = self._telling(env, told)
        if telling is None:
            await self.notices.settle(env, notice)
            return
        outcome, status = await telling
        if outcome == "accepted":
            await self.notices.settle(env, notice)
        elif notice.attempt > len(PAUSES_SECONDS):
            outcome = "given_up"
            await self.notices.settle(env, notice)
        else:
            await self.notices.postpone(env, notice, due_at=self._next_attempt_at(notice))
        self.events.emit(
            LogoutNoticeSent(
                env.id, told.client_id, told.session_id, notice.attempt, outcome, status
            )
        )

    def _telling(self, env: Environment, told: Participation) -> Awaitable[Told] | None:
        """Return how somebody is told by the server itself, or None who is not (any more)."""
        if is_client_open(env, told.client_id):
            client = env.clients[told.client_id]
            uri = client.logout.backchannel
            return None if uri is None else self._tell(env, client, uri, told)
        adapter = find_adapter(env, told.client_id)
        endpoint = find_endpoint(adapter)
        if adapter is None or endpoint is None:
            return None
        return self._call(env, adapter, endpoint, told)

    async def _tell(self, env: Environment, client: Client, uri: str, told: Participation) -> Told:
        try:
            now = self.clock.now()
            token = await mint_logout_token(env, self.signer, client, told, now)
            answer = await self.fetcher.fetch(
                env,
                FetchRequest(
                    PURPOSE,
                    uri,
                    "POST",
                    content_type="application/x-www-form-urlencoded",
                    body=urlencode({"logout_token": token}).encode(),
                    max_bytes=_MAX_ANSWER_BYTES,
                ),
            )
        except UnavailableError:
            return "unsigned", None
        except FetchFailedError:
            return "unreachable", None
        return _judge(answer.status)

    async def _call(
        self, env: Environment, adapter: ReferenceAdapter, endpoint: str, told: Participation
    ) -> Told:
        try:
            return _judge(await self.adapters.tell(env, adapter, endpoint, told))
        except FetchFailedError:
            return "unreachable", None

    def _next_attempt_at(self, notice: LogoutNotice) -> float:
        pause = PAUSES_SECONDS[notice.attempt - 1]
        return self.clock.now() + pause * (0.75 + self.chance() / 2)


def wants_notices(env: Environment) -> bool:
    """Tell whether any client of an environment is to be told by the server itself."""
    has_adapters = any(map(find_endpoint, env.reference_adapters.values()))
    return has_adapters or any(
        client.logout.backchannel is not None for client in env.clients.values()
    )


def _judge(status: int) -> Told:
    return "accepted" if status in _HEARD else "refused", status
