"""The step username_recovery: whoever reads the mail of an account is told its username there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ostiary.core.base.mail_addresses import is_mail_address
from ostiary.core.model.environment import Environment
from ostiary.core.ports.delivery import Channel, Delivery, Message, Template
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.pace import Pace
from ostiary.core.signon.address_holders import find_holders
from ostiary.core.signon.contacts import email_of
from ostiary.core.signon.factor_words import FactorRefused
from ostiary.core.signon.message_rate import MessageRate
from ostiary.core.steps.address_problems import NO_ADDRESS
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Back,
    Begun,
    Outcome,
    Refused,
    Situation,
    View,
)
from ostiary.core.steps.factor_problems import refused_factor
from ostiary.core.steps.recovery_views import ADDRESS, ADDRESS_VIEW, SENT_VIEW

_INDENT = "\n    "
"""Between names, as the texts of the mail have them."""


@dataclass(frozen=True, slots=True)
class UsernameRecovery:
    """Sends the names of all users of an e-mail address there, if there are any.

    Whether there are is nothing that it says: the way is the same, and takes as long. A detour; the
    state `username` that it begins with is handed back.
    """

    directory: Directory
    delivery: Delivery
    message_rate: MessageRate
    pace: Pace
    type: ClassVar[str] = "username_recovery"
    plugin_id: ClassVar[str] = "7RmQNDWaOnBoudTufx2sEw"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        return Ask({"stage": "address", "username": situation.state.get("username", "")})

    def view(self, env: Environment, situation: Situation) -> View:
        return ADDRESS_VIEW if situation.state["stage"] == "address" else SENT_VIEW

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        if action != ADDRESS:
            return Back({"username": situation.state["username"]})
        address = inputs["email"].strip()
        if not is_mail_address(address):
            return Refused((NO_ADDRESS,))
        if seconds := await self.message_rate.count_reminder(
            env, address, address=situation.visitor.address
        ):
            return Refused((refused_factor(FactorRefused("limit", retry_seconds=seconds), None),))
        async with self.pace.steadily():
            await self._send(env, situation, address)
        return Ask({**situation.state, "stage": "sent"})

    async def _send(self, env: Environment, situation: Situation, address: str) -> None:
        holders = await find_holders(self.directory, env, address, who_proved_it=False)
        names: dict[str, list[str]] = {}
        for user in holders:
            # To the address as it stands with the user: what was typed may differ in case.
            if user.enabled and (kept := email_of(env, user)) is not None:
                names.setdefault(kept, []).append(user.username)
        for kept, usernames in names.items():
            told = {"usernames": _INDENT.join(sorted(usernames))}
            template = Template.USERNAME_REMINDER
            self.delivery.send(
                env, Message(Channel.EMAIL, kept, template, told, situation.language)
            )
