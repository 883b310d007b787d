"""The step registration: an account of one's own, once its e-mail address has answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ostiary.core.base.phrases import Phrase
from ostiary.core.model.environment import Environment
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Back,
    Begun,
    Input,
    InputKind,
    Offer,
    Outcome,
    Situation,
    State,
    View,
)
from ostiary.core.steps.registering import FIELDS, REGISTER, Registering, form_inputs

CANCEL = Action("registration", "cancel")
VERIFY = Action("verificationCode", "check")
RESEND = Action("verificationCode", "resend")
CANCEL_VERIFICATION = Action("verification", "cancel")


@dataclass(frozen=True, slots=True)
class Registration:
    """Asks for a username, an e-mail address and a password, and then for the code sent there.

    Whoever has registered is signed on. A detour; it begins with the state `username`, or with
    what a registration elsewhere has come to.
    """

    registering: Registering
    type: ClassVar[str] = "registration"
    plugin_id: ClassVar[str] = "7RmQNDWaOnBoudTufx2sEw"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        if "stage" in situation.state:
            return Ask(situation.state)
        return Ask({"stage": "form", "username": str(situation.state.get("username", ""))})

    def view(self, env: Environment, situation: Situation) -> View:
        if situation.state["stage"] == "code":
            return _code_view(situation)
        inputs = form_inputs(str(situation.state["username"]))
        return View(
            State("registration", "required"),
            (Offer(REGISTER, "Register", inputs, is_primary=True), Offer(CANCEL, "Cancel")),
            fields={"fields": [_field(each) for each in FIELDS]},
            title="Register",
        )

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        match action:
            case _ if action == REGISTER:
                return await self.registering.register(env, situation, inputs)
            case _ if action == VERIFY:
                return await self.registering.verify(env, situation, inputs["verificationCode"])
            case _ if action == RESEND:
                return await self.registering.send_again(env, situation)
            case _:
                return Back({"username": situation.state.get("username", "")})


def _field(asked: Input) -> Mapping[str, object]:
    """Return what programs are told of a field of the form."""
    return {
        "id": asked.name,
        "label": asked.label,
        "type": asked.kind.value.upper(),
        "required": asked.is_required,
        "readonly": False,
        "initialValue": "",
        "options": [],
    }


def _code_view(situation: Situation) -> View:
    code = Input(
        "verificationCode", "Code", InputKind.CODE, is_required=True, autocomplete="one-time-code"
    )
    email = str(situation.state["pending"]["email"])
    return View(
        State("emailVerification", "otpRequired"),
        (
            Offer(VERIFY, "Continue", (code,), is_primary=True),
            Offer(RESEND, "Send another code"),
            Offer(CANCEL_VERIFICATION, "Cancel"),
        ),
        fields={"email": email},
        title="Enter the code",
        lines=(
            Phrase(
                "A code is on its way to {address}. It is valid for a quarter of an hour.",
                address=email,
            ),
        ),
    )
