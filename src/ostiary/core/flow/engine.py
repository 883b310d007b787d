"""The flow engine: flows begin, are looked at, and go on by what people do."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import FlowId, browser_key
from ostiary.core.flow.browser import Browser, BrowserChange
from ostiary.core.flow.browsers import BrowserSessions, Recognized
from ostiary.core.flow.errors import action_not_offered, flow_changed, flow_not_found
from ostiary.core.flow.flow_entries import lost_entry, refusal_entry
from ostiary.core.flow.inputs import check_inputs
from ostiary.core.flow.opening import (
    approving,
    bind_to_browser,
    bind_to_state,
    make_flow,
    shows_state,
)
from ostiary.core.flow.progress import Progress, Visit
from ostiary.core.flow.skipped_steps import without_over
from ostiary.core.flow.turn import NOTHING, Turn
from ostiary.core.flow.walker import PolicyWalker
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow, Stage
from ostiary.core.model.session import PassedPolicy
from ostiary.core.model.token import FlowMove, Issuance
from ostiary.core.ports.events import Events
from ostiary.core.ports.flow_log import CLOSED, FlowLog
from ostiary.core.ports.flows import Flows
from ostiary.core.ports.stores import FlowChangedError, Issuances, SessionEndedError
from ostiary.core.steps.contract import Offer, Problem

NOT_STORED = 0
"""The version before the first: a move from it starts a flow."""


@dataclass(frozen=True, slots=True)
class FlowEngine:
    """Moves flows on, one version at a time; it never issues tokens."""

    walker: PolicyWalker
    flows: Flows
    issuances: Issuances
    events: Events
    clock: Clock
    browsers: BrowserSessions
    flow_log: FlowLog = CLOSED

    async def begin(  # noqa: PLR0913, PLR0917 - one parameter a fact
        self,
        env: Environment,
        client: Client,
        request: AuthorizationRequest,
        browser: Browser,
        recognized: Recognized,
        policy_key: str,
        *,
        passed: PassedPolicy | None = None,
        reference: str | None = None,
    ) -> Turn:
        """Begin a flow; it is not stored yet, and need not be if it is finished at once.

        Args:
            passed: by what the session does for this request, so that nobody has to sign on.
            reference: what the browser brought along, for the first step.
        Raises: UnavailableError.
        """
        visit, now = Visit.of(client, browser, reference), self.clock.now()
        is_cookieless = client.is_cookieless and request.is_redirectless
        # Whoever signs on without cookies is not taken for whom the cookies show.
        session = None if passed is None or is_cookieless else recognized.session
        flow = make_flow(env, request, policy_key, now)
        if self.flow_log.is_open:
            self.flow_log.follow(env, flow)
        if session is not None and passed is not None:
            flow = approving(flow, session, passed)
        if is_cookieless:
            progress = bind_to_state(Progress(flow))
        else:
            progress = bind_to_browser(env, flow, recognized, now)
        if session is not None:
            progress = replace(progress, user=recognized.user)
        if session is not None and progress.session is None:
            await self.browsers.touch(env, session)
        return self._turn(env, visit, await self.walker.enter(env, visit, progress), NOT_STORED)

    async def recall(
        self,
        env: Environment,
        client: Client,
        request: AuthorizationRequest,
        browser: Browser,
        recognized: Recognized,
    ) -> Recognized:
        """Return who is recognised, without what was skipped then and would be asked by now.

        Raises: UnavailableError.
        """
        session, user = recognized.session, recognized.user
        if session is None or user is None or not session.authentication.has_skipped:
            return recognized
        visitor = Visit.of(client, browser).visitor
        held = await without_over(
            self.walker.steps, env, session.authentication, user, visitor, request
        )
        return replace(recognized, session=replace(session, authentication=held))

    async def find(self, env: Environment, flow_id: FlowId, browser: Browser) -> Turn:
        """Look at a flow; nothing is changed.

        Raises: FlowRefusedError (not found) for one that is unknown, over or another browser's,
            or whose client is closed; UnavailableError.
        """
        if not env.traits.may_be_id(flow_id):
            raise flow_not_found("no flow has such an id")
        flow = await self.flows.find(env, flow_id, now=self.clock.now())
        if flow is None:
            raise flow_not_found("unknown or over")
        if not await self._may_open(env, flow, browser):
            raise flow_not_found("of another browser")
        client = env.find_requester(flow.request.client_id)
        if client is None or not client.enabled:
            raise flow_not_found("the client is closed")
        shown = BrowserChange(api_state=browser.api_state if flow.is_cookieless else None)
        return self._show(env, Visit.of(client, browser), Progress(flow, change=shown))

    async def depart(self, env: Environment, turn: Turn, browser: Browser) -> Turn:
        """Return a turn, whose view leads away, with where the browser is to go.

        Raises: UnavailableError.
        """
        if turn.step is None:
            return turn
        visit = Visit.of(turn.client, browser)
        return replace(turn, departure=await self.walker.depart(env, visit, turn.flow, turn.step))

    async def act(
        self,
        env: Environment,
        turn: Turn,
        offer: Offer,
        inputs: Mapping[str, object],
        browser: Browser,
    ) -> Turn:
        """Take one of the actions that a turn offers; the next turn is not stored yet.

        Raises: FlowRefusedError (not offered); UnavailableError, and nothing has happened then.
        """
        if turn.view is None or turn.step is None or offer not in turn.view.offers:
            raise action_not_offered()
        if self.flow_log.is_open:
            self.flow_log.follow(env, turn.flow)
        values, problems = check_inputs(offer, inputs)
        if problems:
            if self.flow_log.is_open:
                self.flow_log.tell(refusal_entry(env, turn.flow, turn.step, offer.action, problems))
            return _as_it_was(turn, browser, problems)
        visit = Visit.of(turn.client, browser)
        before = Progress(turn.flow)
        progress, problems = await self.walker.act(
            env, visit, before, turn.step, offer.action, values
        )
        if progress.flow == turn.flow:
            return _as_it_was(turn, browser, problems)
        moved = replace(progress.flow, version=turn.flow.version + 1)
        progress = replace(progress, flow=moved)
        if moved.is_cookieless:
            progress = bind_to_state(progress)
        return replace(self._turn(env, visit, progress, turn.flow.version), problems=problems)

    async def claim(self, env: Environment, turn: Turn, state: Mapping[str, str]) -> Turn:
        """Return a turn in which no other request can do what this one is about to do.

        For what is there once and lies in no commit: whoever comes second would take its absence
        for a failure, and could be the faster one to say so.

        Args: state: what is about to be done; the step remembers it until it has an outcome.
        Stores: the next version of the flow.
        Raises: FlowRefusedError (changed) where another request does that already, or anything
            else; UnavailableError.
        """
        if turn.flow.step_state == state:
            raise flow_changed()
        flow = replace(turn.flow, version=turn.flow.version + 1, step_state=dict(state))
        moves = FlowMove(flow.id, turn.flow.version, flow)
        await self.keep(env, replace(turn, flow=flow, pending=Issuance(moves=moves), events=()))
        return replace(turn, flow=flow)

    async def keep(self, env: Environment, turn: Turn) -> None:
        """Commit what a turn has come to, and tell of it; where nothing has changed, do nothing.

        Raises: FlowRefusedError (changed) where another answer came first; UnavailableError.
        """
        if turn.pending != NOTHING:
            try:
                await self._commit(env, turn.flow, turn.pending)
            except (FlowChangedError, SessionEndedError):
                if self.flow_log.is_open:
                    self.flow_log.tell(lost_entry(env, turn.flow.id, flow_changed()))
                raise flow_changed() from None
        for event in turn.events:
            self.events.emit(event)

    async def _commit(self, env: Environment, flow: Flow, pending: Issuance) -> None:
        now, moves = self.clock.now(), pending.moves
        if moves is None or moves.expected_version != NOT_STORED:
            await self.issuances.commit(env, pending, now=now)
            return
        # Not in one write: a flow that is missing beside a session's new cookie is begun again.
        if pending.session is not None:
            renewed = replace(pending, moves=None)
            await self.issuances.commit(env, renewed, now=now)
        await self.flows.start(env, flow)

    async def _may_open(self, env: Environment, flow: Flow, browser: Browser) -> bool:
        if flow.is_cookieless:
            return shows_state(flow, browser)
        is_bound_to_cookie = (
            browser.cookie is not None and browser_key(browser.cookie) == flow.binding
        )
        if is_bound_to_cookie and flow.session_id is None:
            return True
        recognized = await self.browsers.recognize(env, browser)
        if flow.binding not in recognized.bindings:
            return False
        # Once somebody has signed on in it, it is nobody else's, and it ends with the session.
        session = recognized.session
        return flow.session_id is None or (session is not None and session.id == flow.session_id)

    def _turn(
        self, env: Environment, visit: Visit, progress: Progress, expected_version: int
    ) -> Turn:
        flow = progress.flow
        needs_no_row = expected_version == NOT_STORED and flow.stage is Stage.FINISHED
        pending = Issuance(
            moves=None if needs_no_row else FlowMove(flow.id, expected_version, flow),
            session=progress.session,
            consent=progress.consent,
            participations=progress.participations,
            needs_session=None if progress.session is None else progress.session.needed,
        )
        return replace(
            self._show(env, visit, progress),
            pending=pending,
            events=progress.events,
            user=progress.user,
        )

    def _show(self, env: Environment, visit: Visit, progress: Progress) -> Turn:
        flow = progress.flow
        instance = self.walker.asked(env, flow)
        return Turn(
            flow=flow,
            client=visit.client,
            view=None if instance is None else self.walker.view(env, visit, flow, instance),
            step=instance,
            plugin_id=self.walker.plugin_id(env, flow, instance),
            change=progress.change,
        )


def _as_it_was(turn: Turn, browser: Browser, problems: tuple[Problem, ...]) -> Turn:
    shown = BrowserChange(api_state=browser.api_state if turn.flow.is_cookieless else None)
    return replace(turn, problems=problems, change=shown, pending=NOTHING, events=())
