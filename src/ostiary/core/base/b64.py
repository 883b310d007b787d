"""Base64url without padding, strictly."""

import binascii

_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def encode(data: bytes) -> str:
    """Encode to base64url without padding."""
    return encode_bytes(data).decode()


def encode_bytes(data: bytes) -> bytes:
    """Encode to base64url without padding, as bytes; half the steps of the library's own."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL_SAFE)


def decode(text: str | bytes) -> bytes:
    """Decode canonical base64url without padding.

    Spec: RFC 7515 §2; RFC 4648 §3.5 (non-zero trailing bits are refused).
    Raises: ValueError for padding, white space, other alphabets or non-canonical bits.
    """
    raw = text.encode("ascii") if isinstance(text, str) else text
    try:
        data = binascii.a2b_base64(raw.translate(_FROM_URL_SAFE) + b"==")
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    # The decoder passes over what it does not know; only what we would write ourselves is right.
    if encode_bytes(data) != raw:
        raise ValueError("not canonical base64url")
    return data
