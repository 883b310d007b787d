"""Every state that a step can be in, as examples: what it asks then is read from its own view."""

from collections.abc import Iterator, Mapping
from typing import Any

from ostiary.core.base.ids import AuthenticatorId, BrowserKey, FlowId, UserId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow
from ostiary.core.model.policy import StepInstance
from ostiary.core.signon.factor_words import Challenge, Enrolment, Exhibit
from ostiary.core.steps.contract import Situation, Step, View, Visitor
from ostiary.core.steps.factor_views import TYPES
from ostiary.core.steps.pairing_views import activation_view, recovery_codes_view

_FLOW_ID = FlowId("example")
_OPTIONS = '{"challenge":"AAAA","user":{"id":"AAAA"}}'
_DEVICES = [
    {"id": kind.value, "type": TYPES[kind], "usable": True, "defaultDevice": False}
    for kind in AuthenticatorKind
]


def _challenged(kind: AuthenticatorKind) -> Mapping[str, Any]:
    challenge = {"flow_id": _FLOW_ID, "options": _OPTIONS}
    asked = {"selected": kind.value, "kind": kind.value, "challenge": challenge}
    return {"username": "", "devices": _DEVICES, **asked}


_STATES: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "username_password": ({}, {"username": "example", "is_settled": True}),
    "identifier_first": ({},),
    "reference_id": ({},),
    "user_code": (
        {},
        {
            "code": "BCDFGHJK",
            "client": "example",
            "scopes": [],
            "resources": [],
            "address": "192.0.2.1",
            "at": 0.0,
        },
    ),
    "second_factor": (
        {"username": "", "devices": _DEVICES},
        *map(_challenged, (AuthenticatorKind.EMAIL, AuthenticatorKind.PASSKEY)),
    ),
    "pairing": (
        {"kinds": [kind.value for kind in AuthenticatorKind if kind.value != "recovery_codes"]},
        {"kinds": [], "kind": "email"},
        {"kinds": [], "kind": "sms"},
    ),
    "password_change": ({}, {"is_forced": True}, {"proved": "example"}),
    "password_recovery": tuple(
        {"stage": stage, "username": ""} for stage in ("name", "code", "link", "reset", "done")
    ),
    "registration": (
        {"stage": "form", "username": ""},
        {"stage": "code", "pending": {"email": ""}},
    ),
    "username_recovery": ({"stage": "address"}, {"stage": "sent"}),
}
"""What kinds of step remember, one example for each state; approval has none for programs."""


def example_views(
    env: Environment, client: Client, step: Step, instance: StepInstance
) -> Iterator[View]:
    """Yield what a step asks, set as it is, in every state that it can be in.

    Nothing of it is anybody's: the names and codes in it are made up.
    """
    flow = _example_flow(client)
    for state in _STATES.get(step.type, ()):
        yield step.view(env, Situation(client, flow, instance, Visitor(""), state))
    if step.type == "pairing":
        yield from _pairing_views()


def _pairing_views() -> Iterator[View]:
    """Yield what setting up asks, for which a step would need secrets of somebody's."""
    exhibit = Exhibit(creation_options=_OPTIONS)
    for kind in AuthenticatorKind:
        if kind is not AuthenticatorKind.RECOVERY_CODES:
            pending = Authenticator(AuthenticatorId("example"), UserId("example"), kind, 0.0)
            yield activation_view(Enrolment(pending, Challenge(_FLOW_ID), "example"), exhibit)
    yield recovery_codes_view(())


def _example_flow(client: Client) -> Flow:
    request = AuthorizationRequest(
        client.client_id, None, ("code",), ResponseMode.PI_FLOW, ScopeSet.of([])
    )
    return Flow(_FLOW_ID, BrowserKey(b""), request, "example", 0.0, 0.0)
