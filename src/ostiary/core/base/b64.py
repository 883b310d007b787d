"""Base64url without padding, strictly."""

import base64
import binascii


def encode(data: bytes) -> str:
    """Encode to base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str | bytes) -> bytes:
    """Decode canonical base64url without padding.

    Spec: RFC 7515 §2; RFC 4648 §3.5 (non-zero trailing bits are refused).
    Raises: ValueError for padding, white space, other alphabets or non-canonical bits.
    """
    raw = text.encode("ascii") if isinstance(text, str) else text
    try:
        data = base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if base64.urlsafe_b64encode(data).rstrip(b"=") != raw:
        raise ValueError("not canonical base64url")
    return data
