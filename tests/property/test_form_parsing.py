"""Whatever a form or a query holds: it is read as every other server reads it, or refused."""

import time
from random import Random
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ostiary.core.base.errors import OAuthError, ProtocolError
from ostiary.core.base.params import REPEATABLE, Params
from ostiary.http.errors import HTTPError
from ostiary.http.forms import MAX_FIELDS, parse_params

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
VALUES = TEXT.filter(bool)
NAMES = TEXT.filter(lambda name: name not in REPEATABLE)
PIECES = st.sampled_from(
    [b"a", b"=", b"&", b"%", b"+", b"%2", b"%26", b"%3D", b"%00", b"%C3%A9", b"\xc3\xa9", b"\xff"]
)
SLOW_MACHINE_SECONDS = 0.1
"""Ten times what 64 KiB may take."""


def read(data: bytes) -> Params | None:
    """Return the parameters, or None when they are refused in the one way there is."""
    try:
        return parse_params(data)
    except ProtocolError as refused:
        if refused.code == "invalid_request":
            return None
        raise


@given(st.dictionaries(NAMES, TEXT, max_size=10))
def test_what_a_client_encodes_is_what_is_read(fields: dict[str, str]) -> None:
    params = parse_params(urlencode(fields).encode())
    for name, value in fields.items():
        assert params.find(name) == (value or None)


@given(VALUES, st.randoms(use_true_random=False))
def test_a_value_reads_the_same_however_it_is_escaped(value: str, chance: Random) -> None:
    escaped = ""
    for character in value:
        octets = character.encode()
        styles = [octets.hex("%"), octets.hex("%").upper()]
        plain = [] if character in "&+%" else [character]
        escaped += chance.choice([*("%" + style for style in styles), *plain])
    assert parse_params(f"a={escaped}".encode()).get("a") == value


@given(st.lists(PIECES, max_size=20).map(b"".join))
@example(b"a=%2B+%2b")
def test_what_is_read_is_what_the_standard_library_reads(data: bytes) -> None:
    params = read(data)
    if params is None:
        return
    expected: dict[str, tuple[str, ...]] = {}
    for name, value in parse_qsl(data.decode(), errors="strict"):
        expected[name] = (*expected.get(name, ()), value)
    for name, values in expected.items():
        assert params.find_all(name) == values
        assert len(values) == 1 or name in REPEATABLE


@given(st.binary(max_size=200))
def test_bytes_lead_to_parameters_or_to_a_refusal(data: bytes) -> None:
    params = read(data)
    assert params is None or params.find("") is None or b"=" in data


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=10), VALUES, st.data())
def test_SEC_12_any_repeated_parameter_is_refused(
    fields: dict[str, str], other: str, data: st.DataObject
) -> None:
    repeated = data.draw(st.sampled_from(sorted(fields)))
    pairs = data.draw(st.permutations([*fields.items(), (repeated, other)]))
    with pytest.raises(OAuthError) as refused:
        parse_params(urlencode(pairs).encode())
    assert refused.value.code == "invalid_request"


@given(st.lists(VALUES, min_size=1, max_size=5), st.sampled_from(sorted(REPEATABLE)))
def test_SEC_12_audiences_may_repeat_and_keep_their_order(values: list[str], name: str) -> None:
    query = urlencode([(name, value) for value in values]).encode()
    assert parse_params(query).find_all(name) == tuple(values)


@given(st.integers(MAX_FIELDS + 1, MAX_FIELDS + 50), st.sampled_from(["", "a", "a=1", "%61"]))
def test_SEC_233_too_many_fields_are_refused_whatever_they_are(count: int, field: str) -> None:
    with pytest.raises(HTTPError, match="more than 100"):
        parse_params("&".join([field] * count).encode())


@given(PIECES, st.integers(0, 3))
def test_SEC_255_hostile_forms_cost_no_more_than_their_length(piece: bytes, shift: int) -> None:
    data = (b"a=" + b"x" * shift + piece * 65536)[:65536]
    started = time.process_time()
    read(data)
    assert time.process_time() - started < SLOW_MACHINE_SECONDS
