"""The states of a sign-on flow beside the password: codes, devices, passkeys, setting one up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary_client.printable import printable
from ostiary_client.signon.base_state import FlowState

_MOST_DEVICES = 100
_TARGETS = ("target", "email", "phone")


@dataclass(frozen=True, slots=True)
class Device:
    """One of the things that a person can prove themselves with.

    `type` is in capitals, such as `TOTP`, `EMAIL`, `SMS`, `FIDO2` or `RECOVERY_CODES`; `target` is
    where a code goes, masked.
    """

    id: str
    type: str = ""
    nickname: str = ""
    target: str = ""


class _WithDevices(FlowState):
    __slots__ = ()

    @property
    def devices(self) -> tuple[Device, ...]:
        """What the person can choose from, the usual one first."""
        entries = self.items("devices", most=_MOST_DEVICES)
        return tuple(_device(entry) for entry in entries if isinstance(entry.get("id"), str))

    @property
    def selected_device(self) -> Device | None:
        """The one that is asked now, if any is."""
        chosen = self.inner("selectedDeviceRef") or self.inner("selectedDevice")
        found = (device for device in self.devices if device.id == chosen.get("id"))
        return next(found, None)


class DeviceSelectionRequired(_WithDevices):
    """The person chooses one of several `devices`: `select_device`."""

    __slots__ = ()


class CodeRequired(_WithDevices):
    """A code is asked for: `check_code`, and perhaps `resend_code` or `select_device`."""

    __slots__ = ()

    @property
    def code_length(self) -> int | None:
        """How many characters it has, where the server says."""
        return self.count("otpLength")


class AssertionRequired(_WithDevices):
    """A passkey is asked for: `check_assertion`, and perhaps `select_device`."""

    __slots__ = ()

    @property
    def options(self) -> Mapping[str, Any]:
        """What the browser is asked with: `navigator.credentials.get({publicKey: …})`."""
        return self.inner("publicKeyCredentialRequestOptions")


class PairingMethodRequired(FlowState):
    """The person has nothing yet, and chooses what to set up: `select_pairing_method`."""

    __slots__ = ()

    @property
    def methods(self) -> tuple[str, ...]:
        """What can be set up, in capitals, as the `type` of a `Device`."""
        entries = self.items("devicePairingMethods", most=_MOST_DEVICES)
        return tuple(kind for entry in entries if (kind := _text(entry, "deviceType").upper()))


class ActivationRequired(FlowState):
    """Something new is tried for the first time: `check_code`, and perhaps `resend_code`."""

    __slots__ = ()

    @property
    def key_uri(self) -> str:
        """What an authenticator app reads as a QR code; secret, and empty for other things."""
        return _whole(self, "keyUri")

    @property
    def pairing_key(self) -> str:
        """The same key, for typing in; secret."""
        return _whole(self, "pairingKey")

    @property
    def code_length(self) -> int | None:
        """How many characters the code has, where the server says."""
        return self.count("otpLength")


class RecoveryCodesShown(FlowState):
    """Recovery codes are shown, this once: keep them, and `confirm_recovery_codes`."""

    __slots__ = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, each good once; secret."""
        value = self.fields.get("recoveryCodes")
        items = value[:_MOST_DEVICES] if isinstance(value, list) else []
        return tuple(printable(item) for item in items if isinstance(item, str))


def _whole(state: FlowState, name: str) -> str:
    """Return a text however long it is: one that was cut would be another key."""
    value = state.fields.get(name)
    return value if isinstance(value, str) and value.isprintable() else ""


def _device(entry: Mapping[str, Any]) -> Device:
    targets = (_text(entry, name) for name in _TARGETS)
    return Device(
        id=entry["id"],
        type=_text(entry, "type").upper(),
        nickname=_text(entry, "nickname"),
        target=next(filter(None, targets), ""),
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return printable(value) if isinstance(value, str) else ""
