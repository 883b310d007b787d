"""The authorization endpoint: a request begins a flow, and a finished flow becomes the answer."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import (
    OAuthCode,
    OAuthError,
    ProtocolError,
    TooManyAttemptsError,
)
from ostiary.core.base.ids import FlowId, UserId
from ostiary.core.base.params import Params
from ostiary.core.flow.browser import Browser, BrowserChange
from ostiary.core.flow.browsers import BrowserSessions, Recognized
from ostiary.core.flow.engine import FlowEngine
from ostiary.core.flow.errors import FlowRefusedError, flow_not_found
from ostiary.core.flow.flow_entries import end_entry, lost_entry
from ostiary.core.flow.flow_rate import FlowRate
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment, SubjectKind
from ostiary.core.model.flow import Stage
from ostiary.core.oauth.answers import as_redirectable, as_refused, as_told_here
from ostiary.core.oauth.authorization_request import check_request
from ostiary.core.oauth.authorization_response import AuthorizationResponse
from ostiary.core.oauth.checks.asked import NO_EXTENSIONS, RequestExtensions
from ostiary.core.oauth.finishing import Finishing
from ostiary.core.oauth.prompts import SignedOnUser, SignOnDecision, decide_sign_on
from ostiary.core.oauth.refusals import refused_authorization
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.events import Events
from ostiary.core.ports.flow_log import CLOSED, FlowLog
from ostiary.core.steps.contract import Offer
from ostiary.core.steps.departures import REFERENCE, find_return, taking


class Answered(msgspec.Struct, frozen=True):
    """What the application gets, and what the browser is to keep.

    Args:
        plugin_id: of the step that was asked last, if any was.
        is_device: a device was let in, or not; what the application gets, it gets itself.
    """

    response: AuthorizationResponse
    flow_id: FlowId
    change: BrowserChange
    plugin_id: str | None
    is_device: bool = False


@dataclass(frozen=True, slots=True)
class Authorize:
    """Conducts authorization requests from their first byte to their answer."""

    browsers: BrowserSessions
    engine: FlowEngine
    flow_rate: FlowRate
    finishing: Finishing
    directory: Directory
    events: Events
    clock: Clock
    flow_log: FlowLog = CLOSED

    async def begin(
        self,
        env: Environment,
        params: Params,
        browser: Browser,
        extensions: RequestExtensions = NO_EXTENSIONS,
    ) -> Turn | Answered:
        """Begin what a request asks; it is answered at once where nobody has to be asked.

        Spec: RFC 6749 §4.1.1, §4.2.1; OpenID Connect Core §3.1.2.
        Stores: the flow, if somebody has to be asked; else what the answer needs.
        Raises: UntrustedRequestError, RedirectableError, TooManyAttemptsError, UnavailableError.
        """
        try:
            request = check_request(env, params, extensions)
            if "id_token_hint" in params:
                request = await self._name_expected(env, request)
            return await self._begin(env, request, browser, extensions.reference)
        except (OAuthError, TooManyAttemptsError) as error:
            self.tell_refused(env, error, params.find("client_id") or "", browser.address)
            raise

    async def begin_own(
        self,
        env: Environment,
        request: AuthorizationRequest,
        browser: Browser,
        *,
        reference: str | None = None,
    ) -> Turn | Answered:
        """Begin what a page of ours asks for itself, as `env.own_pages` or a receiver.

        Args: reference: what an application dropped off before anybody asked it.
        Stores, raises: as `begin`.
        """
        try:
            return await self._begin(env, request, browser, reference)
        except (OAuthError, TooManyAttemptsError) as error:
            self.tell_refused(env, error, request.client_id, browser.address)
            raise

    async def is_satisfied(
        self, env: Environment, request: AuthorizationRequest, browser: Browser
    ) -> bool:
        """Tell whether the session in a browser does for a request, so that nobody signs on.

        Raises: UnavailableError.
        """
        try:
            _, decision = await self._decide(env, _requester(env, request), request, browser)
        except OAuthError:
            return False
        return decision.passed is not None

    def tell_refused(
        self, env: Environment, error: ProtocolError, claimed: str, address: str
    ) -> None:
        """Tell of a request that is refused, perhaps before it could be read as one."""
        self.events.emit(refused_authorization(env, error, claimed, address))

    async def look(
        self, env: Environment, flow_id: FlowId, browser: Browser, *, departs: bool = True
    ) -> Turn:
        """Look at a flow; nothing is changed.

        Args: departs: where it leads away, say where to; False for whoever is about to act.
        Stores: what the application is to pick up, where it leads away.
        Raises: FlowRefusedError (not found), TooManyAttemptsError, UnavailableError.
        """
        try:
            turn = await self.engine.find(env, flow_id, browser)
        except FlowRefusedError as refused:
            if self.flow_log.is_open:
                self.flow_log.tell(lost_entry(env, flow_id, refused))
            raise
        if departs and turn.view is not None and turn.view.leads_away:
            # It stores something, as a flow that is begun does.
            self.flow_rate.count(env, browser.address)
            return await self._leading(env, turn, browser)
        return turn

    async def is_signed_on(self, env: Environment, browser: Browser) -> bool:
        """Tell whether somebody is signed on in a browser.

        Raises: UnavailableError.
        """
        return (await self.browsers.recognize(env, browser)).session is not None

    async def act(  # noqa: PLR0913 - who acts, where, what and how it ends: each is its own thing
        self,
        env: Environment,
        turn: Turn,
        offer: Offer,
        inputs: Mapping[str, object],
        browser: Browser,
        *,
        finishes: bool,
    ) -> Turn | Answered:
        """Take an action that a turn offers.

        Args: finishes: the last action is answered with the result itself; otherwise the flow is
            kept finished until `resume`.
        Stores: the next version of the flow, or its end with everything that comes of it.
        Raises: FlowRefusedError, UntrustedRequestError, UnavailableError.
        """
        reference = inputs.get(REFERENCE) if offer == find_return(turn.view) else None
        if reference and isinstance(reference, str):
            turn = await self.engine.claim(env, turn, taking(reference))
        moved = await self.engine.act(env, turn, offer, inputs, browser)
        if finishes and moved.flow.stage is Stage.FINISHED:
            return await self._finish(env, moved, browser)
        await self.engine.keep(env, moved)
        return await self._leading(env, moved, browser)

    async def resume(self, env: Environment, turn: Turn, browser: Browser) -> Answered:
        """Spend a finished flow on its answer, which goes out once.

        Raises: FlowRefusedError, UntrustedRequestError, UnavailableError.
        """
        if turn.flow.stage is not Stage.FINISHED:
            raise flow_not_found("it is not finished")
        return await self._finish(env, turn, browser)

    async def _leading(self, env: Environment, turn: Turn, browser: Browser) -> Turn:
        """Return a turn that says where the browser goes, if its view leads away."""
        if turn.view is None or not turn.view.leads_away or turn.problems:
            return turn
        return await self.engine.depart(env, turn, browser)

    async def _begin(
        self,
        env: Environment,
        request: AuthorizationRequest,
        browser: Browser,
        reference: str | None,
    ) -> Turn | Answered:
        try:
            turn = await self._start(env, request, browser, reference)
        except OAuthError as error:
            client = _requester(env, request)
            raise as_redirectable(env, client, request, error) from error
        if turn.flow.stage is Stage.FINISHED:
            answered = await self._finish(env, turn, browser, is_stored=False)
            if answered.response.is_status_alone and answered.response.is_error:
                raise as_refused(answered.response)
            return answered
        self.flow_rate.count(env, browser.address)
        await self.engine.keep(env, turn)
        return await self._leading(env, turn, browser)

    async def _start(
        self,
        env: Environment,
        request: AuthorizationRequest,
        browser: Browser,
        reference: str | None,
    ) -> Turn:
        """Return the first turn of a flow that is not stored yet.

        Whoever signs on without cookies is not taken for whom a cookie shows.

        Raises: OAuthError login_required, consent_required and others, to be redirected.
        """
        client = _requester(env, request)
        if reference is not None and not _takes_unasked(env):
            reference = None
        recognized, decision = await self._decide(
            env, client, request, browser, is_anew=reference is not None
        )
        turn = await self.engine.begin(
            env,
            client,
            request,
            browser,
            recognized,
            decision.policy_key,
            passed=decision.passed,
            reference=reference,
        )
        if "none" in request.prompts and turn.flow.stage is not Stage.FINISHED:
            raise OAuthError(
                OAuthCode.CONSENT_REQUIRED, "The user has not allowed this application that yet."
            )
        return turn

    async def _decide(
        self,
        env: Environment,
        client: Client,
        request: AuthorizationRequest,
        browser: Browser,
        *,
        is_anew: bool = False,
    ) -> tuple[Recognized, SignOnDecision]:
        """Decide who has to sign on; `is_anew`: whoever has is perhaps not who is meant now."""
        recognized = await self.browsers.recognize(env, browser)
        recognized = await self.engine.recall(env, client, request, browser, recognized)
        is_nobody = is_anew or is_cookieless(client, request)
        present = None if is_nobody else _present(recognized)
        return recognized, decide_sign_on(env, client, request, present, self.clock.now())

    async def _finish(
        self, env: Environment, turn: Turn, browser: Browser, *, is_stored: bool = True
    ) -> Answered:
        if self.flow_log.is_open:
            self.flow_log.follow(env, turn.flow)
        response = await self.finishing.finish(
            env, turn, address=browser.address, is_stored=is_stored
        )
        if self.flow_log.is_open:
            self.flow_log.tell(end_entry(env, turn.flow, response.members))
        if turn.client.receives_at is not None and response.redirect_uri is None:
            raise as_told_here(response)
        is_device = turn.flow.request.device is not None
        return Answered(response, turn.flow.id, turn.change, turn.plugin_id, is_device)

    async def _name_expected(
        self, env: Environment, request: AuthorizationRequest
    ) -> AuthorizationRequest:
        """Fill in the name of the user whom an ID token has named, to be shown at sign-on."""
        subject = request.hinted_subject
        if request.login_hint is not None or subject is None:
            return request
        if env.subject is SubjectKind.USERNAME:
            return replace(request, login_hint=subject)
        user = await self.directory.find(env, UserId(subject))
        return request if user is None else replace(request, login_hint=user.username)


def is_cookieless(client: Client, request: AuthorizationRequest) -> bool:
    """Tell whether a flow is bound by a state in its answers."""
    return client.is_cookieless and request.is_redirectless


def _takes_unasked(env: Environment) -> bool:
    return any(adapter.takes_unasked for adapter in env.reference_adapters.values())


def _requester(env: Environment, request: AuthorizationRequest) -> Client:
    client = env.find_requester(request.client_id)
    if client is None:
        raise LookupError("a checked request names a client that is there")
    return client


def _present(recognized: Recognized) -> SignedOnUser | None:
    if recognized.session is None or recognized.user is None:
        return None
    return SignedOnUser(recognized.session, recognized.user)
