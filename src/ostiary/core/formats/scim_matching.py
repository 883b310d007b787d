"""SCIM filters held against whatever has attributes."""

from collections.abc import Callable
from typing import assert_never

from ostiary.core.formats.scim_filter import (
    Comparison,
    Every,
    Filter,
    Negation,
    Operator,
    Some,
    Value,
)

Find = Callable[[str], tuple[Value, ...]]
"""Returns the values of an attribute, by its path in lower case; none where it is not there."""


def matches(part: Filter, find: Find) -> bool:
    """Tell whether a filter holds; texts are compared without regard to case.

    Spec: RFC 7644 §3.4.2.2 (of several values one is enough).
    """
    match part:
        case Comparison():
            return _compare(part, find(part.path))
        case Negation():
            return not matches(part.part, find)
        case Every():
            return all(matches(inner, find) for inner in part.parts)
        case Some():
            return any(matches(inner, find) for inner in part.parts)
        case never:
            assert_never(never)


def _compare(comparison: Comparison, found: tuple[Value, ...]) -> bool:
    present = [value for value in found if value is not None and value != ""]
    match comparison.operator:
        case Operator.IS_PRESENT:
            return bool(present)
        case Operator.DIFFERS:
            return not any(_is_equal(value, comparison.value) for value in found)
        case Operator.EQUALS:
            return any(_is_equal(value, comparison.value) for value in found or (None,))
        case operator:
            return any(_holds(operator, value, comparison.value) for value in present)


def _is_equal(one: Value, other: Value) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return _folded(one) == _folded(other)


def _holds(operator: Operator, one: Value, other: Value) -> bool:
    left, right = _folded(one), _folded(other)
    if isinstance(left, str) and isinstance(right, str):
        return _holds_of_texts(operator, left, right)
    if isinstance(left, int | float) and isinstance(right, int | float):
        return _is_ordered(operator, left, right)
    return False


def _holds_of_texts(operator: Operator, left: str, right: str) -> bool:
    match operator:
        case Operator.CONTAINS:
            return right in left
        case Operator.STARTS:
            return left.startswith(right)
        case Operator.ENDS:
            return left.endswith(right)
        case _:
            return _is_ordered(operator, (left > right) - (left < right), 0)


def _is_ordered(operator: Operator, left: float, right: float) -> bool:
    match operator:
        case Operator.IS_GREATER:
            return left > right
        case Operator.IS_NOT_LESS:
            return left >= right
        case Operator.IS_LESS:
            return left < right
        case Operator.IS_NOT_GREATER:
            return left <= right
        case _:
            return False


def _folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value
