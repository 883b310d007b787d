"""One-time passwords that an application of the user computes from a shared key and the time."""

import base64
import hmac
import secrets

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

DIGITS = 6
STEP_SECONDS = 30
SEED_BYTES = 20
"""As many as a digest of SHA-1 has. Spec: RFC 4226 §4 R6."""
_STEPS = (-1, 0, 1)
"""Clocks differ, and typing takes time. Spec: RFC 6238 §5.2 (one step at most is recommended)."""
_IGNORED = dict.fromkeys(map(ord, " -\u00a0\t\r\n"))


def mint_seed() -> bytes:
    """Mint the key that is shared with an application."""
    return secrets.token_bytes(SEED_BYTES)


def matched_step(seed: bytes, presented: str, *, now: float, used_step: int = 0) -> int | None:
    """Return the time step whose code was presented, or None.

    Spec: RFC 6238 §4, §5.2 (a code is taken once: neither of its step again nor of one before).
    Args: now is seconds since the epoch; used_step is the last step taken.
    """
    code = presented.translate(_IGNORED).encode(errors="surrogatepass")
    totp = _totp(seed)
    present, found = int(now) // STEP_SECONDS, None
    for step in (present + offset for offset in _STEPS):
        # All of them are compared, whichever is right.
        is_right = hmac.compare_digest(totp.generate(step * STEP_SECONDS), code)
        if is_right and step > used_step:
            found = step
    return found


def code_at(seed: bytes, now: float) -> str:
    """Return the code that an application shows at a time."""
    return _totp(seed).generate(int(now)).decode()


def key_text(seed: bytes) -> str:
    """Return a key as people type it: base32."""
    return base64.b32encode(seed).decode().rstrip("=")


def seed_of(text: str) -> bytes:
    """Return the key that `key_text` wrote, however it is typed.

    Raises: ValueError.
    """
    typed = text.translate(_IGNORED).upper()
    return base64.b32decode(typed + "=" * (-len(typed) % 8))


def key_uri(seed: bytes, *, issuer: str, account: str) -> str:
    """Return a key as applications read it from a QR code: an `otpauth` URI."""
    # A colon would end the issuer in the label.
    name = issuer.replace(":", " ")
    # Applications show a plus sign as it stands; one that was meant is written %2B here.
    return _totp(seed).get_provisioning_uri(account, name).replace("+", "%20")


def _totp(seed: bytes) -> TOTP:
    # Applications take nothing else than SHA-1, 6 digits and 30 seconds for granted.
    return TOTP(seed, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - HMAC does not need it collision-free
