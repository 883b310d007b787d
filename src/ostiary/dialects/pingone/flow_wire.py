"""PingOne's names of states, actions and inputs, and what of a flow is offered to programs."""

import re
from collections.abc import Mapping

from ostiary.core.flow.turn import Turn
from ostiary.core.model.flow import Stage
from ostiary.core.steps.contract import Action, Input, Offer, State, View
from ostiary.http.errors import bad_request

MEDIA_TYPE = re.compile(r"application/vnd\.pingidentity\.([a-z0-9.]{1,64}?)(?:\+json)?")
"""Whatever the case; some documents leave the ending out."""
RESET = "session.reset"
"""Back to the first state of the policy; also offered where the flow is there already."""
DEVICE_CONSENT = "deviceAuthGrant.consent"
"""One action for yes and no; its member `accept` says which."""
COMPLETED, FAILED = "COMPLETED", "FAILED"

_STATUSES: Mapping[State, str] = {
    State("identifier", "required"): "SIGN_ON_REQUIRED",
    State("emailVerification", "otpRequired"): "VERIFICATION_CODE_REQUIRED",
    State("userCode", "required"): "DAG_USER_CODE_REQUIRED",
    State("userCode", "confirmationRequired"): "DAG_CONSENT_REQUIRED",
}
"""States whose names do not follow from their noun and condition."""

_ACTIONS: Mapping[Action, str] = {
    Action("identifier", "submit"): "user.lookup",
    Action("usernamePassword", "restart"): RESET,
    Action("newPassword", "check"): "password.reset",
    Action("verificationCode", "check"): "user.verify",
    Action("verificationCode", "resend"): "user.sendVerificationCode",
    Action("userCode", "submit"): "deviceAuthGrant.userCode.verify",
    Action("userCode", "confirm"): DEVICE_CONSENT,
    Action("userCode", "deny"): DEVICE_CONSENT,
}
"""Actions whose names do not follow from their noun and verb."""

_INPUTS: Mapping[str, str] = {"identifier": "username"}
"""Inputs that this wire calls otherwise."""

_REFERENCES = ("id", "deviceType")
"""How this wire names a thing that is chosen: `{"device": {"id": ...}}`."""

_PAGES_ONLY = frozenset({"cancel", "clear", "initiate"})
"""Verbs for people: a program leaves a flow by not going on with it."""

_CONFIRM, _DENY = Action("userCode", "confirm"), Action("userCode", "deny")
_NOT_HERE = frozenset({Action("recoveryCode", "check"), _DENY})
"""What this wire does with another action: `password.recover` sets a password, too, and
`deviceAuthGrant.consent` says no as well as yes."""
_ACCEPT = "accept"

_SETTLED = "PASSWORD_REQUIRED"


def action_type(name: str) -> str:
    """Return the media type in which an action is sent."""
    return f"application/vnd.pingidentity.{name}+json"


def action_id(action: Action) -> str:
    """Return what this wire calls an action: `usernamePassword.check`.

    Spec: PingOne "Flows" (action media types).
    """
    return _ACTIONS.get(action, f"{action.noun}.{action.verb}")


def status_of(view: View) -> str:
    """Return what this wire calls the state of a view: `USERNAME_PASSWORD_REQUIRED`.

    A form whose name is settled asks for the password alone.
    Spec: PingOne "Flows" (status values).
    """
    state = view.state
    named = _STATUSES.get(state)
    if named is not None:
        return named
    if state == State("usernamePassword", "required") and _is_settled(view):
        return _SETTLED
    words = f"{state.noun}_{state.condition}"
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in words)


def input_id(name: str) -> str:
    """Return what this wire calls an input."""
    return _INPUTS.get(name, name)


def actions_of(turn: Turn) -> dict[str, Offer]:
    """Return what a program may do now, by its name on this wire."""
    return offered(turn.view) if turn.view is not None and is_for_programs(turn) else {}


def is_for_programs(turn: Turn) -> bool:
    """Tell whether a program may go on with a flow: approval is asked for on our page alone."""
    flow = turn.flow
    is_device = flow.stage is Stage.APPROVAL and flow.request.device is not None
    return flow.stage is Stage.AUTHENTICATION or is_device


def offered(view: View) -> dict[str, Offer]:
    """Return what a view offers to programs, by its name on this wire."""
    return {
        action_id(offer.action): offer
        for offer in view.offers
        if offer.action.verb not in _PAGES_ONLY and offer.action not in _NOT_HERE
    }


def may_reset(turn: Turn) -> bool:
    """Tell whether a flow is where a reset would take it: nobody is named in it."""
    flow = turn.flow
    is_first = flow.stage is Stage.AUTHENTICATION and flow.detour is None
    return is_first and flow.identifier is None and flow.user_id is None


def find_offer(actions: Mapping[str, Offer], wanted: str) -> Offer | None:
    """Return the action of that name, whose case does not matter in a media type."""
    return next((offer for name, offer in actions.items() if name.lower() == wanted), None)


def decide(turn: Turn, offer: Offer, members: dict[str, object]) -> Offer:
    """Return the action that is meant where one name stands for yes and no; take its word out.

    Spec: PingOne "Device authorization" (`deviceAuthGrant.consent`, `accept`).
    Raises: HTTPError 400.
    """
    if offer.action != _CONFIRM or turn.view is None:
        return offer
    accepted = members.pop(_ACCEPT, None)
    if not isinstance(accepted, bool):
        raise bad_request("The member accept must be true or false.")
    wanted = _CONFIRM if accepted else _DENY
    return next(each for each in turn.view.offers if each.action == wanted)


def as_inputs(offer: Offer, members: Mapping[str, object]) -> dict[str, object]:
    """Return what was sent by the names of the inputs; a thing that is chosen comes as its id."""
    known = {input_id(asked.name): asked for asked in offer.inputs}
    found: dict[str, object] = {}
    for name, value in members.items():
        asked = known.get(name)
        if asked is None:
            found[name] = value
        else:
            found[asked.name] = _chosen(asked, value) if asked.options else value
    return found


def _chosen(asked: Input, value: object) -> object:
    """Return which of its options an input names, by its id or as its kind."""
    if isinstance(value, Mapping):
        value = next((value[name] for name in _REFERENCES if name in value), None)
    if not isinstance(value, str):
        return value
    values = (option.value for option in asked.options)
    return next((each for each in values if each.upper() == value.upper()), value)


def _is_settled(view: View) -> bool:
    inputs = (asked for offer in view.offers if offer.is_primary for asked in offer.inputs)
    return any(asked.name == "username" and asked.is_read_only for asked in inputs)
