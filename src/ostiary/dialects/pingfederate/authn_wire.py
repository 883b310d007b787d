"""The authentication API's JSON: a flow's state, its links, and the names of states and actions."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from ostiary.core.base.ids import FlowId
from ostiary.core.oauth.authorization_response import AuthorizationResponse
from ostiary.core.steps.contract import Action, InputKind, Offer, State, View
from ostiary.core.steps.departures import Departure

FLOWS = "/pf-ws/authn/flows/"
RESUME = "/as/{id}/resume/as/authorization.ping"
API_STATE = "_pf_authn_api_state"
MEDIA_TYPE = re.compile(r"application/vnd\.pingidentity\.([a-z0-9]+)\+json")
_HUMP = re.compile(r"(?=[A-Z])")
FORM_PLUGIN_ID = "7RmQNDWaOnBoudTufx2sEw"
"""Stands where no step was asked: the product's sample names its form adapter there too."""

_ACTIONS: Mapping[Action, str] = {
    Action("usernamePassword", "cancel"): "cancel",
    Action("usernamePassword", "restart"): "restart",
    Action("password", "forgot"): "initiateAccountRecovery",
    Action("registration", "cancel"): "cancel",
    Action("verification", "cancel"): "cancel",
    Action("otp", "resend"): "resendOtp",
    Action("verificationCode", "check"): "checkOtp",
    Action("verificationCode", "resend"): "resendOtp",
    Action("password", "sendRecoveryCode"): "resendRecoveryCode",
}
"""Actions whose names do not follow from their noun and verb."""

_STATUSES: Mapping[State, str] = {
    State("userCode", "required"): "OAUTH_DEVICE_USER_CODE_REQUIRED",
    State("userCode", "confirmationRequired"): "OAUTH_DEVICE_USER_CODE_CONFIRMATION_REQUIRED",
}
"""States whose names do not follow from their noun and condition."""

_NOT_HERE: Mapping[Action, State] = {
    Action("password", "recover"): State("recoveryCode", "required"),
    Action("user", "register"): State("usernamePassword", "required"),
}
"""What this wire does in two actions, by the state in which it begins with another one."""
_FIELD_VALUES = "fieldValues"
_FORM_ONLY = "newpassword"
"""Where the sign-on widget's form has a password typed twice, the second slips in among them."""

_INPUTS: Mapping[str, str] = {
    "currentPassword": "existingPassword",
    "verificationCode": "otp",
    "device": "deviceRef",
}
"""Inputs that this wire calls otherwise."""
_REFERENCES = ("id", "deviceType")
"""How this wire names a thing that is chosen: `{"deviceRef": {"id": ...}}`."""

_BROWSERS_ONLY = frozenset({Action("usernamePassword", "cancel")})
"""Not without redirects, where there is nobody to be sent back: the product's sample has it not."""


def action_type(name: str) -> str:
    """Return the media type in which an action is sent."""
    return f"application/vnd.pingidentity.{name}+json"


def action_id(action: Action) -> str:
    """Return what this wire calls an action: `checkUsernamePassword`."""
    noun = action.noun
    return _ACTIONS.get(action) or action.verb + noun[:1].upper() + noun[1:]


def input_id(name: str) -> str:
    """Return what this wire calls an input: `existingPassword`."""
    return _INPUTS.get(name, name)


def as_inputs(offer: Offer, members: Mapping[str, object]) -> dict[str, object]:
    """Return what was sent by the names of the inputs; a thing that is chosen comes as its id.

    Spec: PingFederate "Authentication API" (registerUser, `fieldValues`; selectDevice).
    """
    known = {input_id(asked.name): asked for asked in offer.inputs}
    sent = dict(members)
    fields = sent.get(_FIELD_VALUES)
    if isinstance(fields, Mapping):
        del sent[_FIELD_VALUES]
        sent |= fields
        sent.pop(_FORM_ONLY, None)
    found: dict[str, object] = {}
    for name, value in sent.items():
        asked = known.get(name)
        is_chosen = asked is not None and asked.kind is InputKind.CHOICE
        found[name if asked is None else asked.name] = _chosen(value) if is_chosen else value
    return found


