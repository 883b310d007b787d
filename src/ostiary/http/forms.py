"""Parameters as they stand in a form body or a query: decoded strictly."""

from ostiary.core.base.params import Params
from ostiary.http.errors import bad_request

MAX_FIELDS = 100
_HEX_DIGITS = "0123456789ABCDEFabcdef"
_OCTET = {a + b: bytes.fromhex(a + b) for a in _HEX_DIGITS for b in _HEX_DIGITS}
_ASCII = {escape: octet.decode() for escape, octet in _OCTET.items() if octet.isascii()}


def parse_params(data: bytes) -> Params:
    """Read `name=value` pairs from a stranger.

    Characters that ought to be escaped and are not ("@", "/", letters beyond ASCII) stand for
    themselves, as curl and old scripts send them.

    Spec: WHATWG URL §5.1; RFC 6749 appendix B (UTF-8).
    Raises: HTTPError 400 for what is not UTF-8, broken escapes, NUL or more than `MAX_FIELDS`
        fields; OAuthError invalid_request for a repeated parameter.
    """
    if not data:
        return Params({})
    try:
        fields = _split(data.decode())
    except UnicodeDecodeError as error:
        raise bad_request("The parameters are not UTF-8.") from error
    values = dict(fields)
    if len(values) == len(fields) and "" not in values.values():
        return Params(values)
    return Params.from_pairs(fields)


def _split(text: str) -> list[tuple[str, str]]:
    # No parameter of any protocol may hold NUL, and not every store can keep one.
    if "\0" in text or "%00" in text:
        raise bad_request("The parameters hold a NUL character.")
    fields = text.replace("+", " ").split("&")
    if len(fields) > MAX_FIELDS:
        raise bad_request(f"The request has more than {MAX_FIELDS} parameters.")
    pairs = []
    for field in fields:
        name, _, value = field.partition("=")
        pairs.append((_unescape(name), _unescape(value)) if "%" in field else (name, value))
    return pairs


def _unescape(text: str) -> str:
    first, *rest = text.split("%")
    try:
        return first + "".join([_ASCII[part[:2]] + part[2:] for part in rest])
    except KeyError:
        return first + _unescape_octets(rest)


def _unescape_octets(parts: list[str]) -> str:
    try:
        return b"".join([_OCTET[part[:2]] + part[2:].encode() for part in parts]).decode()
    except KeyError as error:
        raise bad_request("The parameters hold a broken percent-escape.") from error
