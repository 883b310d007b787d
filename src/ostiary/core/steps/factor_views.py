"""What a second factor looks like: the user's authenticators, and what is asked of one of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ostiary.core.base import b64
from ostiary.core.base.phrases import Phrase
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.steps.contract import (
    Action,
    Input,
    InputKind,
    Offer,
    Option,
    State,
    View,
)

CHECK_CODE = Action("otp", "check")
CHECK_ASSERTION = Action("assertion", "check")
RESEND = Action("otp", "resend")
SELECT = Action("device", "select")
CANCEL = Action("authentication", "cancel")
REMEMBER = Input("rememberDevice", "Remember this device", InputKind.BOOLEAN, value=False)
CODE_CHARACTERS = 6
RECOVERY_CODE_CHARACTERS = 16
JSON_CHARACTERS = 16_384
_TITLE = "Confirm it is you"
TYPES: Mapping[AuthenticatorKind, str] = {
    AuthenticatorKind.TOTP: "TOTP",
    AuthenticatorKind.EMAIL: "Email",
    AuthenticatorKind.SMS: "SMS",
    AuthenticatorKind.PASSKEY: "FIDO2",
    AuthenticatorKind.RECOVERY_CODES: "RECOVERY_CODES",
}
"""What programs are told of a kind, in the one spelling that both vendors have but for its case."""
_LABELS: Mapping[AuthenticatorKind, str] = {
    AuthenticatorKind.TOTP: "Code from your authenticator app",
    AuthenticatorKind.EMAIL: "Code by e-mail",
    AuthenticatorKind.SMS: "Code by text message",
    AuthenticatorKind.PASSKEY: "Passkey or security key",
    AuthenticatorKind.RECOVERY_CODES: "Recovery code",
}
_ASKED: Mapping[AuthenticatorKind, str] = {
    AuthenticatorKind.TOTP: "Enter the code that your authenticator app shows.",
    AuthenticatorKind.EMAIL: "Enter the code that was sent by e-mail.",
    AuthenticatorKind.SMS: "Enter the code that was sent by text message.",
    AuthenticatorKind.RECOVERY_CODES: "Enter one of your recovery codes; it is good only once.",
}


def describe(authenticator: Authenticator) -> dict[str, Any]:
    """Return what whoever has the first factor may know of an authenticator, as JSON values."""
    described: dict[str, Any] = {
        "id": authenticator.id,
        "type": TYPES[authenticator.kind],
        "usable": True,
        "defaultDevice": authenticator.is_default,
    }
    if authenticator.nickname:
        described["nickname"] = authenticator.nickname
    if authenticator.masked_target:
        described["target"] = authenticator.masked_target
    if authenticator.rp_id:
        described["rpId"] = authenticator.rp_id
    return described


def selection_view(devices: Sequence[Mapping[str, Any]], user: Mapping[str, str]) -> View:
    """Return the view in which a person chooses."""
    return View(
        State("device", "selectionRequired"),
        (
            Offer(SELECT, "Continue", (_device_input(devices),), is_primary=True),
            Offer(CANCEL, "Cancel"),
        ),
        fields={"devices": list(devices), "user": user},
        title="Choose how to go on",
    )


def challenge_view(
    state: Mapping[str, Any], user: Mapping[str, str], *, may_remember: bool = False
) -> View:
    """Return the view that asks for what the chosen authenticator gives.

    Args: may_remember: the person may wish not to be asked again in this browser.
    """
    kind = AuthenticatorKind(state["kind"])
    devices: Sequence[Mapping[str, Any]] = state["devices"]
    fields: dict[str, object] = {
        "devices": list(devices),
        "selectedDeviceRef": {"id": state["selected"]},
        "user": user,
    }
    offers = tuple(_others(kind, devices, str(state["selected"])))
    wish = (REMEMBER,) if may_remember else ()
    if wish:
        fields["showRememberDevice"] = True
    if kind is AuthenticatorKind.PASSKEY:
        options = str(state["challenge"]["options"])
        fields["publicKeyCredentialRequestOptions"] = with_byte_arrays(options)
        inputs = (*_assertion(options), *wish)
        primary = Offer(CHECK_ASSERTION, "Use your passkey", inputs, is_primary=True)
        asked = ("Confirm with your passkey or security key that it is you.",)
        return View(State("assertion", "required"), (primary, *offers), fields, _TITLE, asked)
    length = _length(kind)
    fields["otpLength"] = length
    code = Input(
        "otp",
        "Code",
        InputKind.CODE,
        is_required=True,
        autocomplete="one-time-code",
        max_characters=2 * length,
        has_digits_only=kind is not AuthenticatorKind.RECOVERY_CODES,
    )
    primary = Offer(CHECK_CODE, "Continue", (code, *wish), is_primary=True)
    lines = tuple(_explained(kind, devices, str(state["selected"])))
    return View(State("otp", "required"), (primary, *offers), fields, _TITLE, lines)


def with_byte_arrays(options: str) -> dict[str, Any]:
    """Return WebAuthn's options with byte strings as lists of numbers, as browsers' scripts do."""
    members: dict[str, Any] = msgspec.json.decode(options)
    members["challenge"] = list(b64.decode(members["challenge"]))
    if "user" in members:
        members["user"] = {**members["user"], "id": list(b64.decode(members["user"]["id"]))}
    for name in ("allowCredentials", "excludeCredentials"):
        if name in members:
            members[name] = [{**each, "id": list(b64.decode(each["id"]))} for each in members[name]]
    return members


def json_input(name: str, options: str) -> Input:
    """Return the input for what a browser makes of WebAuthn's options."""
    return Input(
        name,
        "",
        InputKind.JSON,
        is_required=True,
        value=options,
        max_characters=JSON_CHARACTERS,
    )


