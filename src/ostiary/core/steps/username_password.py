"""The step username_password: a username and its password, in one form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, assert_never

from msgspec.structs import replace

from ostiary.core.base.usernames import MAX_USERNAME_CHARACTERS
from ostiary.core.crypto.passwords import MAX_PASSWORD_BYTES
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.signon.devices import Devices
from ostiary.core.signon.outcomes import Accepted, Locked, MustChange, Rejected
from ostiary.core.signon.password import Entrance, PasswordSignOn, PresentedPassword
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Begun,
    Detour,
    Failed,
    Input,
    InputKind,
    Keepsake,
    NeedsPerson,
    Offer,
    Outcome,
    Passed,
    Problem,
    ProblemKind,
    Refused,
    Restart,
    Situation,
    State,
    Unattended,
    View,
)
from ostiary.core.steps.directories import directories_of
from ostiary.core.steps.prefill import find_username
from ostiary.core.steps.ways_aside import WaysAside

CHECK = Action("usernamePassword", "check")
CANCEL = Action("usernamePassword", "cancel")
REQUIRED = State("usernamePassword", "required")
RESTART = Action("usernamePassword", "restart")
ENTRANCE = Entrance("flow")
CANCELED = Failed("access_denied", "The user cancelled the sign-on.")
WRONG = Refused(
    (
        Problem(
            ProblemKind.CREDENTIALS,
            "The credentials are not valid.",
            "The username or the password is not right.",
        ),
    )
)
"""The same for a wrong password, for a name that nobody has, and for a locked user."""
_CANCEL_OFFER = Offer(CANCEL, "Cancel")
_RESTART_OFFER = Offer(RESTART, "Use another name")
_USERNAME = Input(
    "username",
    "Username",
    is_required=True,
    autocomplete="username",
    max_characters=MAX_USERNAME_CHARACTERS,
)
_PASSWORD = Input(
    "password",
    "Password",
    InputKind.PASSWORD,
    is_required=True,
    autocomplete="current-password",
    max_characters=MAX_PASSWORD_BYTES,
)
_REMEMBER = Input("rememberMyUsername", "Remember my username", InputKind.BOOLEAN, value=False)
_REMEMBERED = replace(_REMEMBER, value=True)
_DEVICE = Input("thisIsMyDevice", "This is my device", InputKind.BOOLEAN, value=False)


@dataclass(frozen=True, slots=True)
class UsernamePassword:
    """Proves a user by a password; where an earlier step has named one, by nobody else's.

    Settings:
        remember_my_username: offer to fill the name in the next time.
        this_is_my_device: offer to know the device the next time; otherwise each is known.
        recovery, registration, password_change: see `WaysAside`.
    """

    passwords: PasswordSignOn
    devices: Devices
    ways_aside: WaysAside
    type: ClassVar[str] = "username_password"
    plugin_id: ClassVar[str] = "7RmQNDWaOnBoudTufx2sEw"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        """Ask; the name is filled in where there is one, and settled where a step has taken it."""
        named = situation.flow.identifier
        known = situation.state.get("username") or find_username(situation)
        return Ask(
            {
                "username": known if named is None else named,
                "is_settled": named is not None,
                "is_remembered": bool(situation.visitor.username),
                "notice": situation.state.get("notice", ""),
            }
        )

    def view(self, env: Environment, situation: Situation) -> View:
        may_restart = situation.state.get("is_settled") and situation.flow.user_id is None
        check = Offer(CHECK, "Sign on", _inputs(situation), is_primary=True)
        restart = (_RESTART_OFFER,) if may_restart else ()
        offers = (check, *restart, *self.ways_aside.offers(situation), _CANCEL_OFFER)
        notice = str(situation.state.get("notice", ""))
        return View(REQUIRED, offers, _fields(situation), lines=(notice,) if notice else ())

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        if action == CANCEL:
            return CANCELED
        if action == RESTART:
            return Restart()
        if action != CHECK:
            return await self.ways_aside.lead(env, situation, action, inputs)
        presented = self._present(env, situation, inputs)
        outcome = await self.passwords.attempt(env, presented)
        match outcome:
            case Accepted(user):
                keepsake = self._keep(env, situation, user, presented, inputs)
                return Passed(
                    user.id,
                    ("pwd",),
                    identifier=presented.username,
                    keepsake=keepsake,
                    credential=user.credential,
                )
            case MustChange():
                return Detour(
                    "password_change", {"username": presented.username, "is_forced": True}
                )
            case Rejected() | Locked():
                return WRONG
            case never:
                assert_never(never)

    async def pass_unattended(
        self, env: Environment, unattended: Unattended
    ) -> Passed | NeedsPerson:
        """Decide about the password that a program brings, counted like all others."""
        directories = directories_of(unattended.instance)
        presented = replace(unattended.presented, directories=directories)
        match await self.passwords.attempt(env, presented):
            case Accepted(user):
                return Passed(
                    user.id, ("pwd",), identifier=presented.username, credential=user.credential
                )
            case MustChange():
                return NeedsPerson("the password has to be changed")
            case Rejected() | Locked():
                return NeedsPerson("the password is not right, or not now")
            case never:
                assert_never(never)

    def _present(
        self, env: Environment, situation: Situation, inputs: Mapping[str, Any]
    ) -> PresentedPassword:
        visitor = situation.visitor
        known_device = self.devices.read(env, visitor.device)
        return PresentedPassword(
            inputs["username"],
            inputs["password"],
            ENTRANCE,
            visitor.address,
            known_device,
            directories_of(situation.instance),
        )

    def _keep(
        self,
        env: Environment,
        situation: Situation,
        user: User,
        presented: PresentedPassword,
        inputs: Mapping[str, Any],
    ) -> Keepsake:
        username, device = None, None
        if inputs.get("rememberMyUsername"):
            username = presented.username
        elif situation.state.get("is_remembered"):
            username = "" if "rememberMyUsername" in inputs else None
        if inputs.get("thisIsMyDevice", True):
            device = self.devices.issue(env, user.id, presented.known_device)
        return Keepsake(username, device)


def _is_on(situation: Situation, setting: str) -> bool:
    return situation.instance.settings.get(setting) is True


def _inputs(situation: Situation) -> tuple[Input, ...]:
    state = situation.state
    inputs: tuple[Input, ...] = (_username(state), _PASSWORD)
    if _is_on(situation, "remember_my_username"):
        inputs = (*inputs, _REMEMBERED if state.get("is_remembered") else _REMEMBER)
    return (*inputs, _DEVICE) if _is_on(situation, "this_is_my_device") else inputs


def _username(state: Mapping[str, Any]) -> Input:
    name, is_settled = str(state.get("username", "")), bool(state.get("is_settled"))
    if not name and not is_settled:
        return _USERNAME
    return replace(_USERNAME, value=name, is_read_only=is_settled)


def _fields(situation: Situation) -> Mapping[str, object]:
    """Return what programs are told, under PingFederate's names: they are those of both vendors."""
    state, remembers = situation.state, _is_on(situation, "remember_my_username")
    fields: dict[str, object] = {
        "showRememberMyUsername": remembers,
        "showThisIsMyDevice": _is_on(situation, "this_is_my_device"),
        "thisIsMyDeviceSelected": False,
        "showCaptcha": False,
        "rememberMyUsernameSelected": remembers and bool(state.get("is_remembered")),
    }
    if state.get("username"):
        fields["username"] = state["username"]
    if state.get("is_settled"):
        fields["allowUsernameEdits"] = False
    return fields
