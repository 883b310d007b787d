"""SCIM filters: read from a query into a tree."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from ostiary.core.base import strict_json

MAX_FILTER_CHARACTERS = 2048
MAX_FILTER_DEPTH = 8
"""So deep may parentheses and `not` be nested."""
MAX_COMPARISONS = 32
Value = str | bool | int | float | None


class Operator(StrEnum):
    """How an attribute is compared. Spec: RFC 7644 §3.4.2.2."""

    EQUALS = "eq"
    DIFFERS = "ne"
    CONTAINS = "co"
    STARTS = "sw"
    ENDS = "ew"
    IS_GREATER = "gt"
    IS_NOT_LESS = "ge"
    IS_LESS = "lt"
    IS_NOT_GREATER = "le"
    IS_PRESENT = "pr"


class FilterRefusedError(ValueError):
    """A filter cannot be read; the message says what is wrong, without repeating it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One attribute held against one value. Args: path is in lower case, its names joined by dots.

    For `pr` the value is None.
    """

    path: str
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class Every:
    """All of these hold."""

    parts: "tuple[Filter, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of these holds."""

    parts: "tuple[Filter, ...]"


@dataclass(frozen=True, slots=True)
class Negation:
    """This does not hold."""

    part: "Filter"


Filter = Comparison | Every | Some | Negation


def parse_filter(text: str) -> Filter:
    """Read a filter from a stranger; `and` binds closer than `or`, words may have any case.

    `path[…]` means that what stands in the brackets holds of the members of `path`.
    Spec: RFC 7644 §3.4.2.2 (without URNs).
    Raises: FilterRefusedError, also for what is too long, too deep or has too many comparisons.
    """
    if len(text) > MAX_FILTER_CHARACTERS:
        raise FilterRefusedError(f"is longer than {MAX_FILTER_CHARACTERS} characters")
    return _Parser(tuple(_split(text))).parse()


def comparisons(part: Filter) -> Iterator[Comparison]:
    """Yield every comparison of a filter."""
    match part:
        case Comparison():
            yield part
        case Negation():
            yield from comparisons(part.part)
        case Every() | Some():
            for inner in part.parts:
                yield from comparisons(inner)
        case never:
            assert_never(never)


def demanded(part: Filter, path: str) -> str | None:
    """Return the text that `path` must equal whatever else holds, or None."""
    match part:
        case Comparison(path=named, operator=Operator.EQUALS, value=str(value)) if named == path:
            return value
        case Every():
            found = (demanded(inner, path) for inner in part.parts)
            return next((value for value in found if value is not None), None)
        case _:
            return None


_TOKEN = re.compile(
    r'\s*+(?:([()\[\]])|(?:("(?:[^"\\]|\\.)*+")|([A-Za-z][A-Za-z0-9_.$-]*+)'
    r"|(-?[0-9]++(?:\.[0-9]++)?))(?=[\s()\[\]]|$))"
)
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}


def _split(text: str) -> Iterator[str]:
    """Yield parentheses, quoted texts, words and numbers."""
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None:
            raise FilterRefusedError("holds something that is neither a word nor a value")
        yield next(group for group in found.groups() if group is not None)
        position = found.end()


class _Parser:
    """Reads tokens from left to right, each once."""

    def __init__(self, tokens: tuple[str, ...]) -> None:
        self._tokens = tokens
        self._next = 0
        self._comparisons = 0

    def parse(self) -> Filter:
        found = self._some("", 0)
        if self._next < len(self._tokens):
            raise FilterRefusedError("goes on where it should end")
        return found

    def _some(self, prefix: str, depth: int) -> Filter:
        parts = [self._every(prefix, depth)]
        while self._accept("or"):
            parts.append(self._every(prefix, depth))
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _every(self, prefix: str, depth: int) -> Filter:
        parts = [self._one(prefix, depth)]
        while self._accept("and"):
            parts.append(self._one(prefix, depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _one(self, prefix: str, depth: int) -> Filter:
        if depth > MAX_FILTER_DEPTH:
            raise FilterRefusedError("is nested too deeply")
        if self._accept("("):
            return self._closed(prefix, depth, ")")
        if self._peek().lower() == "not" and self._peek(1) == "(":
            self._next += 2
            return Negation(self._closed(prefix, depth, ")"))
        path = self._path(prefix)
        if not prefix and self._accept("["):
            return self._closed(f"{path}.", depth, "]")
        return self._comparison(path)

    def _closed(self, prefix: str, depth: int, bracket: str) -> Filter:
        found = self._some(prefix, depth + 1)
        if not self._accept(bracket):
            raise FilterRefusedError("has a bracket that is not closed")
        return found

    def _path(self, prefix: str) -> str:
        token = self._take()
        if not token[0].isalpha():
            raise FilterRefusedError("lacks the name of an attribute")
        return prefix + token.lower()

    def _comparison(self, path: str) -> Comparison:
        self._comparisons += 1
        if self._comparisons > MAX_COMPARISONS:
            raise FilterRefusedError(f"has more than {MAX_COMPARISONS} comparisons")
        try:
            operator = Operator(self._take().lower())
        except ValueError as error:
            raise FilterRefusedError("lacks an operator behind an attribute") from error
        value = None if operator is Operator.IS_PRESENT else _read_value(self._take())
        return Comparison(path, operator, value)

    def _peek(self, ahead: int = 0) -> str:
        place = self._next + ahead
        return self._tokens[place] if place < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        if not token:
            raise FilterRefusedError("ends too early")
        self._next += 1
        return token

    def _accept(self, token: str) -> bool:
        is_next = self._peek().lower() == token
        self._next += is_next
        return is_next


def _read_value(token: str) -> Value:
    if token.lower() in _WORDS:
        return _WORDS[token.lower()]
    if token[0].isalpha() or token[0] in "()[]":
        raise FilterRefusedError("lacks a value behind an operator; texts stand in double quotes")
    try:
        value: Value = strict_json.loads(token)
    except ValueError as error:
        raise FilterRefusedError("holds a text or number that JSON does not know") from error
    return value
