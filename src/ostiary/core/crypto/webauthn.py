"""Passkeys and security keys: whether what a browser gave back is good.

The library takes a third of a second to load, which most processes never need.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.core.base import b64, strict_json
from ostiary.core.crypto.webauthn_options import ALGORITHMS, KnownPasskey

MAX_ANSWER_CHARACTERS = 16_384
MAX_CREDENTIAL_ID_BYTES = 1023
"""Spec: W3C WebAuthn §4 (credential ID)."""
MAX_PUBLIC_KEY_BYTES = 1100
"""An RSA key of 8192 bits; nothing longer is worth computing with."""
_TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "internal", "hybrid"})
_BINARY = frozenset(
    {"rawId", "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"}
)
_TO_URL_SAFE = str.maketrans("+/", "-_")
AcceptsOrigin = Callable[[str], bool]


class PasskeyRefusedError(ValueError):
    """What a browser gave back is not good; the message says why, for the event log."""


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that was just made.

    Args: is_synced: its owner's devices share it.
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int
    is_synced: bool
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsedPasskey:
    """A passkey as it was just used."""

    sign_count: int
    is_synced: bool


def load() -> None:
    """Load the library, so that the first person with a passkey need not wait for it."""
    import webauthn  # noqa: F401 - loading it is all
    from webauthn.helpers import parse_attestation_object  # noqa: F401 - as above


def credential_id_of(answer: str) -> bytes | None:
    """Return which passkey an answer says that it is of; None for what is no answer."""
    try:
        return b64.decode(_text(_read(answer), "id"))
    except ValueError:
        return None


def verify_creation(answer: str, options: str, *, accepts_origin: AcceptsOrigin) -> NewPasskey:
    """Return the passkey that a browser has made.

    Spec: W3C WebAuthn §7.1 (without attestation).
    Args: answer is a `RegistrationResponseJSON`; options are those that the browser was given.
    Raises: PasskeyRefusedError.
    """
    import webauthn
    from webauthn.helpers.cose import COSEAlgorithmIdentifier

    credential, given = _read(answer), json.loads(options)
    _without_attestation(credential)
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=b64.decode(given["challenge"]),
            expected_rp_id=given["rp"]["id"],
            expected_origin=_origin(credential, accepts_origin),
            supported_pub_key_algs=[COSEAlgorithmIdentifier(number) for number in ALGORITHMS],
        )
    except Exception as error:
        # The library raises a dozen types of its own, and what CBOR of strangers leads to.
        raise PasskeyRefusedError(f"{type(error).__name__}: {error}") from error
    return NewPasskey(
        credential_id=_short(made.credential_id, MAX_CREDENTIAL_ID_BYTES),
        public_key=_short(made.credential_public_key, MAX_PUBLIC_KEY_BYTES),
        sign_count=made.sign_count,
        is_synced=made.credential_backed_up,
        transports=_transports(credential),
    )


def verify_use(
    answer: str,
    options: str,
    passkey: KnownPasskey,
    *,
    owner_handle: bytes,
    accepts_origin: AcceptsOrigin,
) -> UsedPasskey:
    """Return how a passkey says that it was used; its count must have grown, where it counts.

    Spec: W3C WebAuthn §7.2.
    Args: answer is an `AuthenticationResponseJSON`; options are those that the browser was given.
    Raises: PasskeyRefusedError.
    """
    import webauthn

    credential, given = _read(answer), json.loads(options)
    try:
        _check_owner(credential, owner_handle)
        used = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=b64.decode(given["challenge"]),
            expected_rp_id=given["rpId"],
            expected_origin=_origin(credential, accepts_origin),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except Exception as error:
        # As above.
        raise PasskeyRefusedError(f"{type(error).__name__}: {error}") from error
    if used.credential_id != passkey.credential_id:
        raise PasskeyRefusedError("the answer is of another passkey")
    return UsedPasskey(sign_count=used.new_sign_count, is_synced=used.credential_backed_up)


def _read(answer: str) -> dict[str, Any]:
    """Read what a browser gave back.

    Raises: PasskeyRefusedError.
    """
    if len(answer) > MAX_ANSWER_CHARACTERS:
        raise PasskeyRefusedError("the answer is too long")
    try:
        read = strict_json.loads(answer)
    except ValueError as error:
        raise PasskeyRefusedError("the answer is no JSON") from error
    if not isinstance(read, dict):
        raise PasskeyRefusedError("the answer is no object")
    return _in_one_alphabet(read)


def _in_one_alphabet(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer with its bytes in base64url: older scripts write them in base64."""
    return {name: _in_base64url(name, value) for name, value in members.items()}


def _in_base64url(name: str, value: object) -> object:
    if name == "response" and isinstance(value, dict):
        return _in_one_alphabet(value)
    if name in _BINARY and isinstance(value, str):
        return value.translate(_TO_URL_SAFE).rstrip("=")
    return value


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise PasskeyRefusedError(f"{name} is missing")
    return value


def _response(credential: Mapping[str, Any]) -> Mapping[str, Any]:
    response = credential.get("response")
    if not isinstance(response, dict):
        raise PasskeyRefusedError("response is missing")
    return response


def _origin(credential: Mapping[str, Any], accepts_origin: AcceptsOrigin) -> str:
    """Return where the browser says it was, if that is one of our pages.

    Spec: W3C WebAuthn §7.1, §7.2 (nor inside another site's page).
    Raises: PasskeyRefusedError, ValueError.
    """
    raw = b64.decode(_text(_response(credential), "clientDataJSON"))
    client_data = strict_json.loads(raw)
    if not isinstance(client_data, dict) or client_data.get("crossOrigin"):
        raise PasskeyRefusedError("it was made inside a page of another site")
    origin = _text(client_data, "origin")
    if not accepts_origin(origin):
        raise PasskeyRefusedError("it was made on a page that is not ours")
    return origin


def _without_attestation(credential: Mapping[str, Any]) -> None:
    """Refuse the statements of manufacturers, which nobody asked for and nobody would check."""
    from webauthn.helpers import base64url_to_bytes, parse_attestation_object

    try:
        encoded = _text(_response(credential), "attestationObject")
        form = parse_attestation_object(base64url_to_bytes(encoded)).fmt
    except Exception as error:
        # As above.
        raise PasskeyRefusedError("attestationObject is malformed") from error
    if form not in {"none", "packed"}:
        raise PasskeyRefusedError("it comes with a statement of its manufacturer")


def _check_owner(credential: Mapping[str, Any], owner_handle: bytes) -> None:
    handle = _response(credential).get("userHandle")
    if handle and handle != b64.encode(owner_handle):
        raise PasskeyRefusedError("the passkey is somebody else's")


def _transports(credential: Mapping[str, Any]) -> tuple[str, ...]:
    named = _response(credential).get("transports")
    listed = named if isinstance(named, list) else []
    return tuple(word for word in listed if isinstance(word, str) and word in _TRANSPORTS)


def _short(value: bytes, limit: int) -> bytes:
    if not 0 < len(value) <= limit:
        raise PasskeyRefusedError("the passkey has an impossible size")
    return value
