"""What somebody sent with an action, held against what the action takes."""

import re
from collections.abc import Mapping
from typing import assert_never

import msgspec

from ostiary.core.base.usernames import is_same_username
from ostiary.core.steps.contract import Input, InputKind, Offer, Problem, ProblemKind

LEFTOVERS = frozenset({"submit", "rememberMyUsername", "thisIsMyDevice"})
"""Members that real clients send along whatever is offered: the button's own name, and the check
boxes of a form that has them elsewhere. Where they are not offered they count as not sent."""
MAX_PROBLEMS = 20
_MAX_TARGET_CHARACTERS = 64
_UNUSABLE = re.compile("[\0\ud800-\udfff]")
_BOOLEANS: Mapping[object, bool] = {"true": True, "on": True, "false": False}
"""What check boxes turn into on their way through forms."""
Values = dict[str, str | bool]


def check_inputs(offer: Offer, sent: Mapping[str, object]) -> tuple[Values, tuple[Problem, ...]]:
    """Read what was sent as the inputs of `offer`, and no others; or say what is wrong with it.

    A member whose value is null counts as not sent.
    """
    known = {expected.name: expected for expected in offer.inputs}
    problems = [_unknown(name) for name in sent if name not in known and name not in LEFTOVERS]
    values: Values = {}
    for name, expected in known.items():
        read = _read(expected, sent.get(name))
        if isinstance(read, Problem):
            problems.append(read)
        else:
            values[name] = read
    return values, tuple(problems[:MAX_PROBLEMS])


def _read(expected: Input, value: object) -> str | bool | Problem:
    match expected.kind:
        case InputKind.BOOLEAN:
            read: str | bool | Problem = _read_boolean(expected, value)
        case InputKind.CHOICE:
            read = _read_choice(expected, value)
        case InputKind.JSON:
            read = _read_text(expected, _as_json_text(value))
        case (
            InputKind.TEXT
            | InputKind.EMAIL
            | InputKind.PHONE
            | InputKind.CODE
            | InputKind.PASSWORD
            | InputKind.NEW_PASSWORD
        ):
            read = _read_text(expected, value)
        case never:
            assert_never(never)
    if not expected.is_read_only or isinstance(read, Problem):
        return read
    if value is not None and read != expected.value and not _is_same_name(expected, value):
        return _problem(expected, ProblemKind.VALUE, "is settled", "This cannot be changed.")
    return expected.value


def _is_same_name(expected: Input, value: object) -> bool:
    """Tell whether what was sent is another spelling of a name that is settled."""
    is_name = expected.autocomplete == "username"
    return is_name and is_same_username(str(value), str(expected.value))


def _read_boolean(expected: Input, value: object) -> bool | Problem:
    if value is None:
        return False
    read = value if isinstance(value, bool) else _BOOLEANS.get(str(value))
    if read is None:
        return _problem(expected, ProblemKind.FORMAT, "must be true or false", "Say yes or no.")
    return read


def _read_text(expected: Input, value: object) -> str | Problem:
    text = "" if value is None else value
    if not isinstance(text, str):
        return _problem(expected, ProblemKind.FORMAT, "must be a string", "This is not a text.")
    if not text and expected.is_required and not expected.is_read_only:
        return _problem(expected, ProblemKind.REQUIRED, "is required", "Required field.")
    if len(text) > expected.max_characters:
        limit = f"has more than {expected.max_characters} characters"
        return _problem(expected, ProblemKind.FORMAT, limit, "This is too long.")
    if not _is_clean(text):
        unfit = "has a character that no text has"
        return _problem(expected, ProblemKind.FORMAT, unfit, "This has an unusable character.")
    return text


def _read_choice(expected: Input, value: object) -> str | Problem:
    read = _read_text(expected, value)
    if isinstance(read, Problem) or not read:
        return read
    if all(read != option.value for option in expected.options):
        return _problem(expected, ProblemKind.VALUE, "is none of these", "Choose one of these.")
    return read


def _as_json_text(value: object) -> object:
    """Return an object as the text that other clients send for it; anything else as it came."""
    return msgspec.json.encode(value).decode() if isinstance(value, dict) else value


def _problem(expected: Input, kind: ProblemKind, message: str, user_message: str) -> Problem:
    return Problem(kind, f"{expected.name} {message}.", user_message, expected.name)


def _unknown(name: str) -> Problem:
    # The name is a stranger's: it goes back only where it is fit to be shown.
    is_fit = _is_clean(name) and name.isprintable() and len(name) <= _MAX_TARGET_CHARACTERS
    return Problem(
        ProblemKind.UNKNOWN,
        "The action has no such member.",
        "This was not expected.",
        name if is_fit else None,
    )


def _is_clean(text: str) -> bool:
    """Tell whether stores and encodings take a text: without NUL and lone surrogates."""
    return _UNUSABLE.search(text) is None
