"""What setting up an authenticator looks like, from choosing a kind to showing that it works."""

import json
from collections.abc import Mapping, Sequence

from ostiary.core.base.mail_addresses import MAX_ADDRESS_CHARACTERS
from ostiary.core.model.authenticator import AuthenticatorKind
from ostiary.core.signon.factor_words import Enrolment, Exhibit
from ostiary.core.steps.contract import (
    Action,
    Input,
    InputKind,
    Offer,
    Option,
    State,
    View,
)
from ostiary.core.steps.factor_views import CODE_CHARACTERS, TYPES, json_input, with_byte_arrays

SELECT = Action("devicePairingMethod", "select")
RESEND = Action("otp", "resend")
CANCEL = Action("devicePairing", "cancel")
CONFIRM_CODES = Action("recoveryCodes", "confirm")
ACTIVATE: Mapping[AuthenticatorKind, Action] = {
    AuthenticatorKind.TOTP: Action("totpDevice", "activate"),
    AuthenticatorKind.EMAIL: Action("emailDevice", "activate"),
    AuthenticatorKind.SMS: Action("smsDevice", "activate"),
    AuthenticatorKind.PASSKEY: Action("fido2Device", "activate"),
    AuthenticatorKind.RECOVERY_CODES: CONFIRM_CODES,
}
SET_TARGET: Mapping[AuthenticatorKind, Action] = {
    AuthenticatorKind.EMAIL: Action("emailTarget", "submit"),
    AuthenticatorKind.SMS: Action("smsTarget", "submit"),
}
ANSWER_INPUTS: Mapping[AuthenticatorKind, str] = {
    AuthenticatorKind.TOTP: "otp",
    AuthenticatorKind.EMAIL: "otp",
    AuthenticatorKind.SMS: "otp",
    AuthenticatorKind.PASSKEY: "attestation",
}
"""What holds the answer that shows that it works."""
TARGET_INPUTS: Mapping[AuthenticatorKind, str] = {
    AuthenticatorKind.EMAIL: "email",
    AuthenticatorKind.SMS: "phone",
}
"""What holds the address that codes go to."""
_ACTIVATION: Mapping[AuthenticatorKind, State] = {
    AuthenticatorKind.TOTP: State("totpActivation", "required"),
    AuthenticatorKind.EMAIL: State("emailActivation", "required"),
    AuthenticatorKind.SMS: State("smsActivation", "required"),
    AuthenticatorKind.PASSKEY: State("fido2Activation", "required"),
}
_TARGET: Mapping[AuthenticatorKind, State] = {
    AuthenticatorKind.EMAIL: State("emailPairing", "targetRequired"),
    AuthenticatorKind.SMS: State("smsPairing", "targetRequired"),
}
KIND_OF_TYPE: Mapping[str, AuthenticatorKind] = {name: kind for kind, name in TYPES.items()}
_LABELS: Mapping[AuthenticatorKind, str] = {
    AuthenticatorKind.TOTP: "An authenticator app that shows codes",
    AuthenticatorKind.EMAIL: "Codes by e-mail",
    AuthenticatorKind.SMS: "Codes by text message",
    AuthenticatorKind.PASSKEY: "A passkey or a security key",
}
_TITLE = "Set up a second factor"
_MAX_PHONE_CHARACTERS = 32
_CANCEL = Offer(CANCEL, "Cancel")


def method_view(kinds: Sequence[AuthenticatorKind]) -> View:
    """Return the view in which a person chooses a kind of authenticator."""
    kind = Input(
        "devicePairingMethod",
        "How do you want to confirm that it is you?",
        InputKind.CHOICE,
        is_required=True,
        options=tuple(Option(TYPES[kind], _LABELS[kind]) for kind in kinds),
    )
    methods = [{"deviceType": TYPES[kind]} for kind in kinds]
    return View(
        State("devicePairing", "methodRequired"),
        (Offer(SELECT, "Continue", (kind,), is_primary=True), _CANCEL),
        fields={"devicePairingMethods": methods},
        title=_TITLE,
        lines=("From now on you are asked for it beside your password.",),
    )


def target_view(kind: AuthenticatorKind) -> View:
    """Return the view that asks where codes are to go."""
    is_mail = kind is AuthenticatorKind.EMAIL
    target = Input(
        TARGET_INPUTS[kind],
        "E-mail address" if is_mail else "Telephone number",
        InputKind.EMAIL if is_mail else InputKind.PHONE,
        is_required=True,
        autocomplete="email" if is_mail else "tel",
        max_characters=MAX_ADDRESS_CHARACTERS if is_mail else _MAX_PHONE_CHARACTERS,
    )
    return View(
        _TARGET[kind],
        (Offer(SET_TARGET[kind], "Send a code", (target,), is_primary=True), _CANCEL),
        title=_TITLE,
    )


def activation_view(enrolment: Enrolment, exhibit: Exhibit) -> View:
    """Return the view in which a person shows that a new authenticator works."""
    kind = enrolment.authenticator.kind
    if kind is AuthenticatorKind.PASSKEY:
        options = exhibit.creation_options
        inputs = (json_input("attestation", options), Input("origin", "", max_characters=512))
        return View(
            _ACTIVATION[kind],
            (Offer(ACTIVATE[kind], "Set up a passkey", inputs, is_primary=True), _CANCEL),
            # A string here, where the request's options are an object: clients read them so.
            fields={"publicKeyCredentialCreationOptions": json.dumps(with_byte_arrays(options))},
            title=_TITLE,
            lines=("Your browser will ask you where to keep the passkey.",),
        )
    code = Input(
        ANSWER_INPUTS[kind],
        "Code",
        InputKind.CODE,
        is_required=True,
        autocomplete="one-time-code",
        max_characters=2 * CODE_CHARACTERS,
        has_digits_only=True,
    )
    primary = Offer(ACTIVATE[kind], "Continue", (code,), is_primary=True)
    if kind is AuthenticatorKind.TOTP:
        return View(
            _ACTIVATION[kind],
            (primary, _CANCEL),
            fields={
                "keyUri": exhibit.key_uri,
                "pairingKey": exhibit.key,
                "otpLength": CODE_CHARACTERS,
            },
            title=_TITLE,
            lines=("Scan this with your authenticator app, then enter the code that it shows.",),
            figure=exhibit.key_uri,
            items=(exhibit.key,),
        )
    target = enrolment.authenticator.target
    return View(
        _ACTIVATION[kind],
        (primary, Offer(RESEND, "Send another code"), _CANCEL),
        fields={TARGET_INPUTS[kind]: target, "otpLength": CODE_CHARACTERS},
        title=_TITLE,
        lines=("A code is on its way to this address:", target),
    )


def recovery_codes_view(codes: Sequence[str]) -> View:
    """Return the view that shows recovery codes, once."""
    return View(
        State("recoveryCodes", "shown"),
        (Offer(CONFIRM_CODES, "I have kept them", is_primary=True),),
        fields={"recoveryCodes": list(codes)},
        title="Keep your recovery codes",
        lines=("Each of them is good once, when you have lost your other ways to sign on.",),
        items=tuple(codes),
    )
