"""The step second_factor: something beside the password, by one of the user's authenticators."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.signon.factor_words import Challenge, FactorContext, FactorRefused
from ostiary.core.signon.second_factors import SecondFactors
from ostiary.core.signon.usable_authenticators import CHANNELS
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Begun,
    Detour,
    Failed,
    Outcome,
    Passed,
    Problem,
    Refused,
    Situation,
    View,
)
from ostiary.core.steps.factor_problems import again, refused_factor
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
ALL_KINDS = tuple(AuthenticatorKind)


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Asks a user whom an earlier step has proved.

    The default authenticator is asked first; where there are several, another one may be chosen.

    Settings:
        methods: which kinds count; all of them where it is left out.
        no_authenticators: "enrol", "bypass" or "block" whoever has none.
        choose_first: let the user choose before any code is sent.
    """

    directory: Directory
    second_factors: SecondFactors
    type: ClassVar[str] = "second_factor"
    plugin_id: ClassVar[str] = "Vb2nKq8XwYd5RtHs0LmJfA"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        facing = await self._face(env, situation)
        if facing is None:
            return NOBODY
        if not facing.known:
            has_others = await self.second_factors.has_any(env, facing.user.id)
            return NONE if has_others else _without_any(situation)
        if len(facing.known) > 1 and situation.instance.settings.get("choose_first") is True:
            return Ask(facing.state())
        asked = await self._ask(env, facing, facing.known[0])
        return Ask(asked.state)

    def view(self, env: Environment, situation: Situation) -> View:
        state = situation.state
        user = {"id": str(situation.flow.user_id), "username": str(state["username"])}
        if "selected" in state:
            return challenge_view(state, user)
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
        return await self._check(env, facing, chosen, inputs[name], name)

    async def _ask(self, env: Environment, facing: _Facing, chosen: Authenticator) -> Ask:
        """Challenge the user, or let it choose again where no more codes are sent."""
        before = facing.situation.state
        context = context_of(facing.situation)
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
            context=context_of(facing.situation),
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

    async def _face(self, env: Environment, situation: Situation) -> _Facing | None:
        user = await find_proved(env, situation, self.directory)
        if user is None:
            return None
        kinds = kinds_of(situation)
        known = await self.second_factors.enrolled(env, user.id)
        return _Facing(situation, user, tuple(each for each in known if each.kind in kinds))


async def find_proved(env: Environment, situation: Situation, directory: Directory) -> User | None:
    """Return whom the flow has proved, unless something has happened to that user since.

    Raises: UnavailableError.
    """
    flow = situation.flow
    user = None if flow.user_id is None else await directory.find(env, flow.user_id)
    is_same = user is not None and user.may_sign_on and user.credential == flow.credential
    return user if is_same else None


def kinds_of(situation: Situation) -> tuple[AuthenticatorKind, ...]:
    """Return the kinds that count here, in the order of the configuration."""
    methods = situation.instance.settings.get("methods")
    if not isinstance(methods, list | tuple) or not methods:
        return ALL_KINDS
    return tuple(AuthenticatorKind(method) for method in methods)


def context_of(situation: Situation) -> FactorContext:
    """Return where a factor is asked for."""
    locale = situation.language
    return FactorContext(situation.flow.id, situation.visitor.address, locale)


def counted(state: Mapping[str, Any], refused: FactorRefused, problem: Problem) -> Outcome:
    """Refuse an answer, and remember that where it counts."""
    if refused.kept is None:
        return Refused((problem,))
    return Ask({**state, "challenge": refused.kept.to_state()}, (problem,))


def _without_any(situation: Situation) -> Begun:
    match situation.instance.settings.get("no_authenticators"):
        case "bypass":
            return Passed()
        case "block":
            return NONE
        case _:
            return Detour("pairing")