def _chosen(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return next((value[name] for name in _REFERENCES if name in value), None)


def status_of(state: State) -> str:
    """Return what this wire calls a state: `USERNAME_PASSWORD_REQUIRED`."""
    return _STATUSES.get(state) or _HUMP.sub("_", f"{state.noun}_{state.condition}").upper()


def actions_of(view: View, *, is_redirectless: bool) -> dict[str, Offer]:
    """Return what is possible now by its id."""
    return {
        action_id(offer.action): offer
        for offer in view.offers
        if _NOT_HERE.get(offer.action) != view.state
        and not (is_redirectless and offer.action in _BROWSERS_ONLY)
    }


def find_offer(actions: Mapping[str, Offer], wanted: str) -> Offer | None:
    """Return the action of that id, whose case does not matter in a media type."""
    sought = wanted.lower()
    return next((offer for name, offer in actions.items() if name.lower() == sought), None)


class FlowStates(msgspec.Struct, frozen=True):
    """Writes the states of one flow.

    Args:
        base: what links begin with, without a slash at its end.
        plugin_id: of the step that is asked, or was asked last.
        api_state: goes out in flows without cookies.
    """

    base: str
    id: FlowId
    plugin_id: str | None = None
    api_state: str | None = None

    def waiting(
        self, view: View, actions: Iterable[str], departure: Departure | None = None
    ) -> dict[str, object]:
        """Return the state of a flow that waits for somebody.

        Spec: PingFederate "Authentication API" (states and actions; `REFERENCE_ID_REQUIRED`).
        """
        fields = dict(view.fields)
        if departure is not None:
            fields["pickupReferenceId"] = departure.reference
        return {**self._head(status_of(view.state)), **fields, **self._foot(*actions)}

    def resumable(self) -> dict[str, object]:
        """Return the state of a flow that goes on in the browser.

        Spec: PingFederate "Authentication API" (RESUME).
        """
        url = f"{self.base}{resume_path(self.id)}"
        return {**self._head("RESUME"), "resumeUrl": url, **self._foot()}

    def connected(self) -> dict[str, object]:
        """Return the last state of a flow in which a device was let in; it carries nothing.

        Spec: PingFederate "Device authorization through mobile applications".
        """
        return {**self._head("OAUTH_DEVICE_COMPLETED"), **self._foot()}

    def finished(self, response: AuthorizationResponse) -> dict[str, object]:
        """Return the last state of a flow without redirects, which carries the answer itself.

        Spec: PingFederate "Mobile application authentication through REST APIs"; the sample there
        has `_links` within `authorizeResponse` by a slip of brackets.
        """
        head = self._head("FAILED" if response.is_error else "COMPLETED")
        failure = _failure(response) if response.is_error else {}
        answer = {"authorizeResponse": dict(response.members)}
        return {**head, **failure, **answer, **self._foot()}

    def _head(self, status: str) -> dict[str, object]:
        plugin_id = self.plugin_id or FORM_PLUGIN_ID
        return {"id": self.id, "pluginTypeId": plugin_id, "status": status}

    def _foot(self, *actions: str) -> dict[str, object]:
        url = f"{self.base}{FLOWS}{self.id}"
        state = {} if self.api_state is None else {API_STATE: self.api_state}
        return {**state, "_links": {name: {"href": url} for name in ("self", *actions)}}


def resume_path(flow_id: FlowId) -> str:
    """Return the path on which a flow goes on in a browser.

    Spec: PingFederate "Authorization endpoint" (resume path).
    """
    return RESUME.replace("{id}", flow_id)


def _failure(response: AuthorizationResponse) -> dict[str, object]:
    description = str(response.members.get("error_description", ""))
    return {
        "code": str(response.members["error"]).upper(),
        "message": description,
        "userMessage": description,
    }
