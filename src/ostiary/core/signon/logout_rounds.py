"""Logout at applications that want the browser to come by: it goes to one after the other.

Where a browser has still to go stands sealed in the path to which each of them sends it back: the
session is over by then, and there is nothing left to look up.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.ids import ClientId, SessionId
from ostiary.core.crypto.sealing import SealBrokenError
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import Participation
from ostiary.core.model.reference_adapter import (
    SUBJECT,
    Direction,
    LogoutMode,
    ReferenceAdapter,
    Transport,
)
from ostiary.core.model.reference_context import ReferenceContext
from ostiary.core.model.reference_targets import is_target_of_any
from ostiary.core.model.vouchers import find_adapter
from ostiary.core.signon.reference import ReferenceHandover

ROUND_SECONDS = 600.0
"""So long a browser may take; the session was over before it left."""


class Stop(msgspec.Struct, frozen=True, array_like=True):
    """An application that is still to be told, by its adapter's key.

    Args: subject: as it knows the person.
    """

    adapter: str
    subject: str

    def __repr__(self) -> str:
        return f"Stop(adapter={self.adapter!r}, …)"


class RoundEnds(msgspec.Struct, frozen=True, array_like=True):
    """Where a browser goes when it has been everywhere.

    Args:
        target: None for a page that says so.
        error_target: and when that took too long; None for a page likewise.
        client, registered: whose URI led to the target, and which; None where reference adapters
            name the targets.
    """

    target: str | None = None
    error_target: str | None = None
    client: ClientId | None = None
    registered: str | None = None

    def __repr__(self) -> str:
        return "RoundEnds(…)"


class LogoutRound(msgspec.Struct, frozen=True, array_like=True):
    """What is left of a round. Args: over_at: seconds since the epoch."""

    stops: tuple[Stop, ...]
    session_id: SessionId
    ends: RoundEnds
    over_at: float

    def __repr__(self) -> str:
        return f"LogoutRound(stops={self.stops!r}, …)"


@dataclass(frozen=True, slots=True)
class NextStop:
    """An application that a browser is to visit now.

    Args: left: of the round, after it.
    """

    adapter: ReferenceAdapter
    endpoint: str
    subject: str
    left: LogoutRound

    def __repr__(self) -> str:
        return f"NextStop(endpoint={self.endpoint!r}, …)"


@dataclass(frozen=True, slots=True)
class LogoutVisit:
    """Where a browser goes now, and what it takes along.

    Args:
        endpoint: an absolute URL, as it is configured.
        rest: sealed; it comes back with the browser.
    """

    endpoint: str
    transport: Transport
    reference: str
    rest: str

    def __repr__(self) -> str:
        return f"LogoutVisit(endpoint={self.endpoint!r}, …)"


@dataclass(frozen=True, slots=True)
class RoundOver:
    """Nobody is left to be visited. Args: target: None for a page that says so."""

    target: str | None


@dataclass(frozen=True, slots=True)
class LogoutRounds:
    """Sends browsers round."""

    handover: ReferenceHandover
    clock: Clock

    def plan(
        self,
        env: Environment,
        session_id: SessionId,
        participants: Iterable[Participation],
        ends: RoundEnds,
    ) -> str | None:
        """Return a round to those applications of a session that are told so, or None.

        Whoever vouched for the person comes last, when nobody goes by its word any more.
        """
        told = [(find_adapter(env, each.client_id), each.subject) for each in participants]
        visited = [(each, subject) for each, subject in told if each and _is_visited(each)]
        if not visited:
            return None
        visited.sort(key=lambda told: told[0].direction is Direction.IDP)
        stops = tuple(Stop(adapter.key, subject) for adapter, subject in visited)
        return _seal(env, LogoutRound(stops, session_id, ends, self.clock.now() + ROUND_SECONDS))

    def find_next(self, env: Environment, sealed: str) -> NextStop | RoundOver:
        """Return where a browser goes next; applications that are gone by now are passed over.

        So are places to go that the configuration names no more.

        Raises: OAuthError invalid_request for what is no round, or over.
        """
        going = _open(env, sealed)
        if going is None:
            raise _broken_off()
        if going.over_at <= self.clock.now():
            error_target = _find_open(env, going.ends, going.ends.error_target)
            if error_target is None:
                raise _broken_off()
            return RoundOver(error_target)
        for number, stop in enumerate(going.stops, start=1):
            adapter = env.reference_adapters.get(stop.adapter)
            if adapter is not None and adapter.logout_endpoint and _is_visited(adapter):
                left = msgspec.structs.replace(going, stops=going.stops[number:])
                return NextStop(adapter, adapter.logout_endpoint, stop.subject, left)
        return RoundOver(_find_open(env, going.ends, going.ends.target))

    async def visit(self, env: Environment, stop: NextStop) -> LogoutVisit:
        """Return what a browser takes along.

        Spec: PingFederate "Reference ID adapter" (logout mode, front channel).
        Stores: what the application may pick up.
        Raises: UnavailableError.
        """
        rest = _seal(env, stop.left)
        context = ReferenceContext(session_id=stop.left.session_id, logout_state=rest)
        attributes = {SUBJECT: stop.subject}
        reference = await self.handover.drop(
            env, stop.adapter, attributes, is_from_application=False, context=context
        )
        return LogoutVisit(stop.endpoint, stop.adapter.transport, reference, rest)


def _broken_off() -> OAuthError:
    return OAuthError(
        OAuthCode.INVALID_REQUEST,
        "You are signed off here, but perhaps not in every application: that took too long.",
    )


def _find_open(env: Environment, ends: RoundEnds, target: str | None) -> str | None:
    """Return a target to which browsers may still be sent, or None."""
    if target is None:
        return None
    if ends.client is None:
        is_open = is_target_of_any(env.reference_adapters.values(), target)
    else:
        client = env.clients.get(ends.client)
        uris = () if client is None or not client.enabled else client.post_logout_redirect_uris
        is_open = ends.registered in uris
    return target if is_open else None


def _is_visited(adapter: ReferenceAdapter) -> bool:
    is_told = adapter.logout_endpoint is not None
    return is_told and adapter.logout_mode is LogoutMode.FRONT_CHANNEL


def _seal(env: Environment, going: LogoutRound) -> str:
    return env.secrets.seal(msgspec.msgpack.encode(going), context=_place(env))


def _open(env: Environment, sealed: str) -> LogoutRound | None:
    try:
        body = env.secrets.open(sealed, context=_place(env))
        return msgspec.msgpack.decode(body, type=LogoutRound)
    except (SealBrokenError, msgspec.DecodeError):
        return None  # the latter is one that another release has sealed


def _place(env: Environment) -> str:
    return f"logout round {env.id}"
