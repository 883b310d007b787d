"""Parameters: whatever is sent, a name has one value, or the request is refused."""

from collections import Counter
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.errors import OAuthError, ProtocolError
from ostiary.core.base.params import REPEATABLE, Params
from ostiary.http.forms import parse_params

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
NAMES = st.sampled_from(["grant_type", "scope", "resource", "audience", "client_id", ""]) | TEXT
PAIRS = st.lists(st.tuples(NAMES, TEXT), max_size=12)


@given(PAIRS)
def test_SEC_12_a_name_has_one_value_or_the_request_is_refused(
    pairs: list[tuple[str, str]],
) -> None:
    full = [(name, value) for name, value in pairs if value]
    counts = Counter(name for name, _ in full)
    repeated = {name for name, count in counts.items() if count > 1} - REPEATABLE
    if repeated:
        with pytest.raises(OAuthError, match="invalid_request"):
            Params.from_pairs(pairs)
        return
    params = Params.from_pairs(pairs)
    for name in counts:
        values = tuple(value for other, value in full if other == name)
        assert params.find_all(name) == values
        assert params.find(name) == values[0]


@given(PAIRS, NAMES, TEXT.filter(bool))
def test_SEC_12_sending_a_parameter_a_second_time_never_changes_it(
    pairs: list[tuple[str, str]], name: str, value: str
) -> None:
    pairs = [pair for pair in pairs if pair[0] != name]
    try:
        Params.from_pairs(pairs)
    except OAuthError:
        return
    twice = [*pairs, (name, value), (name, "other")]
    if name in REPEATABLE:
        assert Params.from_pairs(twice).find(name) == value
    else:
        with pytest.raises(OAuthError):
            Params.from_pairs(twice)


@given(PAIRS)
def test_what_a_client_encodes_is_what_the_server_reads(pairs: list[tuple[str, str]]) -> None:
    try:
        expected = Params.from_pairs(pairs)
    except OAuthError:
        with pytest.raises(OAuthError):
            parse_params(urlencode(pairs).encode())
        return
    found = parse_params(urlencode(pairs).encode())
    for name, _ in pairs:
        assert found.find_all(name) == expected.find_all(name)


@given(st.binary(max_size=120) | st.text(alphabet="ab=&%+;\0é0f", max_size=40).map(str.encode))
def test_whatever_bytes_come_they_are_parameters_or_a_refusal(data: bytes) -> None:
    with suppress(ProtocolError):
        assert parse_params(data).find("\0") is None


@given(PAIRS, PAIRS, st.frozensets(NAMES, max_size=4))
def test_joining_reads_the_named_parameters_from_exactly_one_place(
    one: list[tuple[str, str]], other: list[tuple[str, str]], names: frozenset[str]
) -> None:
    try:
        body, query = Params.from_pairs(one), Params.from_pairs(other)
    except OAuthError:
        return
    in_both = {name for name in names if name in body and name in query}
    try:
        joined = body.joined_with(query, names)
    except OAuthError:
        assert in_both
        return
    assert not in_both
    for name in {name for name, _ in (*one, *other)}:
        expected = body.find_all(name) or (query.find_all(name) if name in names else ())
        assert joined.find_all(name) == expected
