"""The step password_recovery: another password for whoever reads the user's mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, assert_never

from ostiary.core.base.ids import UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.delivery import Channel, Delivery, Message, Template
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.pace import Pace
from ostiary.core.ports.users import UserChangedError
from ostiary.core.signon.contacts import email_of
from ostiary.core.signon.factor_words import FactorRefused
from ostiary.core.signon.message_rate import MessageRate
from ostiary.core.signon.new_passwords import WeakPasswordError
from ostiary.core.signon.one_time_codes import (
    CodeAlphabet,
    KeptCode,
    OneTimeCodes,
    OverCode,
    RightCode,
    WrongCode,
)
from ostiary.core.signon.password_changes import PasswordChanges
from ostiary.core.signon.recovery_links import LINK_MINUTES, RecoveryLinks
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Back,
    Begun,
    Detour,
    Outcome,
    Problem,
    ProblemKind,
    Refused,
    Situation,
    View,
)
from ostiary.core.steps.factor_problems import refused_factor
from ostiary.core.steps.new_password_problems import broken_rules
from ostiary.core.steps.recovery_views import (
    CHECK,
    CODE_VIEW,
    DONE_VIEW,
    FORGOT_USERNAME,
    LINK_VIEW,
    NAME,
    RECOVER,
    RESEND,
    RESEND_LINK,
    RESET,
    RESET_VIEW,
    name_view,
)

SOURCE = "recovery"
CODE_CHARACTERS = 8
CODE_MINUTES = 5
WRONG = Problem(
    ProblemKind.CODE,
    "The code is not valid.",
    "This is not the code, or it is not valid any more.",
    "recoveryCode",
)
"""The same for a wrong code, for one that is over, and where none was sent to anybody."""
DONE = "Your password is changed. Sign on with the new one."
_PURPOSE = "recovery"
_NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class PasswordRecovery:
    """Sends a code or a link to the user's e-mail address, and takes another password for it.

    Whether somebody has the name, and an address, is nothing that it says: the way is the same, and
    takes as long. Whoever has chosen a password signs on with it, with every other step of the
    policy. A detour; it begins with the state `username`, and `is_named` where that is settled.

    Settings:
        recovery_by: "code" to be entered here, or "link" that leads to a page of its own, in
            whatever browser; here nothing is left to do then but to sign on.
        confirms_changes: say that it was done, and wait for the person to go on.
    """

    directory: Directory
    changes: PasswordChanges
    one_time_codes: OneTimeCodes
    recovery_links: RecoveryLinks
    delivery: Delivery
    message_rate: MessageRate
    pace: Pace
    type: ClassVar[str] = "password_recovery"
    plugin_id: ClassVar[str] = "7RmQNDWaOnBoudTufx2sEw"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        username = str(situation.state.get("username", ""))
        if username and situation.state.get("is_named"):
            sent = await self._send(env, situation, username)
            if isinstance(sent, Ask):
                return sent
            return Ask(
                {"stage": "name", "username": username, "notice": sent.problems[0].user_message}
            )
        return Ask({"stage": "name", "username": username})

    def view(self, env: Environment, situation: Situation) -> View:
        match situation.state["stage"]:
            case "name":
                return name_view(situation, is_by_link=_is_by_link(situation))
            case "code":
                return CODE_VIEW
            case "link":
                return LINK_VIEW
            case "reset":
                return RESET_VIEW
            case _:
                return DONE_VIEW

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        username = str(situation.state["username"])
        match action:
            case _ if action == NAME:
                return await self._send(env, situation, inputs["username"])
            case _ if action in {RESEND, RESEND_LINK}:
                return await self._send(env, situation, username)
            case _ if action == FORGOT_USERNAME:
                return Detour("username_recovery", {"username": username})
            case _ if action in {CHECK, RECOVER}:
                return await self._check(env, situation, inputs)
            case _ if action == RESET:
                user_id = UserId(situation.state["user_id"])
                return await self._reset(env, situation, user_id, inputs["newPassword"])
            case _:
                return Back({"username": username})

    async def _send(self, env: Environment, situation: Situation, username: str) -> Ask | Refused:
        async with self.pace.steadily():
            return await self._send_to(env, situation, username)

    async def _send_to(
        self, env: Environment, situation: Situation, username: str
    ) -> Ask | Refused:
        user = await self.directory.find_by_username(env, username, everywhere=True)
        visitor = situation.visitor
        if seconds := await self.message_rate.count_recovery(
            env, username, user, address=visitor.address, cookie=visitor.device
        ):
            return Refused((refused_factor(FactorRefused("limit", retry_seconds=seconds), None),))
        address = None if user is None or not user.enabled else email_of(env, user)
        if _is_by_link(situation):
            if user is not None and address is not None:
                self._send_link(env, situation, user, address)
            return Ask({"stage": "link", "username": username})
        return self._send_code(env, situation, username, user, address)

    def _send_link(self, env: Environment, situation: Situation, user: User, address: str) -> None:
        values = {"link": self.recovery_links.make(env, user), "minutes": str(LINK_MINUTES)}
        template, locale = Template.RECOVERY_LINK, situation.language
        message = Message(Channel.EMAIL, address, template, values, locale, user.id)
        self.delivery.send(env, message)

    def _send_code(
        self,
        env: Environment,
        situation: Situation,
        username: str,
        user: User | None,
        address: str | None,
    ) -> Ask:
        code, kept = self.one_time_codes.make(
            env,
            _PURPOSE,
            _bound_to(situation, user),
            length=CODE_CHARACTERS,
            alphabet=CodeAlphabet.ALPHANUMERIC,
            lifetime_seconds=CODE_MINUTES * 60,
        )
        state = {"stage": "code", "username": username, "code": kept.to_state()}
        if user is None or address is None:
            return Ask(state)
        values, locale = {"code": code, "minutes": str(CODE_MINUTES)}, situation.language
        message = Message(Channel.EMAIL, address, Template.RECOVERY_CODE, values, locale, user.id)
        self.delivery.send(env, message)
        return Ask({**state, "user_id": user.id, "credential": user.credential})

    async def _check(
        self, env: Environment, situation: Situation, inputs: Mapping[str, Any]
    ) -> Outcome:
        state = situation.state
        user = await self._find(env, state)
        kept = KeptCode.from_state(state["code"])
        if not await self.message_rate.may_guess(env, kept):
            return Refused((WRONG,))
        result = self.one_time_codes.check(
            env, _PURPOSE, _bound_to(situation, user), kept, inputs["recoveryCode"]
        )
        match result:
            case RightCode():
                await self.message_rate.clear_guesses(env, kept)
            case WrongCode():
                return Ask({**state, "code": result.kept.to_state()}, (WRONG,))
            case OverCode():
                return Refused((WRONG,))
            case never:
                assert_never(never)
        if user is None:
            return Refused((WRONG,))
        proved = {
            "stage": "reset",
            "username": state["username"],
            "user_id": user.id,
            "credential": user.credential,
        }
        new = inputs.get("newPassword")
        if new is None:
            return Ask(proved)
        return await self._reset(env, situation, user.id, new)

    async def _reset(
        self, env: Environment, situation: Situation, user_id: UserId, new: str
    ) -> Outcome:
        user = await self.directory.find(env, user_id)
        if user is None or user.credential != situation.state["credential"] or not user.enabled:
            return Back({"username": situation.state["username"]})
        if unmet := await self.changes.find_unmet(env, user, new):
            return Refused(broken_rules(unmet))
        try:
            await self.changes.set(
                env, user, new, must_change=False, source=SOURCE, locale=situation.language
            )
        except UserChangedError:
            return Back({"username": situation.state["username"]})
        except WeakPasswordError as weak:
            return Refused(broken_rules(weak.unmet))
        await self.message_rate.clear_recovery(
            env, str(situation.state["username"]), user, cookie=situation.visitor.device
        )
        if situation.instance.settings.get("confirms_changes") is True:
            return Ask({"stage": "done", "username": situation.state["username"]})
        return Back({"username": situation.state["username"], "notice": DONE})

    async def _find(self, env: Environment, state: Mapping[str, Any]) -> User | None:
        """Return the user whom the code was sent to, if nothing has happened to it since."""
        if "user_id" not in state:
            return None
        user = await self.directory.find(env, UserId(state["user_id"]))
        is_same = user is not None and user.credential == state["credential"]
        return user if is_same else None


def _bound_to(situation: Situation, user: User | None) -> str:
    return f"{situation.flow.id} {_NOBODY if user is None else user.id}"


def _is_by_link(situation: Situation) -> bool:
    return situation.instance.settings.get("recovery_by") == "link"
