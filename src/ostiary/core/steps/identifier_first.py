"""The step identifier_first: who somebody says they are, before anything is proved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ostiary.core.base.usernames import (
    MAX_USERNAME_CHARACTERS,
    UsernameRefusedError,
    check_username,
)
from ostiary.core.model.environment import Environment
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Begun,
    Detour,
    Failed,
    Input,
    NeedsPerson,
    Offer,
    Outcome,
    Passed,
    Problem,
    ProblemKind,
    Refused,
    Situation,
    State,
    Unattended,
    View,
)
from ostiary.core.steps.prefill import find_username
from ostiary.core.steps.recovery_views import FORGOT_USERNAME

SUBMIT = Action("identifier", "submit")
CLEAR = Action("identifier", "clear")
CANCEL = Action("identifierSubmission", "cancel")
CANCELED = Failed("access_denied", "The user cancelled the sign-on.")
_FORGOT = Offer(FORGOT_USERNAME, "Forgotten username?")


@dataclass(frozen=True, slots=True)
class IdentifierFirst:
    """Takes any name: whether somebody has it is nothing that this step says.

    Settings: recovery: whoever has forgotten the name may have it sent.
    """

    type: ClassVar[str] = "identifier_first"
    plugin_id: ClassVar[str] = "kT0mVbq4Yx9ZcHs2WdRgLe"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        """Ask; a name that the application or the browser hints at is filled in."""
        return Ask({"username": situation.state.get("username") or find_username(situation)})

    def view(self, env: Environment, situation: Situation) -> View:
        identifier = Input(
            "identifier",
            "Username",
            is_required=True,
            value=str(situation.state.get("username", "")),
            autocomplete="username",
            max_characters=MAX_USERNAME_CHARACTERS,
        )
        named = Input("identifier", "Username", max_characters=MAX_USERNAME_CHARACTERS)
        is_open = situation.flow.user_id is None
        may_recover = is_open and situation.instance.settings.get("recovery") is True
        return View(
            State("identifier", "required"),
            offers=(
                Offer(SUBMIT, "Next", (identifier,), is_primary=True),
                Offer(CLEAR, inputs=(named,)),
                *((_FORGOT,) if may_recover else ()),
                Offer(CANCEL, "Cancel"),
            ),
            # Names that were used before are not kept here, so there is nothing to choose from.
            fields={"previouslySubmittedIdentifiers": []},
        )

    async def pass_unattended(
        self, env: Environment, unattended: Unattended
    ) -> Passed | NeedsPerson:
        """Take the name that a program brings beside its password."""
        return Passed(identifier=unattended.presented.username)

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        if action == CANCEL:
            return CANCELED
        if action == CLEAR:
            return Ask({"username": ""})
        if action == FORGOT_USERNAME:
            return Detour("username_recovery", {"username": situation.state.get("username", "")})
        try:
            check_username(inputs["identifier"])
        except UsernameRefusedError as refused:
            return Refused((_unfit(refused),))
        return Passed(identifier=inputs["identifier"].strip())


def _unfit(refused: UsernameRefusedError) -> Problem:
    return Problem(
        ProblemKind.VALUE,
        f"The identifier {refused.reason}.",
        "This cannot be a username.",
        "identifier",
    )
