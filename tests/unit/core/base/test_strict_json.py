"""JSON from strangers: one meaning or none."""

import pytest

from ostiary.core.base import strict_json

DEEP = strict_json.MAX_DEPTH


@pytest.mark.parametrize(
    ("data", "value"),
    [
        pytest.param(b'{"a":1,"b":[true,null,"x"]}', {"a": 1, "b": [True, None, "x"]}, id="object"),
        pytest.param(b" 1.5 ", 1.5, id="a number alone"),
        pytest.param('"é"'.encode(), "é", id="UTF-8"),
        pytest.param(b'"\\ud83d\\ude00"', "\U0001f600", id="a pair of surrogates"),
        pytest.param(b"[" * DEEP + b"]" * DEEP, None, id="as deep as may be"),
        pytest.param(b'"' + b"[" * 100 + b'"', "[" * 100, id="brackets in a string"),
        pytest.param(b'["\\"' + b"[" * 100 + b'"]', ['"' + "[" * 100], id="after an escaped quote"),
    ],
)
def test_what_has_one_meaning_is_read(data: bytes, value: object) -> None:
    found = strict_json.loads(data)
    assert value is None or found == value


def _refuses(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which kind does not matter to any caller
        strict_json.loads(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"a":1,"a":1}', id="at the top"),
        pytest.param(b'{"x":{"a":1,"b":2,"a":3}}', id="inside"),
        pytest.param(b'{"a":1,"\\u0061":2}', id="once escaped"),
    ],
)
def test_SEC_92_a_member_that_stands_twice_is_refused(data: bytes) -> None:
    _refuses(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b"[-Infinity]", id="infinity"),
        pytest.param(b"1e999", id="too large for a float"),
        pytest.param(b"9" * 5000, id="5000 digits"),
    ],
)
def test_SEC_93_a_number_that_is_none_is_refused(data: bytes) -> None:
    _refuses(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"[" * (DEEP + 1) + b"]" * (DEEP + 1), id="one level too deep"),
        pytest.param(b'[[{"a":' * 5000, id="far too deep"),
    ],
)
def test_SEC_95_deep_nesting_is_refused(data: bytes) -> None:
    _refuses(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'"\\ud800"', id="half a surrogate pair"),
        pytest.param(b'{"\\udfff":1}', id="half a surrogate pair in a name"),
        pytest.param(b'"\xed\xa0\x80"', id="half a surrogate pair in UTF-8"),
        pytest.param(b'"\xff"', id="no UTF-8"),
        pytest.param(b"\xef\xbb\xbf{}", id="a byte order mark"),
        pytest.param(b"{} {}", id="two values"),
        pytest.param(b"{'a':1}", id="single quotes"),
        pytest.param(b'{"a":1,}', id="a comma too many"),
        pytest.param(b'"a\nb"', id="a raw control character"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_no_text_or_no_json_is_refused(data: bytes) -> None:
    _refuses(data)


def test_SEC_255_hostile_input_of_64_KiB_is_refused_at_once() -> None:
    """Not a stop-watch: a parser that went over the text again and again would take minutes."""
    for piece in (b"[", b'{"a":', b'"\\', b"[]", b"-", b"1e"):
        _refuses(piece * (65536 // len(piece)))
