"""Passkeys and security keys: what a browser is given to make one or to use one."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ostiary.core.base import b64

CHALLENGE_BYTES = 32
TIMEOUT_MILLISECONDS = 300_000
"""Spec: W3C WebAuthn §15.1 (300 to 600 seconds where the user may be verified)."""
ALGORITHMS = (-8, -7, -257)
"""EdDSA, ES256 and RS256. Spec: RFC 9053 §2; RFC 8812 §2."""


@dataclass(frozen=True, slots=True)
class KnownPasskey:
    """What is kept of a passkey, to recognise it.

    Args: public_key: COSE.
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int = 0
    transports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """For whom a passkey is made.

    Args:
        handle: 1 to 64 bytes by which the passkey names its owner; nothing personal.
    """

    handle: bytes
    name: str


def creation_options(
    *, rp_id: str, rp_name: str, owner: Owner, known: Sequence[KnownPasskey]
) -> str:
    """Return what a browser is given to make a passkey, as JSON.

    Spec: W3C WebAuthn §5.4; no attestation is wished for, so browsers leave out what would identify
        the device.
    """
    return _dump(
        {
            "rp": {"id": rp_id, "name": rp_name},
            "user": {
                "id": b64.encode(owner.handle),
                "name": owner.name,
                "displayName": owner.name,
            },
            "challenge": _challenge(),
            "pubKeyCredParams": [{"type": "public-key", "alg": number} for number in ALGORITHMS],
            "timeout": TIMEOUT_MILLISECONDS,
            "excludeCredentials": [_descriptor(passkey) for passkey in known],
            "authenticatorSelection": {
                "residentKey": "preferred",
                "requireResidentKey": False,
                "userVerification": "preferred",
            },
            "attestation": "none",
        }
    )


def request_options(*, rp_id: str, known: Sequence[KnownPasskey]) -> str:
    """Return what a browser is given to use a passkey, as JSON.

    Spec: W3C WebAuthn §5.5.
    """
    return _dump(
        {
            "challenge": _challenge(),
            "timeout": TIMEOUT_MILLISECONDS,
            "rpId": rp_id,
            "allowCredentials": [_descriptor(passkey) for passkey in known],
            "userVerification": "preferred",
        }
    )


def _challenge() -> str:
    return b64.encode(secrets.token_bytes(CHALLENGE_BYTES))


def _descriptor(passkey: KnownPasskey) -> dict[str, object]:
    shown: dict[str, object] = {"type": "public-key", "id": b64.encode(passkey.credential_id)}
    return {**shown, "transports": list(passkey.transports)} if passkey.transports else shown


def _dump(options: Mapping[str, object]) -> str:
    return json.dumps(options, separators=(",", ":"))
