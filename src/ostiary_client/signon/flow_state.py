"""The states of a sign-on flow: what each asks for, and what can be done in it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ostiary_client.printable import printable
from ostiary_client.signon.base_state import FlowState
from ostiary_client.signon.second_factor_states import (
    ActivationRequired,
    AssertionRequired,
    CodeRequired,
    DeviceSelectionRequired,
    PairingMethodRequired,
    RecoveryCodesShown,
)

_SETTLED = "PASSWORD_REQUIRED"
"""Asks for the password of somebody who is named already. Spec: PingOne "Flows" (status values)."""


class UsernamePasswordRequired(FlowState):
    """Username and password are asked for: `check_password`."""

    __slots__ = ()

    @property
    def username(self) -> str:
        """The username that is filled in already, if any."""
        return self.text("username") or _username(self)

    @property
    def may_edit_username(self) -> bool:
        """Whether another username may be given."""
        return self.flag("allowUsernameEdits", usual=self.status != _SETTLED)


class IdentifierRequired(FlowState):
    """A username alone is asked for: `submit_identifier`."""

    __slots__ = ()

    @property
    def previous_identifiers(self) -> tuple[str, ...]:
        """Those that were given here before."""
        value = self.fields.get("previouslySubmittedIdentifiers")
        items = value if isinstance(value, list) else []
        return tuple(item for item in items if isinstance(item, str))


class PasswordChangeRequired(FlowState):
    """A new password is asked for, and the current one once more: `change_password`."""

    __slots__ = ()

    @property
    def username(self) -> str:
        """Whose password it is, where the server says."""
        return self.text("username") or _username(self)

    @property
    def password_policy(self) -> Mapping[str, Any]:
        """The rules for the new one, where the server says them."""
        return self.inner("passwordPolicy")


class Canceled(FlowState):
    """Something was broken off: `operation` says what."""

    __slots__ = ()

    @property
    def operation(self) -> str:
        """What was broken off, such as `PASSWORD_CHANGE`."""
        return self.text("canceledOperation")


class Failed(FlowState):
    """The flow is over, and nobody is signed on."""

    __slots__ = ()

    @property
    def code(self) -> str:
        """Why, in a word."""
        return self.text("code") or _of_error(self, "code")

    @property
    def message(self) -> str:
        """Why, for programs."""
        return self.text("message") or _of_error(self, "message")

    @property
    def user_message(self) -> str:
        """Why, for people."""
        return self.text("userMessage")


class Completed(FlowState):
    """Somebody has signed on: the flow's `tokens` can be had."""

    __slots__ = ()

    @property
    def authorize_response(self) -> Mapping[str, Any]:
        """What a browser would have been sent back with: a code, or tokens, and the state."""
        return self.inner("authorizeResponse")


_KINDS: Mapping[str, type[FlowState]] = MappingProxyType(
    {
        "USERNAME_PASSWORD_REQUIRED": UsernamePasswordRequired,
        "PASSWORD_REQUIRED": UsernamePasswordRequired,
        "IDENTIFIER_REQUIRED": IdentifierRequired,
        "SIGN_ON_REQUIRED": IdentifierRequired,
        "MUST_CHANGE_PASSWORD": PasswordChangeRequired,
        "PASSWORD_EXPIRED": PasswordChangeRequired,
        "NEW_PASSWORD_REQUIRED": PasswordChangeRequired,
        "OTP_REQUIRED": CodeRequired,
        "EMAIL_VERIFICATION_OTP_REQUIRED": CodeRequired,
        "VERIFICATION_CODE_REQUIRED": CodeRequired,
        "DEVICE_SELECTION_REQUIRED": DeviceSelectionRequired,
        "ASSERTION_REQUIRED": AssertionRequired,
        "DEVICE_PAIRING_METHOD_REQUIRED": PairingMethodRequired,
        "TOTP_ACTIVATION_REQUIRED": ActivationRequired,
        "EMAIL_ACTIVATION_REQUIRED": ActivationRequired,
        "SMS_ACTIVATION_REQUIRED": ActivationRequired,
        "RECOVERY_CODES_SHOWN": RecoveryCodesShown,
        "CANCELED": Canceled,
        "FAILED": Failed,
        "COMPLETED": Completed,
    }
)


def flow_state(
    status: str, id: str, actions: tuple[str, ...], fields: Mapping[str, Any]
) -> FlowState:
    """Return a state as what it is."""
    return _KINDS.get(status, FlowState)(status, id, actions, fields)


def _username(state: FlowState) -> str:
    value = state.inner("user").get("username")
    return printable(value) if isinstance(value, str) else ""


def _of_error(state: FlowState, name: str) -> str:
    value = state.inner("error").get(name)
    return printable(value) if isinstance(value, str) else ""
