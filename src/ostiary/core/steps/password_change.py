"""The step password_change: another password, because it must be or because its user wants it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ostiary.core.base.ids import UserId
from ostiary.core.base.usernames import MAX_USERNAME_CHARACTERS
from ostiary.core.crypto.passwords import MAX_PASSWORD_BYTES
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.users import UserChangedError
from ostiary.core.signon.devices import Devices
from ostiary.core.signon.new_passwords import WeakPasswordError
from ostiary.core.signon.outcomes import Accepted, MustChange
from ostiary.core.signon.password import Entrance, PasswordSignOn, PresentedPassword
from ostiary.core.signon.password_changes import PasswordChanges
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Back,
    Begun,
    Input,
    InputKind,
    Keepsake,
    Offer,
    Outcome,
    Passed,
    Problem,
    ProblemKind,
    Refused,
    Situation,
    State,
    View,
)
from ostiary.core.steps.directories import directories_of
from ostiary.core.steps.new_password_problems import broken_rules, new_password_input

CHECK = Action("newPassword", "check")
CANCEL = Action("passwordChange", "cancel")
CONTINUE = Action("authentication", "continue")
ENTRANCE = Entrance("password change")
SOURCE = "self"
WRONG = Problem(
    ProblemKind.CREDENTIALS,
    "The current password is not valid.",
    "This is not your current password.",
    "currentPassword",
)
"""The same for a wrong password, and for a user that is locked meanwhile."""
CHANGED_MEANWHILE = Problem(
    ProblemKind.VALUE,
    "The password was changed by somebody else meanwhile.",
    "Your password has just been changed somewhere else. Enter it, and try again.",
    "currentPassword",
)


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """Asks for the current password and another one; whoever has changed it is signed on.

    A detour of username_password; it begins with the state `username` and `is_forced`.

    Settings:
        confirms_changes: say that it was done, and wait for the person to go on.
    """

    passwords: PasswordSignOn
    changes: PasswordChanges
    devices: Devices
    type: ClassVar[str] = "password_change"
    plugin_id: ClassVar[str] = "7RmQNDWaOnBoudTufx2sEw"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        return Ask(situation.state)

    def view(self, env: Environment, situation: Situation) -> View:
        state = situation.state
        if "proved" in state:
            return View(
                State("successfulPassword", "change"),
                (Offer(CONTINUE, "Continue", is_primary=True),),
                title="Your password is changed",
                lines=("The next time, sign on with the new one.",),
            )
        is_forced = bool(state.get("is_forced"))
        why = "Your password must be changed before you go on." if is_forced else ""
        return View(
            State("mustChange", "password") if is_forced else State("newPassword", "required"),
            offers=(
                Offer(CHECK, "Change password", _inputs(situation), is_primary=True),
                Offer(CANCEL, "Cancel"),
            ),
            fields={"username": state.get("username", "")},
            title="Change your password",
            lines=(why,) if why else (),
        )

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        if action == CANCEL:
            return Back()
        if action == CONTINUE:
            return _passed(situation.state)
        username = str(inputs["username"])
        user = await self._prove(env, situation, username, inputs["currentPassword"])
        if user is None:
            return Refused((WRONG,))
        current, new = inputs["currentPassword"], inputs["newPassword"]
        if unmet := await self.changes.find_unmet(env, user, new, current=current):
            return Refused(broken_rules(unmet))
        try:
            changed = await self.changes.set(
                env,
                user,
                new,
                must_change=False,
                source=SOURCE,
                locale=situation.language,
                current=current,
            )
        except UserChangedError:
            return Refused((CHANGED_MEANWHILE,))
        except WeakPasswordError as weak:
            return Refused(broken_rules(weak.unmet))
        known = self.devices.read(env, situation.visitor.device)
        done = {
            "username": username,
            "proved": user.id,
            "credential": changed.user.credential,
            "device": self.devices.issue(env, user.id, known),
        }
        is_confirmed = situation.instance.settings.get("confirms_changes") is True
        return Ask(done) if is_confirmed else _passed(done)

    async def _prove(
        self, env: Environment, situation: Situation, username: str, password: str
    ) -> User | None:
        visitor = situation.visitor
        known_device = self.devices.read(env, visitor.device)
        presented = PresentedPassword(
            username,
            password,
            ENTRANCE,
            visitor.address,
            known_device,
            directories_of(situation.instance),
        )
        match await self.passwords.attempt(env, presented):
            case Accepted(user) | MustChange(user):
                return user
            case _:
                return None


def _passed(done: Mapping[str, Any]) -> Passed:
    return Passed(
        UserId(done["proved"]),
        ("pwd",),
        identifier=done["username"],
        keepsake=Keepsake(device=done["device"]),
        credential=done["credential"],
    )


def _inputs(situation: Situation) -> tuple[Input, ...]:
    username = str(situation.state.get("username", ""))
    return (
        Input(
            "username",
            "Username",
            is_required=True,
            value=username,
            is_read_only=bool(situation.state.get("is_forced")),
            autocomplete="username",
            max_characters=MAX_USERNAME_CHARACTERS,
        ),
        Input(
            "currentPassword",
            "Current password",
            InputKind.PASSWORD,
            is_required=True,
            autocomplete="current-password",
            max_characters=MAX_PASSWORD_BYTES,
        ),
        new_password_input(),
    )
