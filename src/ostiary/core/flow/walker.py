"""Walking a policy: asking one step after the other until somebody is needed, or none is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from ostiary.core.base.ids import UserId
from ostiary.core.flow.approvals import Approvals, was_given
from ostiary.core.flow.completion import Completion
from ostiary.core.flow.errors import flow_not_found
from ostiary.core.flow.flow_entries import step_entry
from ostiary.core.flow.progress import Progress, Visit
from ostiary.core.flow.satisfaction import find_passed
from ostiary.core.flow.transition import advance, enter
from ostiary.core.flow.tree import Facts, find_last_step, find_node
from ostiary.core.model.audit.event import Event
from ostiary.core.model.audit.sign_on import FlowFailed
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow, Stage
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.flow_log import CLOSED, FlowLog
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Back,
    Detour,
    Keepsake,
    NeedsPolicy,
    Outcome,
    Passed,
    Problem,
    Refused,
    Situation,
    Step,
    View,
)
from ostiary.core.steps.departures import DepartingStep, Departure

APPROVAL_STEP = StepInstance("consent", "consent")
"""Asked after every policy, and configured nowhere."""
DEVICE_STEP = StepInstance("user_code", "user_code")
"""Asked in its place where somebody is to let a device in."""
_NOTHING = Keepsake()


@dataclass(frozen=True, slots=True)
class PolicyWalker:
    """Asks steps, and takes flows where their outcomes lead; it stores nothing.

    Args: steps by their types.
    """

    steps: Mapping[str, Step]
    directory: Directory
    approvals: Approvals
    completion: Completion
    flow_log: FlowLog = CLOSED

    async def enter(self, env: Environment, visit: Visit, progress: Progress) -> Progress:
        """Take a new flow to the first step that needs somebody."""
        flow = progress.flow
        if flow.stage is Stage.AUTHENTICATION:
            there = enter(policy_of(env, flow), flow, Facts(flow.request.chosen_for))
            progress = _arrived(env, visit, replace(progress, flow=there))
        return await self._go_on(env, visit, progress)

    async def act(  # noqa: PLR0913, PLR0917 - one parameter a fact
        self,
        env: Environment,
        visit: Visit,
        progress: Progress,
        instance: StepInstance,
        action: Action,
        inputs: Mapping[str, Any],
    ) -> tuple[Progress, tuple[Problem, ...]]:
        """Give an action to the step that is asked now, and go on from there.

        Args:
            instance: the step that is asked.
            inputs: were held against the offer.
        Raises: UnavailableError; the flow is then as it was.
        """
        flow = progress.flow
        situation = self._situate(visit, flow, instance, flow.step_state)
        outcome = await self.steps[instance.type].act(env, situation, action, inputs)
        if isinstance(outcome, Refused):
            if self.flow_log.is_open:
                self.flow_log.tell(step_entry(env, flow, instance, action, outcome))
            return progress, outcome.problems
        if isinstance(outcome, NeedsPolicy):
            progress, outcome = await self._weigh(env, progress, outcome)
        moved = await self._after(env, visit, progress, outcome)
        if self.flow_log.is_open:
            self._tell(env, visit, flow, instance, action, outcome, moved)
        if asked_to_approve(flow) and isinstance(outcome, Passed):
            moved = await self._approved(env, visit, moved, outcome)
        if isinstance(outcome, Ask):
            return moved, outcome.problems
        return await self._go_on(env, visit, moved), ()

    def view(self, env: Environment, visit: Visit, flow: Flow, instance: StepInstance) -> View:
        """Return what the step that is asked now asks."""
        situation = self._situate(visit, flow, instance, flow.step_state)
        return self.steps[instance.type].view(env, situation)

    async def depart(
        self, env: Environment, visit: Visit, flow: Flow, instance: StepInstance
    ) -> Departure | None:
        """Return where the browser is to go for the step that is asked now.

        Raises: UnavailableError.
        """
        step = self.steps[instance.type]
        if not isinstance(step, DepartingStep):
            return None
        return await step.depart(env, self._situate(visit, flow, instance, flow.step_state))

    def asked(self, env: Environment, flow: Flow) -> StepInstance | None:
        """Return the step that is asked now, or None in a finished flow.

        Raises: FlowRefusedError where a new configuration has nothing at the flow's place.
        """
        if flow.stage is Stage.FINISHED:
            return None
        if flow.stage is Stage.APPROVAL:
            return APPROVAL_STEP if flow.request.device is None else DEVICE_STEP
        node = find_node(policy_of(env, flow), flow.path)
        instance = env.steps.get(node.step) if isinstance(node, StepNode) else None
        if instance is not None and flow.detour is not None:
            instance = StepInstance(instance.key, flow.detour, instance.settings)
        if instance is None or instance.type not in self.steps:
            raise flow_not_found("the policy has no such step any more")
        return instance

    def plugin_id(self, env: Environment, flow: Flow, instance: StepInstance | None) -> str | None:
        """Return the id of the kind of step that is asked now, or else was asked last."""
        if instance is None:
            key = find_last_step(policy_of(env, flow), flow.path)
            instance = None if key is None else env.steps.get(key)
        step = None if instance is None else self.steps.get(instance.type)
        return None if step is None else step.plugin_id

    async def _go_on(self, env: Environment, visit: Visit, progress: Progress) -> Progress:
        # It ends: each outcome leads further down a finite tree, and there is no way up but by
        # somebody's action.
        while (instance := self.asked(env, progress.flow)) is not None:
            situation = self._situate(visit, progress.flow, instance, progress.flow.step_state)
            begun: Outcome = await self.steps[instance.type].begin(env, situation)
            if visit.visitor.reference is not None:
                visit = replace(visit, visitor=replace(visit.visitor, reference=None))
            before = progress.flow
            if isinstance(begun, NeedsPolicy):
                progress, begun = await self._weigh(env, progress, begun)
            progress = await self._after(env, visit, progress, begun)
            if self.flow_log.is_open:
                self._tell(env, visit, before, instance, None, begun, progress)
            if isinstance(begun, Ask):
                break
        return progress

    def _tell(  # noqa: PLR0913, PLR0917 - one parameter a fact
        self,
        env: Environment,
        visit: Visit,
        before: Flow,
        instance: StepInstance,
        action: Action | None,
        outcome: Outcome,
        progress: Progress,
    ) -> None:
        asks = isinstance(outcome, Ask)
        view = self.view(env, visit, progress.flow, instance) if asks else None
        self.flow_log.tell(step_entry(env, before, instance, action, outcome, view))

    async def _after(
        self, env: Environment, visit: Visit, progress: Progress, outcome: Outcome
    ) -> Progress:
        flow = progress.flow
        policy, user = policy_of(env, flow), await self._find_user(env, flow, outcome)
        if isinstance(outcome, NeedsPolicy):
            policy = env.policies[outcome.policy]
        moved = advance(policy, flow, outcome, Facts(flow.request.chosen_for, user))
        progress = _keeping(replace(progress, flow=moved), outcome)
        if flow.stage is Stage.AUTHENTICATION and moved.stage is Stage.APPROVAL:
            progress = await self.completion.complete(env, visit, progress, policy, user)
        return _arrived(env, visit, progress)

    async def _weigh(
        self, env: Environment, progress: Progress, outcome: NeedsPolicy
    ) -> tuple[Progress, Outcome]:
        """Let the step ask at once, where its policy was passed as it would have to be now."""
        flow, policy = progress.flow, env.policies[outcome.policy]
        authentication, user_id = flow.authentication, flow.user_id
        user = None if user_id is None else await self.directory.find(env, user_id)
        if user is None or authentication is None:
            return progress, outcome
        facts = Facts(replace(flow.request, device=outcome.device).chosen_for, user)
        passed = find_passed(policy, env.steps, authentication, facts)
        if passed is None or (outcome.is_fresh and passed.at < flow.created_at):
            return progress, outcome
        known = replace(flow, authentication=authentication.by(passed))
        return replace(progress, flow=known), Ask(outcome.state)

    async def _approved(
        self, env: Environment, visit: Visit, progress: Progress, outcome: Passed
    ) -> Progress:
        flow, user_id = progress.flow, progress.flow.user_id
        if user_id is None:
            raise LookupError("nobody approves anything before somebody is known")
        given = was_given(env, flow, user_id, visit.browser.address)
        kept = await self.approvals.remember(env, flow, user_id) if outcome.is_remembered else None
        return replace(progress, consent=kept, events=(*progress.events, given))

    async def _find_user(self, env: Environment, flow: Flow, outcome: Outcome) -> User | None:
        """Return the user whom the flow is about after `outcome`, as the directory has it now."""
        if isinstance(outcome, Ask | Detour | Back) or flow.stage is not Stage.AUTHENTICATION:
            return None
        proved: UserId | None = outcome.user_id if isinstance(outcome, Passed) else None
        user_id = flow.user_id or proved
        return None if user_id is None else await self.directory.find(env, user_id)

    def _situate(
        self, visit: Visit, flow: Flow, instance: StepInstance, state: Mapping[str, Any]
    ) -> Situation:
        return Situation(visit.client, flow, instance, visit.visitor, state)


def asked_to_approve(flow: Flow) -> bool:
    """Tell whether somebody is asked what an application may have."""
    return flow.stage is Stage.APPROVAL and flow.request.device is None


def policy_of(env: Environment, flow: Flow) -> Policy:
    """Return the policy that a flow walks.

    Raises: FlowRefusedError where a new configuration has none of that key.
    """
    policy = env.policies.get(flow.policy)
    if policy is None:
        raise flow_not_found("there is no such policy any more")
    return policy


def _keeping(progress: Progress, outcome: Outcome) -> Progress:
    if not isinstance(outcome, Passed) or progress.flow.is_cookieless:
        return progress
    kept, change = outcome.keepsake, progress.change
    if kept == _NOTHING:
        return progress
    username = change.username if kept.username is None else kept.username
    device = change.device if kept.device is None else kept.device
    remembered = change.remembered if kept.remembered is None else kept.remembered
    kept_change = replace(change, username=username, device=device, remembered=remembered)
    return replace(progress, change=kept_change)


def _arrived(env: Environment, visit: Visit, progress: Progress) -> Progress:
    flow = progress.flow
    if flow.failure is None:
        return progress
    failed: Event = FlowFailed(
        env.id, visit.client.client_id, flow.user_id, flow.failure.code, visit.browser.address
    )
    return replace(progress, events=(*progress.events, failed))
