"""SCIM filters: read as the grammar has them, bounded, and applied."""

import pytest

from ostiary.core.formats.scim_filter import (
    MAX_COMPARISONS,
    MAX_FILTER_CHARACTERS,
    MAX_FILTER_DEPTH,
    Comparison,
    Every,
    FilterRefusedError,
    Negation,
    Operator,
    Some,
    Value,
    comparisons,
    demanded,
    parse_filter,
)
from ostiary.core.formats.scim_matching import matches

ATTRIBUTES: dict[str, tuple[Value, ...]] = {
    "username": ("JDoe",),
    "age": (42,),
    "enabled": (True,),
    "created": ("2025-06-15T15:06:40.000Z",),
    "emails": ("a@example.com", "b@example.org"),
    "nickname": (),
    "title": ("",),
}


def equal(path: str, value: Value) -> Comparison:
    return Comparison(path, Operator.EQUALS, value)


def holds(text: str) -> bool:
    return matches(parse_filter(text), lambda path: ATTRIBUTES.get(path, ()))


def test_and_binds_closer_than_or() -> None:
    a, b, c = equal("a", 1), equal("b", 2), equal("c", 3)
    assert parse_filter("a eq 1 or b eq 2 and c eq 3") == Some((a, Every((b, c))))
    assert parse_filter("(a eq 1 or b eq 2) and c eq 3") == Every((Some((a, b)), c))


def test_words_may_have_any_case_and_texts_keep_theirs() -> None:
    found = parse_filter('UserName EQ "JDoe" AND NOT (Enabled Eq FALSE)')
    assert found == Every((equal("username", "JDoe"), Negation(equal("enabled", False))))


def test_brackets_hold_comparisons_of_the_members() -> None:
    found = parse_filter('memberOfGroups[id eq "x" and type eq "y"]')
    assert found == Every((equal("memberofgroups.id", "x"), equal("memberofgroups.type", "y")))


def test_a_text_may_hold_what_else_means_something() -> None:
    assert parse_filter(r'a eq "x) or (\"b\" \u00e4"') == equal("a", 'x) or ("b" ä')


@pytest.mark.parametrize(
    "text",
    [
        'username eq "jdoe"',
        'username sw "JD"',
        'username ew "oe"',
        'username co "do"',
        "age gt 41 and age ge 42 and age lt 43 and age le 42",
        "enabled eq true",
        'created gt "2025-01-01" and created lt "2026-01-01"',
        'emails eq "b@example.org"',
        "username pr and not (nickname pr) and not (title pr)",
        "nickname eq null",
        'username ne "other"',
        'not (username eq "other")',
    ],
)
def test_a_filter_holds_of_what_is_so(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        'username eq "jd"',
        'nickname eq ""',
        "enabled eq 1",
        'enabled eq "true"',
        'age gt "41"',
        "username gt 1",
        "age eq null",
        'emails ne "b@example.org"',
        'unknown sw ""',
        "unknown pr",
    ],
)
def test_a_filter_does_not_hold_of_what_is_not_so(text: str) -> None:
    assert not holds(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "a", "a eq", "eq 1", "a eq b", 'a eq "x', "a eq 'x'", "a is 1", "a eq 1 or"),
        *("a eq 1 and", "(a eq 1", "a eq 1)", "()", "not a eq 1", "a eq 1 b eq 2", "a[b eq 1"),
        *("a[b[c eq 1]]", 'a eq "\\x"', 'a eq "\\ud800"', "a eq 01", "a eq -", "a eq 1e5"),
        *("1 eq 1", '"a" eq 1', "a eq (1)", "a;b eq 1", "a eq 1;", "\0", "a eq \u0663"),
    ],
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(FilterRefusedError):
        parse_filter(text)


@pytest.mark.parametrize(
    ("fits", "too_much"),
    [
        (
            "(" * MAX_FILTER_DEPTH + "a pr" + ")" * MAX_FILTER_DEPTH,
            "(" * (MAX_FILTER_DEPTH + 1) + "a pr" + ")" * (MAX_FILTER_DEPTH + 1),
        ),
        (
            "not (" * MAX_FILTER_DEPTH + "a pr" + ")" * MAX_FILTER_DEPTH,
            "not (" * (MAX_FILTER_DEPTH + 1) + "a pr" + ")" * (MAX_FILTER_DEPTH + 1),
        ),
        (" or ".join(["a pr"] * MAX_COMPARISONS), " or ".join(["a pr"] * (MAX_COMPARISONS + 1))),
        ("a pr".ljust(MAX_FILTER_CHARACTERS), "a pr".ljust(MAX_FILTER_CHARACTERS + 1)),
    ],
    ids=["parentheses", "negations", "comparisons", "characters"],
)
def test_depth_and_length_are_bounded(fits: str, too_much: str) -> None:
    parse_filter(fits)
    with pytest.raises(FilterRefusedError):
        parse_filter(too_much)


def test_every_comparison_is_found_wherever_it_stands() -> None:
    found = parse_filter("a pr or not (b pr and (c pr or d pr))")
    assert [each.path for each in comparisons(found)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a eq "x"', "x"),
        ('b pr and (c pr and a eq "x")', "x"),
        ('a eq "x" or b pr', None),
        ('not (a eq "x")', None),
        ('a sw "x"', None),
        ("a eq 1", None),
    ],
)
def test_what_must_be_equal_is_known_only_where_nothing_else_will_do(
    text: str, value: str | None
) -> None:
    assert demanded(parse_filter(text), "a") == value
