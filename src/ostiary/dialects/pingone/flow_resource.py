"""The flow resource: where a sign-on is, in JSON with links."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ostiary.core.flow.turn import Turn
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow, FlowFailure
from ostiary.core.oauth.authorization_response import AuthorizationResponse
from ostiary.core.oauth.authorize import Answered
from ostiary.dialects.pingone.device_wire import render_devices, render_pairing_methods
from ostiary.dialects.pingone.flow_wire import (
    COMPLETED,
    FAILED,
    RESET,
    actions_of,
    is_for_programs,
    may_reset,
    status_of,
)
from ostiary.dialects.pingone.password_policy_wire import render_password_policy
from ostiary.dialects.pingone.paths import flow_path, resume_path

Members = dict[str, object]
_WITH_PASSWORD_POLICY = frozenset({"user.register", "password.reset", "password.recover"})
"""Clients word the rules of a new password from the policy wherever one of these is offered."""
_FIELDS = frozenset(
    {
        "publicKeyCredentialRequestOptions",
        "publicKeyCredentialCreationOptions",
        "otpLength",
        "showRememberDevice",
        "keyUri",
        "pairingKey",
        "recoveryCodes",
    }
)
"""What of a view's fields is a member of the resource."""
_METHODS = "devicePairingMethods"


def render_turn(env: Environment, base: str, turn: Turn) -> Members:
    """Return a flow that waits for somebody, or for its resumption.

    What goes on in the browser, as approval does, is no matter of a program any more: for it the
    flow is completed.
    Spec: PingOne "Flows".
    Args: base is what links begin with, without a slash at its end.
    """
    flow = turn.flow
    names = [*actions_of(turn)]
    if may_reset(turn) and RESET not in names:
        names.append(RESET)
    fields: Mapping[str, Any] = {} if turn.view is None or not names else turn.view.fields
    return {
        **_links(env, base, flow.id, names),
        "_embedded": _embedded(env, turn, names, fields),
        **_identity(env, flow.id, flow.session_id),
        "resumeUrl": base + resume_path(env, flow.id),
        **_status(turn),
        "createdAt": _moment(flow.created_at),
        "expiresAt": _moment(flow.expires_at),
        **{name: value for name, value in fields.items() if name in _FIELDS},
        **({_METHODS: render_pairing_methods(fields[_METHODS])} if _METHODS in fields else {}),
    }


def render_answer(env: Environment, base: str, answered: Answered) -> Members:
    """Return a flow that is over, with its answer in it.

    Spec: PingOne "Redirectless flows" (`response_mode=pi.flow`).
    """
    response = answered.response
    status: Members = {"status": FAILED if response.is_error else COMPLETED}
    if response.is_error:
        status["error"] = _error_of(response)
    return {
        **_links(env, base, answered.flow_id, ()),
        **_identity(env, answered.flow_id, None),
        "resumeUrl": base + resume_path(env, answered.flow_id),
        **status,
        "authorizeResponse": dict(response.members),
    }


def _links(env: Environment, base: str, flow_id: str, names: "list[str] | tuple[()]") -> Members:
    url = base + flow_path(env, flow_id)
    return {"_links": {name: {"href": url} for name in ("self", *names)}}


def _identity(env: Environment, flow_id: str, session_id: str | None) -> Members:
    session = {} if session_id is None else {"session": {"id": session_id}}
    return {"id": flow_id, "environment": {"id": env.id}, **session}


def _status(turn: Turn) -> Members:
    flow = turn.flow
    if flow.failure is not None:
        return {"status": FAILED, "error": _error(flow.failure)}
    if turn.view is None or not is_for_programs(turn):
        return {"status": COMPLETED}
    return {"status": status_of(turn.view)}


def _embedded(env: Environment, turn: Turn, names: list[str], fields: Mapping[str, Any]) -> Members:
    client = turn.client
    embedded: Members = {
        "application": {"id": client.client_id, "name": str(client.name)},
        "environment": {"id": env.id},
        "socialProviders": [],
        **_user(turn.flow),
    }
    if not _WITH_PASSWORD_POLICY.isdisjoint(names):
        embedded["passwordPolicy"] = render_password_policy(env)
    return {**embedded, **render_devices(fields)}


def _user(flow: Flow) -> Members:
    """Return whom a flow is about; the id comes with the first proof, and says who exists."""
    user: Members = {}
    if flow.user_id is not None:
        user["id"] = flow.user_id
    if flow.identifier is not None:
        user["username"] = flow.identifier
    return {"user": user} if user else {}


def _error(failure: FlowFailure) -> Members:
    return {"code": failure.code.upper(), "message": failure.description}


def _error_of(response: AuthorizationResponse) -> Members:
    members = response.members
    return {
        "code": str(members["error"]).upper(),
        "message": str(members.get("error_description", "")),
    }


def _moment(seconds: float) -> str:
    """Return a time as PingOne writes it: UTC, in milliseconds."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
