"""Ways aside from a sign-on form: what was forgotten, another password, a registration."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.core.base.usernames import MAX_USERNAME_CHARACTERS
from ostiary.core.model.environment import Environment
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Detour,
    Input,
    Offer,
    Outcome,
    Situation,
)
from ostiary.core.steps.recovery_views import FORGOT_USERNAME
from ostiary.core.steps.registering import REGISTER, Registering, form_inputs

FORGOT = Action("password", "forgot")
CHANGE = Action("passwordChange", "initiate")
INITIATE = Action("registration", "initiate")
_WAYS: Mapping[Action, tuple[str, str, str]] = {
    FORGOT: ("recovery", "password_recovery", "Forgotten password?"),
    FORGOT_USERNAME: ("recovery", "username_recovery", "Forgotten username?"),
    CHANGE: ("password_change", "password_change", "Change password"),
    INITIATE: ("registration", "registration", "Register"),
}
"""What leads to another kind of step: the setting that offers it, the kind, the button."""
_NAMES = (
    Input("username", "Username", max_characters=MAX_USERNAME_CHARACTERS),
    Input("usernameHint", "Username", max_characters=MAX_USERNAME_CHARACTERS),
)
"""Who has forgotten the password: named to go on with, or to be filled in and looked at."""
_FORGOT_BY_PROGRAM = Offer(FORGOT, inputs=_NAMES)
_REGISTER_BY_PROGRAM = Offer(REGISTER, inputs=form_inputs())


@dataclass(frozen=True, slots=True)
class WaysAside:
    """Offers what the settings of a step say, while nobody is proved, and leads there.

    A person presses a button and is asked on the next page; a program says it all at once.

    Settings:
        recovery, registration, password_change: offer what these kinds of step do.
    """

    registering: Registering

    def offers(self, situation: Situation) -> Iterator[Offer]:
        """Yield what is offered, people's buttons first."""
        if situation.flow.user_id is not None:
            return
        settings = situation.instance.settings
        for action, (setting, _, label) in _WAYS.items():
            if settings.get(setting) is True:
                yield Offer(action, label)
        if settings.get("recovery") is True:
            yield _FORGOT_BY_PROGRAM
        if settings.get("registration") is True:
            yield _REGISTER_BY_PROGRAM

    async def lead(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        """Lead where one of the actions that are offered goes.

        Raises: UnavailableError.
        """
        if action == REGISTER:
            registered = await self.registering.register(env, situation, inputs)
            if isinstance(registered, Ask):
                return Detour("registration", registered.state)
            return registered
        named = str(inputs.get("username") or "")
        username = named or inputs.get("usernameHint") or situation.state.get("username", "")
        return Detour(_WAYS[action][1], {"username": str(username), "is_named": bool(named)})
