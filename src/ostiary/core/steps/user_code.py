"""The step user_code: a device is let in by the code that it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from ostiary.core.base import b64
from ostiary.core.base.ids import ClientId, HandleKey
from ostiary.core.base.phrases import Phrase
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.base.user_codes import read_user_code, write_user_code
from ostiary.core.model.authorization_request import DeviceWish
from ostiary.core.model.device_request import DeviceRequest
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Authentication
from ostiary.core.signon.device_approvals import DeviceApprovals
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Begun,
    Failed,
    Input,
    InputKind,
    NeedsPolicy,
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

SUBMIT = Action("userCode", "submit")
CONFIRM = Action("userCode", "confirm")
DENY = Action("userCode", "deny")
CLEAR = Action("userCode", "clear")
REQUIRED = State("userCode", "required")
CONFIRMATION_REQUIRED = State("userCode", "confirmationRequired")
_TITLE = "Connect a device"
_WRONG_CODE = "This code is not right, or it is over. Look at the device once more."
_WRONG = Problem(
    ProblemKind.USER_CODE,
    "No device waits with this userCode now.",
    _WRONG_CODE,
    target="userCode",
)
_OVER = Problem(
    ProblemKind.USER_CODE,
    "The device does not wait with this userCode any more.",
    "This code is over. Begin once more at the device.",
)
_TYPED = Input(
    "userCode",
    "Code that the device shows",
    InputKind.CODE,
    is_required=True,
    autocomplete="off",
    max_characters=64,
)
_REPEATED = Input("userCode", "", InputKind.TEXT, max_characters=64)
"""For programs, which send back what they have shown."""
DENIED = Failed("access_denied", "The device was refused.")


@dataclass(frozen=True, slots=True)
class UserCode:
    """Asks for the code, then whether the device is really one's own; it is never passed unasked.

    Spec: RFC 8628 §3.3, §3.3.1, §5.4.
    """

    device_approvals: DeviceApprovals
    type: ClassVar[str] = "user_code"
    plugin_id: ClassVar[str] = "u4QmZ7tYc1KdWxV9bLr0Ng"

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        """Look up the code that came with the request; a wrong one is asked for anew."""
        device = situation.flow.request.device
        if device is None or not device.user_code:
            return Ask()
        found = await self._find(env, situation, device.user_code)
        return Ask({"is_wrong": True}) if found is None else found

    def view(self, env: Environment, situation: Situation) -> View:
        if "code" in situation.state:
            return _confirmation(env, situation.state)
        is_wrong = bool(situation.state.get("is_wrong"))
        told = {"details": [{"code": "INVALID_USER_CODE", "userMessage": _WRONG_CODE}]}
        return View(
            REQUIRED,
            offers=(Offer(SUBMIT, "Next", (_TYPED,), is_primary=True),),
            fields={"authnError": told} if is_wrong else {},
            title=_TITLE,
            lines=(_WRONG_CODE if is_wrong else "Type the code that your device shows.",),
        )

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        if action == CLEAR:
            return Ask()
        if action == SUBMIT:
            return await self._submit(env, situation, str(inputs["userCode"]))
        return await self._decide(env, situation, action, inputs)

    async def _submit(self, env: Environment, situation: Situation, typed: str) -> Outcome:
        found = await self._find(env, situation, typed)
        return Refused((_WRONG,)) if found is None else found

    async def _find(self, env: Environment, situation: Situation, typed: str) -> NeedsPolicy | None:
        by, address, wish = (
            _person(situation),
            situation.visitor.address,
            situation.flow.request.device,
        )
        only = None if wish is None else wish.only
        found = await self.device_approvals.find(env, typed, by, address, only=only)
        return None if found is None else _named(env, found, typed, only)

    async def _decide(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        state, repeated = situation.state, inputs.get("userCode")
        if repeated and read_user_code(str(repeated)) != state["code"]:
            return Refused((_WRONG,))
        key = HandleKey(b64.decode(state["key"]))
        by, address = _person(situation), situation.visitor.address
        request = await self.device_approvals.find_by_key(env, key)
        if request is None:
            return Ask(problems=(_OVER,))
        if action == DENY:
            is_decided = await self.device_approvals.deny(env, request, by, address)
        else:
            session_id = situation.flow.session_id
            is_decided = await self.device_approvals.approve(
                env, request, by, session_id=session_id, address=address
            )
        if not is_decided:
            return Ask(problems=(_OVER,))
        return DENIED if action == DENY else Passed(scopes=())


def _person(situation: Situation) -> Authentication:
    authentication = situation.flow.authentication
    if authentication is None:
        raise LookupError("nobody is asked for a code before somebody has signed on")
    return authentication


def _named(
    env: Environment, request: DeviceRequest, typed: str, only: ClientId | None
) -> NeedsPolicy:
    """Go on to the question, once somebody has signed on as the device's client wants it."""
    client = env.clients[request.client_id]
    code = read_user_code(typed) or ""
    return NeedsPolicy(
        client.policy or env.default_policy,
        DeviceWish(code, request.client_id, request.scopes, only),
        is_fresh=client.device.needs_fresh_sign_on,
        state={
            "code": code,
            "key": b64.encode(request.key),
            "client": request.client_id,
            "scopes": list(request.scopes),
            "resources": list(request.resources),
            "address": request.address,
            "at": request.created_at,
        },
    )


def _confirmation(env: Environment, state: Mapping[str, Any]) -> View:
    client = env.clients.get(ClientId(state["client"]))
    name = state["client"] if client is None else client.name
    code = write_user_code(state["code"])
    scopes = ScopeSet.of(state["scopes"])
    begun = datetime.fromtimestamp(state["at"], UTC).strftime("%H:%M UTC")
    return View(
        CONFIRMATION_REQUIRED,
        offers=(
            Offer(CONFIRM, "Allow", (_REPEATED,), is_primary=True),
            Offer(DENY, "Do not allow", (_REPEATED,)),
            Offer(CLEAR, "Use another code"),
        ),
        fields={"userCode": code},
        title=Phrase("Let {client} in?", client=name),
        lines=(
            Phrase("The code is {code}. Does your own device show the same?", code=code),
            Phrase(
                "It was asked for at {time} from the address {address}. "
                "If that was not you, do not allow it: whoever sent you here gets your access.",
                time=begun,
                address=state["address"],
            ),
            Phrase("{client} asks for access on your behalf:", client=name),
        ),
        items=(
            *(env.scope_descriptions.get(scope, scope) for scope in scopes),
            *(Phrase("for {resource}", resource=each) for each in state["resources"]),
        ),
    )
