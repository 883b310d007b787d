"""How the servers that are known address and name a sign-on flow: PingFederate's, and PingOne's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from ostiary_client.protocol.answers import texts_of
from ostiary_client.protocol.metadata import Metadata

API_STATE = "_pf_authn_api_state"
_XSRF = MappingProxyType({"x-xsrf-header": "ostiary"})


_ANYTHING = MappingProxyType({"accept": "application/json, */*;q=0.1"})
"""Some of PingOne's flows are said to answer 406 to whoever takes nothing but JSON."""
_KINDS = MappingProxyType({"EMAIL": "Email"})
"""PingFederate's spelling of what can be set up; all the others are capitals there, too."""


class Step(Enum):
    """What a program can do in a flow, whoever's it is; the value stands in an error."""

    CHECK_PASSWORD = "a username and a password"  # noqa: S105 - the name of a step
    SUBMIT_IDENTIFIER = "a username alone"
    CHECK_CODE = "a code"
    RESEND_CODE = "a wish for another code"
    SELECT_DEVICE = "the choice of a device"
    CHECK_ASSERTION = "a passkey"
    CHANGE_PASSWORD = "a new password"  # noqa: S105 - the name of a step
    SELECT_PAIRING_METHOD = "the choice of something to set up"
    CONFIRM_RECOVERY_CODES = "word that recovery codes are kept"


@dataclass(frozen=True, slots=True)
class Way:
    """One action that takes a step.

    Args: names are those of its values, in order; `a.b` is the member b of the member a. words are
        values that this server spells otherwise.
    """

    action: str
    names: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    def fields(self, values: tuple[object, ...]) -> dict[str, Any]:
        """Return the values by their names; those that are None are left out."""
        found: dict[str, Any] = {}
        for path, value in zip(self.names, values, strict=False):
            if value is not None:
                name, _, inner = path.partition(".")
                word = self.words.get(value, value) if isinstance(value, str) else value
                found[name] = {inner: word} if inner else word
        return found


@dataclass(frozen=True, slots=True)
class FlowWire:
    """One server's flows.

    Args:
        endpoint: what the authorization endpoint ends with; flows begin with what is before it.
        envelope: members of an answer that are no field of a state.
        empty_body: what is sent where an action has no fields.
        is_advertised: whether the server's metadata lists `pi.flow`.
    """

    endpoint: str
    flows: str
    ways: Mapping[Step, tuple[Way, ...]] = field(repr=False)
    envelope: frozenset[str] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    empty_body: bytes = b""
    is_advertised: bool = False

    def is_of(self, metadata: Metadata, endpoint: str) -> bool:
        """Tell whether that server has flows of this kind."""
        modes = texts_of(metadata.document.get("response_modes_supported"))
        return endpoint.endswith(self.endpoint) and (not self.is_advertised or "pi.flow" in modes)

    def way(self, step: Step, offered: tuple[str, ...]) -> Way | None:
        """Return the action that takes a step now, if there is one."""
        return next((way for way in self.ways[step] if way.action in offered), None)

    def step_of(self, action: str) -> Step | None:
        """Return what an action is for."""
        return next(
            (step for step, ways in self.ways.items() if any(w.action == action for w in ways)),
            None,
        )


_PINGFEDERATE = FlowWire(
    endpoint="/as/authorization.oauth2",
    flows="/pf-ws/authn/flows",
    headers=_XSRF,
    envelope=frozenset({"id", "pluginTypeId", "status", "_links", API_STATE}),
    ways=MappingProxyType(
        {
            Step.CHECK_PASSWORD: (Way("checkUsernamePassword", ("username", "password")),),
            Step.SUBMIT_IDENTIFIER: (Way("submitIdentifier", ("identifier",)),),
            Step.CHECK_CODE: (
                Way("checkOtp", ("otp",)),
                Way("checkRecoveryCode", ("recoveryCode",)),
                Way("activateTotpDevice", ("otp",)),
                Way("activateEmailDevice", ("otp",)),
                Way("activateSmsDevice", ("otp",)),
            ),
            Step.RESEND_CODE: (Way("resendOtp"), Way("resendRecoveryCode")),
            Step.SELECT_DEVICE: (Way("selectDevice", ("deviceRef.id",)),),
            Step.CHECK_ASSERTION: (Way("checkAssertion", ("assertion", "origin")),),
            Step.CHANGE_PASSWORD: (Way("checkNewPassword", ("existingPassword", "newPassword")),),
            Step.SELECT_PAIRING_METHOD: (
                Way("selectDevicePairingMethod", ("devicePairingMethod.deviceType",), _KINDS),
            ),
            Step.CONFIRM_RECOVERY_CODES: (Way("confirmRecoveryCodes"),),
        }
    ),
)
"""Spec: PingFederate "Authentication API" (states and actions)."""

_PINGONE = FlowWire(
    endpoint="/as/authorize",
    flows="/flows",
    headers=_ANYTHING,
    empty_body=b"{}",
    is_advertised=True,
    envelope=frozenset({"id", "status", "_links", "_embedded"}),
    ways=MappingProxyType(
        {
            Step.CHECK_PASSWORD: (Way("usernamePassword.check", ("username", "password")),),
            Step.SUBMIT_IDENTIFIER: (Way("user.lookup", ("username",)),),
            Step.CHECK_CODE: (
                Way("otp.check", ("otp",)),
                Way("user.verify", ("verificationCode",)),
                Way("totpDevice.activate", ("otp",)),
                Way("emailDevice.activate", ("otp",)),
                Way("smsDevice.activate", ("otp",)),
            ),
            Step.RESEND_CODE: (
                Way("otp.resend"),
                Way("user.sendVerificationCode"),
                Way("password.sendRecoveryCode"),
            ),
            Step.SELECT_DEVICE: (Way("device.select", ("device.id",)),),
            Step.CHECK_ASSERTION: (Way("assertion.check", ("assertion", "origin")),),
            Step.CHANGE_PASSWORD: (Way("password.reset", ("currentPassword", "newPassword")),),
            Step.SELECT_PAIRING_METHOD: (
                Way("devicePairingMethod.select", ("devicePairingMethod.deviceType",)),
            ),
            Step.CONFIRM_RECOVERY_CODES: (Way("recoveryCodes.confirm"),),
        }
    ),
)
"""Spec: PingOne "Flows" (action media types)."""

_KNOWN = (_PINGFEDERATE, _PINGONE)


def find_wire(metadata: Metadata, endpoint: str) -> FlowWire | None:
    """Return how the flows of a server are spoken to, by its authorization endpoint."""
    return next((wire for wire in _KNOWN if wire.is_of(metadata, endpoint)), None)


def as_text(assertion: str | Mapping[str, Any]) -> str:
    """Return what a browser gave back for a passkey as the JSON that servers take."""
    return assertion if isinstance(assertion, str) else json.dumps(dict(assertion))
