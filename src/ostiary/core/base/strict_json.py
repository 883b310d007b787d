"""JSON read strictly: no duplicate member, no NaN, no deep nesting."""

import json
import math
from typing import Any, NoReturn

MAX_DEPTH = 32


def loads(data: bytes | str) -> Any:  # noqa: ANN401 - JSON is whatever the stranger sent
    """Parse JSON from a stranger.

    Raises: ValueError for invalid UTF-8, halves of surrogate pairs, duplicate members, NaN,
    infinite numbers, or more than `MAX_DEPTH` levels.
    """
    text = data.decode("utf-8") if isinstance(data, bytes) else data
    if text.count("[") + text.count("{") > MAX_DEPTH and _too_deep(text):
        raise ValueError("JSON is nested too deeply")
    try:
        value = _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("JSON is nested too deeply") from error
    if "\\u" in text or not isinstance(data, bytes):
        # Half a surrogate pair is text that nothing can encode again: no log, hash or answer.
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _too_deep(text: str) -> bool:
    """Count brackets outside strings before the parser recurses into them."""
    depth, in_string, escaped = 0, False, False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif character in "]}":
            depth -= 1
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("JSON has a duplicate member")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON has {name}")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("JSON has an infinite number")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite
)
