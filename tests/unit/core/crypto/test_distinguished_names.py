"""Distinguished names, and the patterns that callers' certificates have to fit."""

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.crypto.distinguished_names import NamePattern, parse_name, read_name

NAME = parse_name("CN=portal, OU=Apps, O=Example")


@pytest.mark.parametrize(
    "pattern",
    [
        "*",
        "CN=portal,OU=Apps,O=Example",
        "cn=PORTAL, ou=apps, o=example",
        "CN=*, OU=Apps, O=Example",
        "CN=p*l, OU=*, O=Ex*ple",
    ],
)
def test_S1_15_a_pattern_takes_what_it_means(pattern: str) -> None:
    assert NamePattern.parse(pattern).fits(NAME)


@pytest.mark.parametrize(
    "pattern",
    [
        "CN=portal",
        "CN=*, O=Example",
        "CN=portal*, O=Example",
        "CN=port, OU=Apps, O=Example",
        "OU=Apps, CN=portal, O=Example",
        "CN=portal, OU=Apps, O=Example, C=CH",
        "OU=portal, CN=Apps, O=Example",
    ],
)
def test_S1_15_a_star_reaches_over_no_comma_and_parts_keep_their_order(pattern: str) -> None:
    assert not NamePattern.parse(pattern).fits(NAME)


def test_a_value_that_looks_like_further_parts_is_one_value() -> None:
    hostile = parse_name(r"CN=portal\, OU=Apps\, O=Example, O=Other")
    assert not NamePattern.parse("CN=portal, OU=Apps, O=Example").fits(hostile)
    assert not NamePattern.parse("CN=*, OU=Apps, O=*").fits(hostile)


def test_several_attributes_of_one_part_are_a_set() -> None:
    name = parse_name("CN=portal+UID=7, O=Example")
    assert NamePattern.parse("UID=7+CN=*, O=Example").fits(name)
    assert not NamePattern.parse("CN=*, O=Example").fits(name)


def test_a_name_of_a_certificate_reads_as_it_is_written() -> None:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, "portal"),
        ]
    )
    assert read_name(name) == parse_name("CN=portal, O=Example")


@pytest.mark.parametrize("text", ["", "portal", "CN=", "CN=a,", "CN=a,,O=b", "XX=a", "=a"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="distinguished name"):
        NamePattern.parse(text)


@given(st.text("ab*", max_size=12), st.text("ab", min_size=1, max_size=12))
def test_stars_stand_for_any_text(pattern: str, text: str) -> None:
    matches = _matches(pattern, text)
    if pattern.strip("*"):
        name = parse_name(f"CN={text}")
        assert NamePattern.parse(f"CN={pattern}").fits(name) is matches


def _matches(pattern: str, text: str) -> bool:
    """Match letter by letter, the plain way."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _matches(pattern[1:], text) or bool(text and _matches(pattern, text[1:]))
    return bool(text) and text[0] == pattern[0] and _matches(pattern[1:], text[1:])
