"""The step second_factor: something beside the password, by one of the user's authenticators."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace

from ostiary.core.model.audit.authenticators import BrowserRemembered, SecondFactorSkipped
from ostiary.core.model.authenticator import Authenticator
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.events import Events
from ostiary.core.signon.devices import Devices
from ostiary.core.signon.factor_words import Challenge, FactorContext, FactorRefused
from ostiary.core.signon.remembered_browsers import RememberedBrowsers, Remembrance
from ostiary.core.signon.second_factors import SecondFactors
from ostiary.core.signon.usable_authenticators import CHANNELS
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Begun,
    Detour,
    Failed,
    Keepsake,
    NeedsPerson,
    Outcome,
    Passed,
    Problem,
    Refused,
    Revisit,
    Situation,
    Unattended,
    View,
    Visitor,
)
from ostiary.core.steps.factor_problems import again, refused_factor
from ostiary.core.steps.factor_situation import context_of, find_proved, kinds_of, may_remember
from ostiary.core.steps.factor_views import (
    CANCEL,
    CHECK_ASSERTION,
    RESEND,
    SELECT,
    challenge_view,
    describe,
    selection_view,
)


class _Facing(msgspec.Struct, frozen=True):
    """Whom the step has before it, and what that user can use here."""

    situation: Situation
    user: User
    known: tuple[Authenticator, ...]

    def state(self) -> dict[str, Any]:
        """Return what is remembered of them."""
        return {
            "username": self.user.username,
            "devices": [describe(each) for each in self.known],
        }


MULTIPLE = "mfa"
"""Spec: RFC 8176 §2 (`mfa`)."""
CANCELED = Failed("access_denied", "The user cancelled the sign-on.")
NOBODY = Failed("access_denied", "There is nobody yet who could have a second factor.")
NONE = Failed("access_denied", "A second factor is needed, and the user has none.")


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Asks a user whom an earlier step has proved.

    The default authenticator is asked first; where there are several, another one may be chosen.

    Settings:
        methods: which kinds count; all of them where it is left out.
        no_authenticators: "enrol", "bypass" or "block" whoever has none.
        choose_first: let the user choose before any code is sent.
        remember_minutes: for how long a browser whose user wishes it is not asked again.
    """

    directory: Directory
    second_factors: SecondFactors
    devices: Devices
    remembered_browsers: RememberedBrowsers
    events: Events
    type: ClassVar[str] = "second_factor"
    plugin_id: ClassVar[str] = "Vb2nKq8XwYd5RtHs0LmJfA"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        facing = await self._face(env, situation)
        if facing is None:
            return NOBODY
        if not facing.known:
            has_others = await self.second_factors.has_any(env, facing.user.id)
            return NONE if has_others else self._without_any(env, facing)
        if await self._is_remembered(env, facing):
            return self._skip(env, facing, "remembered")
        if len(facing.known) > 1 and situation.instance.settings.get("choose_first") is True:
            return Ask(facing.state())
        asked = await self._ask(env, facing, facing.known[0])
        return Ask(asked.state)

    def view(self, env: Environment, situation: Situation) -> View:
        state = situation.state
        user = {"id": str(situation.flow.user_id), "username": str(state["username"])}
        if "selected" in state:
            return challenge_view(state, user, may_remember=may_remember(situation))
        return selection_view(state["devices"], user)

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        if action == CANCEL:
            return CANCELED
        facing = await self._face(env, situation)
        if facing is None:
            return NOBODY
        wanted = inputs["device"] if action == SELECT else situation.state.get("selected")
        chosen = next((each for each in facing.known if each.id == wanted), None)
        if chosen is None:
            return Ask(facing.state()) if facing.known else NONE
        if action in {SELECT, RESEND}:
            return await self._ask(env, facing, chosen)
        name = "assertion" if action == CHECK_ASSERTION else "otp"
        outcome = await self._check(env, facing, chosen, inputs[name], name)
        if not isinstance(outcome, Passed):
            return outcome
        wish = inputs.get("rememberDevice") is True and may_remember(situation)
        return replace(outcome, keepsake=await self._keep(env, facing, is_remembered=wish))

    async def pass_unattended(
        self, env: Environment, unattended: Unattended
    ) -> Passed | NeedsPerson:
        """Let nobody go on but who has no authenticator, where that is no hindrance."""
        user = unattended.user
        if user is None or not await self.may_skip(env, unattended.revisit(user)):
            return NeedsPerson("a second factor is needed")
        address = unattended.presented.address
        self.events.emit(SecondFactorSkipped(env.id, user.id, "none", address))
        return Passed(is_skipped=True)

    async def may_skip(self, env: Environment, revisit: Revisit) -> bool:
        active = await self.second_factors.active(env, revisit.user.id)
        if not active:
            return revisit.instance.settings.get("no_authenticators") == "bypass"
        remembrance = Remembrance(revisit.instance, revisit.user, active)
        return self._knows(env, revisit.visitor, revisit.request, remembrance)

    async def _is_remembered(self, env: Environment, facing: _Facing) -> bool:
        situation = facing.situation
        if not may_remember(situation) or situation.visitor.remembered is None:
            return False
        active = await self.second_factors.active(env, facing.user.id)
        remembrance = Remembrance(situation.instance, facing.user, active)
        return self._knows(env, situation.visitor, situation.flow.request, remembrance)

    def _knows(
        self,
        env: Environment,
        visitor: Visitor,
        request: AuthorizationRequest,
        remembrance: Remembrance,
    ) -> bool:
        """Tell whether a browser is remembered, and an application content with that."""
        is_content = request.max_age is None
        return is_content and self.remembered_browsers.knows(env, visitor.remembered, remembrance)

    async def _keep(self, env: Environment, facing: _Facing, *, is_remembered: bool) -> Keepsake:
        """Return what the browser keeps: counts of its own, and that it need not be asked."""
        visitor, user, instance = facing.situation.visitor, facing.user, facing.situation.instance
        known = self.devices.read(env, visitor.device)
        device = remembered = None
        if known is not None and known.user == user.id:
            device = self.devices.issue(env, user.id, known, is_confirmed=True)
        if is_remembered:
            # As they are now: what was just used may have taken another one's place.
            active = await self.second_factors.active(env, user.id)
            remembrance = Remembrance(instance, user, active)
            remembered = self.remembered_browsers.remember(env, visitor.remembered, remembrance)
            self.events.emit(BrowserRemembered(env.id, user.id, instance.key, visitor.address))
        return Keepsake(device=device, remembered=remembered)

    def _without_any(self, env: Environment, facing: _Facing) -> Begun:
        match facing.situation.instance.settings.get("no_authenticators"):
            case "bypass":
                return self._skip(env, facing, "none")
            case "block":
                return NONE
            case _:
                return Detour("pairing")

    def _skip(self, env: Environment, facing: _Facing, reason: str) -> Passed:
        address = facing.situation.visitor.address
        self.events.emit(SecondFactorSkipped(env.id, facing.user.id, reason, address))
        return Passed(is_skipped=True)

    async def _ask(self, env: Environment, facing: _Facing, chosen: Authenticator) -> Ask:
        """Challenge the user, or let it choose again where no more codes are sent."""
        before = facing.situation.state
        context = self._context(env, facing)
        challenge = await self.second_factors.challenge(env, facing.user, chosen, context)
        if isinstance(challenge, FactorRefused):
            is_asked = before.get("selected") == chosen.id
            state = before if is_asked else facing.state()
            return Ask(state, (refused_factor(challenge, None),))
        asked = {
            "selected": chosen.id,
            "kind": chosen.kind.value,
            "challenge": challenge.to_state(),
        }
        return Ask({**facing.state(), **asked})

    async def _check(
        self, env: Environment, facing: _Facing, chosen: Authenticator, answer: str, target: str
    ) -> Outcome:
        state = facing.situation.state
        used = await self.second_factors.check(
            env,
            facing.user,
            chosen,
            challenge=Challenge.from_state(state["challenge"]),
            answer=answer,
            context=self._context(env, facing),
        )
        if isinstance(used, FactorRefused):
            if used.reason == "over" and chosen.kind not in CHANNELS:
                return await self._ask_anew(env, facing, chosen, target)
            return counted(state, used, refused_factor(used, target))
        return Passed(methods=(*used.methods, MULTIPLE))

    async def _ask_anew(
        self, env: Environment, facing: _Facing, chosen: Authenticator, target: str
    ) -> Outcome:
        """Make a new challenge, where people cannot ask for one: guesses count across them."""
        asked = await self._ask(env, facing, chosen)
        return asked if asked.problems else Ask(asked.state, (again(target),))

    def _context(self, env: Environment, facing: _Facing) -> FactorContext:
        """Return where a factor is asked for; only one that was given makes a device known."""
        known = self.devices.read(env, facing.situation.visitor.device)
        is_theirs = known is not None and known.user == facing.user.id and known.is_confirmed
        device = known.id if known is not None and is_theirs else ""
        return replace(context_of(facing.situation), device=device)

    async def _face(self, env: Environment, situation: Situation) -> _Facing | None:
        user = await find_proved(env, situation, self.directory)
        if user is None:
            return None
        kinds = kinds_of(situation)
        known = await self.second_factors.enrolled(env, user.id)
        return _Facing(situation, user, tuple(each for each in known if each.kind in kinds))


def counted(state: Mapping[str, Any], refused: FactorRefused, problem: Problem) -> Outcome:
    """Refuse an answer, and remember that where it counts."""
    if refused.kept is None:
        return Refused((problem,))
    return Ask({**state, "challenge": refused.kept.to_state()}, (problem,))
