"""What the schema's refusals say in plain words, without the value that was refused."""

from collections.abc import Callable, Mapping
from typing import Any

_Context = Mapping[str, Any]
_DATE_AND_TIME = "must be a date with time and time zone, such as 2026-12-01T00:00:00Z"

_MESSAGES: Mapping[str, Callable[[_Context], str]] = {
    "bool_type": lambda _: "must be true or false, without quotes",
    "datetime_from_date_parsing": lambda _: _DATE_AND_TIME,
    "datetime_object_invalid": lambda _: _DATE_AND_TIME,
    "datetime_parsing": lambda _: _DATE_AND_TIME,
    "datetime_type": lambda _: _DATE_AND_TIME,
    "dict_type": lambda _: "must be a table",
    "enum": lambda context: f"must be {_quoted(context['expected'])}",
    "extra_forbidden": lambda _: "is not a known field",
    "float_type": lambda _: "must be a number, without quotes",
    "greater_than_equal": lambda context: f"must be at least {context['ge']}",
    "int_type": lambda _: "must be a whole number, without quotes",
    "invalid_key": lambda _: "must have a name that is text, in quotes",
    "less_than_equal": lambda context: f"must be at most {context['le']}",
    "literal_error": lambda context: f"must be {_quoted(context['expected'])}",
    "missing": lambda _: "is missing",
    "model_type": lambda _: "must be a table",
    "string_too_long": lambda context: f"must have at most {context['max_length']} characters",
    "string_too_short": lambda _: "must not be empty",
    "string_type": lambda _: "must be text, in quotes",
    "timezone_aware": lambda _: _DATE_AND_TIME,
    "too_short": lambda _: "must not be empty",
    "tuple_type": lambda _: "must be a list, in square brackets",
    "value_error": lambda context: str(context["error"]),
}
"""By the validator's name for the error; a test finds every one that the schema can raise."""


def message_for(kind: str, context: _Context) -> str:
    """Return the sentence for one kind of refusal."""
    return _MESSAGES[kind](context) if kind in _MESSAGES else "has a value that does not fit here"


def _quoted(expected: str) -> str:
    return expected.replace("'", '"')
