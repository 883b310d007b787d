"""An application signs people on: the browser goes there, and comes back with a reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ostiary.core.model.audit.references import ReferenceRefused
from ostiary.core.model.environment import Environment
from ostiary.core.model.reference_adapter import ReferenceAdapter
from ostiary.core.model.reference_context import ReferenceContext
from ostiary.core.model.user import User
from ostiary.core.ports.events import Events
from ostiary.core.ports.references import DroppedReference
from ostiary.core.signon.adapter_users import AdapterUsers, Unknown
from ostiary.core.signon.reference import ReferenceHandover
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Begun,
    Failed,
    Input,
    Offer,
    Outcome,
    Passed,
    Situation,
    State,
    View,
)
from ostiary.core.steps.departures import REFERENCE, RETURN, Departure

NOT_VOUCHED = Failed(description="The application that signs people on has vouched for nobody.")
MAX_MESSAGE_CHARACTERS = 200
_VIEW = View(
    State("referenceId", "required"),
    offers=(Offer(RETURN, inputs=(Input(REFERENCE, "", is_required=True),)),),
    leads_away=True,
)


@dataclass(frozen=True, slots=True)
class ReferenceID:
    """Signs on whom an application vouches for.

    Spec: PingFederate "Reference ID adapter" (IdP adapter).
    Settings: adapter: at which the application drops attributes off.
    """

    handover: ReferenceHandover
    adapter_users: AdapterUsers
    events: Events

    type: ClassVar[str] = "reference_id"
    plugin_id: ClassVar[str] = "Ag3nt1essReferenceIdAd"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        """Ask; or take what the browser brought along unasked, where the adapter lets it.

        It says that somebody signed on at the application once, and not that they just did so.
        """
        adapter, brought = _adapter_of(env, situation), situation.visitor.reference
        is_fresh_wanted = situation.flow.request.wants_fresh_proof
        if brought is None or is_fresh_wanted or not adapter.takes_unasked:
            return Ask()
        outcome = await self._take(env, situation, adapter, brought)
        # What is no good is as good as nothing: the application is asked.
        return outcome if isinstance(outcome, Passed) else Ask()

    def view(self, env: Environment, situation: Situation) -> View:
        return _VIEW

    async def depart(self, env: Environment, situation: Situation) -> Departure:
        """Send somebody to the application; what it picks up signs nobody on."""
        adapter, flow = _adapter_of(env, situation), situation.flow
        request = flow.request
        context = ReferenceContext(
            flow_id=flow.id,
            # How long ago somebody proved it there is not known here, so any `max_age` asks anew.
            is_fresh_wanted=request.wants_fresh_proof,
            target=request.redirect_uri,
        )
        reference = await self.handover.drop(
            env, adapter, {}, is_from_application=False, flow_id=flow.id, context=context
        )
        return Departure(adapter.endpoint or "", adapter.transport, reference)

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        """Take the reference that somebody came back with."""
        adapter = _adapter_of(env, situation)
        return await self._take(env, situation, adapter, inputs[REFERENCE])

    async def _take(
        self, env: Environment, situation: Situation, adapter: ReferenceAdapter, reference: str
    ) -> Passed | Failed:
        found = await self.handover.take(env, adapter, reference)
        reason = _find_fault(found, situation)
        if found is None or reason is not None:
            return self._refuse(env, situation, adapter, reason or "unknown")
        message = None if found.context is None else found.context.failure_message
        if message is not None:
            self._refuse(env, situation, adapter, "declined")
            return _declined(message)
        named = situation.flow.user_id
        user = await self.adapter_users.find_or_make(env, adapter, found.attributes, named)
        if isinstance(user, Unknown):
            return self._refuse(env, situation, adapter, user)
        if not user.may_sign_on:
            return self._refuse(env, situation, adapter, "closed", user)
        return Passed(user.id, identifier=user.username, credential=user.credential)

    def _refuse(
        self,
        env: Environment,
        situation: Situation,
        adapter: ReferenceAdapter,
        reason: str,
        user: User | None = None,
    ) -> Failed:
        self.events.emit(
            ReferenceRefused(
                env.id,
                adapter.key,
                situation.client.client_id,
                None if user is None else user.id,
                str(reason),
                situation.visitor.address,
            )
        )
        return NOT_VOUCHED


def _adapter_of(env: Environment, situation: Situation) -> ReferenceAdapter:
    return env.reference_adapters[str(situation.instance.settings.get("adapter"))]


def _find_fault(found: DroppedReference | None, situation: Situation) -> str | None:
    """Return why something that was dropped is nothing in this flow, or None."""
    if found is None:
        return "unknown"
    if not found.is_from_application:
        return "own"
    return None if found.flow_id in {None, situation.flow.id} else "foreign"


def _declined(message: str) -> Failed:
    """Return the end of a sign-on that an application declines, in as much of its words as fits.

    Spec: RFC 6749 §4.1.2.1 (characters of `error_description`).
    """
    fit = (each if " " <= each <= "~" and each not in '"\\' else " " for each in message)
    words = " ".join("".join(fit).split())
    return Failed(description=words[:MAX_MESSAGE_CHARACTERS]) if words else NOT_VOUCHED
