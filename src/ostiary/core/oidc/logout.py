"""Logout at the wish of an application: who is signed off, and where the browser goes then.

Other applications of the same session are told too: those that a browser tells are in what comes
back, the others are due in the store the moment the session ends.
Spec: OpenID Connect RP-Initiated Logout 1.0 §2, §3, §4.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from ostiary.core.base import b64
from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import OAuthCode, OAuthError, ProtocolError
from ostiary.core.base.params import Params
from ostiary.core.clientauth.contract import Presented
from ostiary.core.flow.browser import FORGET, NO_CHANGE, Browser, BrowserChange
from ostiary.core.flow.browsers import BrowserSessions, Recognized
from ostiary.core.flow.flow_rate import FlowRate
from ostiary.core.model.audit.sign_on import SignedOff
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import Participation
from ostiary.core.model.reference_targets import is_target_of_any
from ostiary.core.model.session import Session
from ostiary.core.oauth.id_token_hint import IdTokenHint
from ostiary.core.oauth.refusals import describe_refusal
from ostiary.core.oidc.front_channel import find_frames, has_frames
from ostiary.core.oidc.logout_request import read_logout_request
from ostiary.core.ports.events import Events
from ostiary.core.ports.logout import LogoutNotices
from ostiary.core.ports.sessions import Sessions
from ostiary.core.signon.logout_rounds import LogoutRounds, LogoutVisit, RoundEnds, RoundOver
from ostiary.core.tokens.user_claims import subject_of

CONFIRMATION = "confirmation"
"""The parameter that brings the token of the confirmation page back."""
_KEPT = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")
_PURPOSE = "logout confirmation"
ENDPOINT = "logout"
"""In events of refused requests."""
MAX_TOLD_CHARACTERS = 256
"""Of what a request says, in events."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """The person must be asked first: nobody proves that the wish is not a stranger's.

    Args: fields are sent back by POST, as they are, if the answer is yes.
    """

    fields: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return "Confirm(…)"


@dataclass(frozen=True, slots=True)
class Done:
    """Nobody is signed on in the browser any more.

    Args:
        redirect: where it goes now; None for a page that says so.
        frames: what it loads before, hidden, for clients that are told so.
        round: where it goes after them and before `redirect`, for `Logout.go_on`.
    """

    redirect: str | None
    change: BrowserChange
    frames: tuple[str, ...] = ()
    round: str | None = None


@dataclass(frozen=True, slots=True)
class Logout:
    """Signs people off."""

    browsers: BrowserSessions
    sessions: Sessions
    logout_notices: LogoutNotices
    logout_rounds: LogoutRounds
    flow_rate: FlowRate
    events: Events
    clock: Clock

    async def begin(self, env: Environment, params: Params, browser: Browser) -> Confirm | Done:
        """Sign off, or ask for confirmation where the request has no genuine ID token of the user.

        Spec: OpenID Connect RP-Initiated Logout 1.0 §2.
        Raises: OAuthError, for the person alone, where the request contradicts itself or names a
            URI that is not registered; UnavailableError.
        """
        request = read_logout_request(env, params)
        recognized = await self.browsers.recognize(env, browser, is_to_end=True)
        if recognized.session is not None and not _is_about(env, request.hint, recognized):
            return _ask(env, params, recognized.session)
        return await self._sign_off(env, request.ends, recognized, browser)

    def ask(self, env: Environment, params: Params) -> Confirm:
        """Ask whoever it is first: the request came without what tells whose browser it is.

        The answer is a request like this one, by which `begin` signs off, or asks in its turn.
        Raises: OAuthError as `begin`.
        """
        read_logout_request(env, params)
        return Confirm(_keep(params))

    async def end(
        self, env: Environment, ends: RoundEnds, browser: Browser, *, reserved: frozenset[str]
    ) -> Done:
        """Sign off at once: nobody is asked, whoever sent the browser here.

        Spec: PingFederate "IdP endpoints", "SP endpoints" (`startSLO.ping`), "Redirect validation".
        Args: reserved: as of `is_target`.
        Raises: OAuthError, for the person alone, for a place to which no adapter lets a browser go;
            UnavailableError.
        """
        adapters = env.reference_adapters.values()
        for place in (ends.target, ends.error_target):
            if place is not None and not is_target_of_any(adapters, place, reserved):
                raise OAuthError(
                    OAuthCode.INVALID_REQUEST,
                    "Where to go afterwards is not among the targets of any adapter.",
                    reason=place[:MAX_TOLD_CHARACTERS],
                )
        recognized = await self.browsers.recognize(env, browser, is_to_end=True)
        return await self._sign_off(env, ends, recognized, browser)

    async def go_on(
        self, env: Environment, sealed: str, address: str | None
    ) -> LogoutVisit | RoundOver:
        """Return where a browser goes next.

        Args: address: of whoever shows the round, which is good more than once: each visit stores
            something, and is counted as a flow is that begins. None for whoever has just been
            signed off, which happens once.
        Stores: what the application may pick up.
        Raises: as `LogoutRounds.find_next`; TooManyAttemptsError, UnavailableError.
        """
        stop = self.logout_rounds.find_next(env, sealed)
        if isinstance(stop, RoundOver):
            return stop
        if address is not None:
            self.flow_rate.count(env, address)
        return await self.logout_rounds.visit(env, stop)

    def tell_refused(self, env: Environment, error: ProtocolError, address: str) -> None:
        """Tell of a request for signing off that is refused; nobody has said who asks."""
        caller = Presented(address, ())
        self.events.emit(describe_refusal(env, ENDPOINT, error, client=None, presented=caller))

    async def confirm(self, env: Environment, params: Params, browser: Browser) -> Confirm | Done:
        """Sign off after the person has said yes; only a POST may lead here.

        Raises: as `begin`.
        """
        request = read_logout_request(env, params)
        recognized = await self.browsers.recognize(env, browser, is_to_end=True)
        session = recognized.session
        if session is not None:
            presented = params.find(CONFIRMATION) or ""
            expected = confirmation_of(env, session)
            if not hmac.compare_digest(presented.encode(), expected.encode()):
                return _ask(env, params, session)
        return await self._sign_off(env, request.ends, recognized, browser)

    async def _sign_off(
        self, env: Environment, ends: RoundEnds, recognized: Recognized, browser: Browser
    ) -> Done:
        shown = recognized.shown
        if shown is None:
            return Done(ends.target, NO_CHANGE)
        # Read before: once the session has ended, whoever is told at once may be forgotten at once.
        participants = await self._find_visited(env, shown)
        if await self.sessions.end(env, shown.id):
            user_id = shown.authentication.user_id
            self.events.emit(SignedOff(env.id, user_id, shown.id, browser.address))
        forgotten = FORGET if browser.persistent_cookie is not None else None
        change = BrowserChange(cookie=FORGET, persistent_cookie=forgotten)
        round_ = self.logout_rounds.plan(env, shown.id, participants, ends)
        return Done(ends.target, change, find_frames(env, participants), round_)

    async def _find_visited(self, env: Environment, session: Session) -> Sequence[Participation]:
        """Return who takes part, if anybody may want the browser to come by."""
        if not has_frames(env) and not env.reference_adapters:
            return ()
        now = self.clock.now()
        return await self.logout_notices.find_participants(env, session.id, now=now)


def _is_about(env: Environment, hint: IdTokenHint | None, recognized: Recognized) -> bool:
    """Tell whether an ID token is of the session in the browser, or at least of its user."""
    session, user = recognized.session, recognized.user
    if hint is None or session is None:
        return False
    if hint.session_id == session.id:
        return True
    return user is not None and hint.subject == subject_of(env, user)


def _ask(env: Environment, params: Params, session: Session) -> Confirm:
    return Confirm((*_keep(params), (CONFIRMATION, confirmation_of(env, session))))


def _keep(params: Params) -> tuple[tuple[str, str], ...]:
    sent = ((name, params.find(name)) for name in _KEPT)
    return tuple((name, value) for name, value in sent if value is not None)


def confirmation_of(env: Environment, session: Session) -> str:
    """Return what only a page of ours, shown in the session's browser, can bring back."""
    return b64.encode(env.client_secrets.mark(_PURPOSE, session.key.hex()))
