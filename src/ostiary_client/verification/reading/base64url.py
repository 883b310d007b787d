"""Base64url without padding, read strictly: one text for one value."""

import binascii

_TO_PLAIN = bytes.maketrans(b"-_", b"+/")
_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def decode(text: str) -> bytes:
    """Decode canonical base64url without padding.

    Spec: RFC 7515 §2; RFC 4648 §3.5 (stray bits at the end are refused).
    Raises: ValueError for padding, white space, other alphabets or stray bits.
    """
    try:
        raw = text.encode("ascii")
        padded = raw.translate(_TO_PLAIN) + b"=" * (-len(raw) % 4)
        data = binascii.a2b_base64(padded, strict_mode=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("not base64url") from None
    # Whatever else would decode to the same bytes is refused here.
    if binascii.b2a_base64(data, newline=False).translate(_TO_URL_SAFE, b"=") != raw:
        raise ValueError("not canonical base64url")
    return data
