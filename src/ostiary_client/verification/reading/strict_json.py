"""A JSON object of a stranger, read strictly."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

MAX_DEPTH = 32


def read(data: bytes) -> Mapping[str, Any]:
    """Return the object that a part of a token holds.

    Raises: ValueError for another kind of value, a member twice, NaN, more than 32 levels, or half
        of a surrogate pair, which nothing could encode again.
    """
    try:
        value = _DECODER.decode(data.decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("no JSON object")  # noqa: TRY004 - what came, not a type
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH:
        _check_depth(value)
    if b"\\u" in data:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a member twice")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# Made once: json.loads would make one for each token, which takes longer than reading it.
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
    if any(isinstance(each, dict | list) for each in level):
        raise ValueError("nested too deeply")


def _inside(value: object) -> list[Any]:
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case _:
            return []