def _length(kind: AuthenticatorKind) -> int:
    is_recovery = kind is AuthenticatorKind.RECOVERY_CODES
    return RECOVERY_CODE_CHARACTERS if is_recovery else CODE_CHARACTERS


def _others(
    kind: AuthenticatorKind, devices: Sequence[Mapping[str, Any]], selected: str
) -> Iterator[Offer]:
    if kind in {AuthenticatorKind.EMAIL, AuthenticatorKind.SMS}:
        yield Offer(RESEND, "Send another code")
    if len(devices) > 1:
        others = _device_input(devices, is_required=False, selected=selected)
        yield Offer(SELECT, "Use another way", (others,))
    yield Offer(CANCEL, "Cancel")


def _explained(
    kind: AuthenticatorKind, devices: Sequence[Mapping[str, Any]], selected: str
) -> Iterator[str]:
    yield _ASKED[kind]
    for device in devices:
        if device["id"] == selected and "target" in device:
            yield str(device["target"])


def _assertion(options: str) -> tuple[Input, ...]:
    return (
        json_input("assertion", options),
        Input("origin", "", max_characters=512),
        Input("compatibility", "", max_characters=64),
    )


def _device_input(
    devices: Sequence[Mapping[str, Any]], *, is_required: bool = True, selected: str = ""
) -> Input:
    """Return the choice; what is filled in is the first one that is not asked already."""
    options = tuple(Option(device["id"], _label(device)) for device in devices)
    first = next((device["id"] for device in devices if device["id"] != selected), "")
    return Input(
        "device",
        "Ways to confirm it is you",
        InputKind.CHOICE,
        is_required=is_required,
        value=first,
        options=options,
    )


def _label(device: Mapping[str, Any]) -> str:
    kind = next(kind for kind, name in TYPES.items() if name == device["type"])
    named = device.get("nickname") or device.get("target")
    label = _LABELS[kind]
    return Phrase("{kind}: {name}", kind=label, name=named) if named else label
