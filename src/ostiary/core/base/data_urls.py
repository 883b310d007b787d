"""Files written as text: a `data:` URL with its type and its bytes."""

import re
from base64 import b64decode, b64encode

SCHEME = "data:"
_PATTERN = re.compile(r"data:([a-z]+/[a-z0-9.+-]+);base64,([A-Za-z0-9+/]*={0,2})")


def write_data_url(media_type: str, content: bytes) -> str:
    """Write a file as text. Spec: RFC 2397."""
    return f"{SCHEME}{media_type};base64,{b64encode(content).decode()}"


def read_data_url(text: str) -> tuple[str, bytes]:
    """Return type and bytes of a file that was written as text.

    Raises: ValueError for anything else, other forms of such URLs included.
    """
    parts = _PATTERN.fullmatch(text)
    if parts is None:
        raise ValueError('must be "data:TYPE;base64,..."')
    return parts[1], b64decode(parts[2], validate=True)
