"""The step pairing: a user who has no second factor yet gets one, and uses it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace

from ostiary.core.base.mail_addresses import is_mail_address, read_phone_number
from ostiary.core.model.authenticator import AuthenticatorKind
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.signon.contacts import email_of
from ostiary.core.signon.factor_words import Enrolment, FactorRefused
from ostiary.core.signon.second_factors import SecondFactors
from ostiary.core.steps.address_problems import NO_ADDRESS, NO_NUMBER
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Begun,
    Failed,
    Outcome,
    Passed,
    Refused,
    Situation,
    View,
)
from ostiary.core.steps.factor_problems import again, refused_factor
from ostiary.core.steps.factor_situation import context_of, find_proved, kinds_of
from ostiary.core.steps.pairing_views import (
    ACTIVATE,
    ANSWER_INPUTS,
    CANCEL,
    CONFIRM_CODES,
    KIND_OF_TYPE,
    RESEND,
    SELECT,
    TARGET_INPUTS,
    activation_view,
    method_view,
    recovery_codes_view,
    target_view,
)
from ostiary.core.steps.second_factor import MULTIPLE, NOBODY, NONE

CANCELED = Failed("access_denied", "The user did not want a second factor.")
SOURCE = "pairing"
NO_TARGET = {AuthenticatorKind.EMAIL: NO_ADDRESS, AuthenticatorKind.SMS: NO_NUMBER}


class _Facing(msgspec.Struct, frozen=True):
    """Whom the step has before it, and what it goes on from."""

    situation: Situation
    user: User
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Lets a user choose a kind of authenticator, set it up, and show that it works.

    A detour of second_factor. Recovery codes, where they count, are shown at the end, once.
    Settings: those of second_factor.
    """

    directory: Directory
    second_factors: SecondFactors
    type: ClassVar[str] = "pairing"
    plugin_id: ClassVar[str] = "Vb2nKq8XwYd5RtHs0LmJfA"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        user = await find_proved(env, situation, self.directory)
        kinds = self._kinds(env, situation)
        if user is None:
            return NOBODY
        if not kinds:
            return NONE
        facing = _Facing(situation, user, {"kinds": [kind.value for kind in kinds]})
        if len(kinds) > 1:
            return Ask(facing.state)
        chosen = await self._choose(env, facing, kinds[0])
        return chosen if isinstance(chosen, Ask) else NONE

    def view(self, env: Environment, situation: Situation) -> View:
        state = situation.state
        if "enrolment" in state:
            enrolment = Enrolment.from_state(state["enrolment"])
            exhibit = self.second_factors.exhibit(env, enrolment)
            if exhibit.recovery_codes:
                return recovery_codes_view(exhibit.recovery_codes)
            return activation_view(enrolment, exhibit)
        if "kind" in state:
            return target_view(AuthenticatorKind(state["kind"]))
        return method_view([AuthenticatorKind(kind) for kind in state["kinds"]])

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        state = situation.state
        user = await find_proved(env, situation, self.directory)
        if user is None:
            return NOBODY
        at_start = {"kinds": state["kinds"]}
        if "methods" not in state and await self.second_factors.has_any(env, user.id):
            return NONE  # one was set up elsewhere meanwhile, and is to be asked for
        if action == CANCEL:
            is_at_start = "kind" not in state or len(state["kinds"]) == 1
            return CANCELED if is_at_start else Ask(at_start)
        if action == SELECT:
            facing = _Facing(situation, user, at_start)
            return await self._choose(env, facing, KIND_OF_TYPE[inputs["devicePairingMethod"]])
        facing, kind = _Facing(situation, user, state), AuthenticatorKind(state["kind"])
        if action == RESEND:
            return await self._send_again(env, facing)
        if action == CONFIRM_CODES:
            return await self._activate(env, facing, "", None)
        if action == ACTIVATE[kind]:
            name = ANSWER_INPUTS[kind]
            return await self._activate(env, facing, inputs[name], name)
        return await self._set_target(env, facing, kind, inputs[TARGET_INPUTS[kind]])

    async def _choose(
        self, env: Environment, facing: _Facing, kind: AuthenticatorKind
    ) -> Ask | Refused:
        """Begin with a kind; where codes go is asked first, unless the user's address will do."""
        is_mail = kind is AuthenticatorKind.EMAIL
        target = (email_of(env, facing.user) or "") if is_mail else ""
        if kind in TARGET_INPUTS and not target:
            return Ask({**facing.state, "kind": kind.value})
        return await self._enrol(env, facing, kind, target)

    async def _set_target(
        self, env: Environment, facing: _Facing, kind: AuthenticatorKind, written: str
    ) -> Ask | Refused:
        if kind is AuthenticatorKind.EMAIL:
            target = written.strip() if is_mail_address(written.strip()) else None
        else:
            target = read_phone_number(written)
        if target is None:
            return Refused((NO_TARGET[kind],))
        return await self._enrol(env, facing, kind, target)

    async def _enrol(
        self, env: Environment, facing: _Facing, kind: AuthenticatorKind, target: str = ""
    ) -> Ask | Refused:
        begun = await self.second_factors.begin_enrolment(
            env, facing.user, kind, target=target, context=context_of(facing.situation)
        )
        if isinstance(begun, FactorRefused):
            return Refused((refused_factor(begun, None),))
        return Ask({**facing.state, "kind": kind.value, "enrolment": begun.to_state()})

    async def _send_again(self, env: Environment, facing: _Facing) -> Ask | Refused:
        enrolment = Enrolment.from_state(facing.state["enrolment"])
        sent = await self.second_factors.send_again(
            env, facing.user, enrolment, context_of(facing.situation)
        )
        if isinstance(sent, FactorRefused):
            return Refused((refused_factor(sent, None),))
        return Ask({**facing.state, "enrolment": sent.to_state()})

    async def _activate(
        self, env: Environment, facing: _Facing, answer: str, target: str | None
    ) -> Outcome:
        """Store the authenticator; recovery codes follow the first one, where they count."""
        state, situation = facing.state, facing.situation
        enrolment = Enrolment.from_state(state["enrolment"])
        stored = await self.second_factors.finish_enrolment(
            env, facing.user, enrolment, answer=answer, context=context_of(situation)
        )
        if isinstance(stored, FactorRefused):
            return await self._refuse(env, facing, enrolment, stored, target or "")
        is_first = "methods" not in state
        if is_first and await self.second_factors.has_any(env, facing.user.id, but=stored.id):
            await self.second_factors.remove(env, facing.user, stored.id, source=SOURCE)
            return NONE
        methods = tuple(state.get("methods", stored.methods))
        wants_codes = AuthenticatorKind.RECOVERY_CODES in kinds_of(situation)
        if wants_codes and "methods" not in state:
            shown = _Facing(situation, facing.user, {**state, "methods": list(methods)})
            codes = await self._enrol(env, shown, AuthenticatorKind.RECOVERY_CODES)
            if isinstance(codes, Ask):
                return codes
        return Passed(methods=(*methods, MULTIPLE))

    async def _refuse(
        self,
        env: Environment,
        facing: _Facing,
        enrolment: Enrolment,
        refused: FactorRefused,
        target: str,
    ) -> Outcome:
        """Refuse an answer, and count it; where people cannot ask for another code, begin anew."""
        problem, kind = refused_factor(refused, target), enrolment.authenticator.kind
        if refused.kept is not None:
            kept = replace(enrolment, challenge=refused.kept)
            return Ask({**facing.state, "enrolment": kept.to_state()}, (problem,))
        if refused.reason != "over" or kind in TARGET_INPUTS:
            return Refused((problem,))
        begun = await self._enrol(env, facing, kind)
        return Ask(begun.state, (again(target),)) if isinstance(begun, Ask) else begun

    def _kinds(self, env: Environment, situation: Situation) -> tuple[AuthenticatorKind, ...]:
        """Return what a user can choose from; recovery codes alone are no factor to live with."""
        return tuple(
            kind
            for kind in kinds_of(situation)
            if kind is not AuthenticatorKind.RECOVERY_CODES
            and self.second_factors.can_use(env, kind)
        )
