"""Parameters: read by name, duplicates refused, empty ones absent."""

import pytest

from ostiary.core.base.errors import OAuthError
from ostiary.core.base.params import Params


def test_a_parameter_is_found_by_its_exact_name() -> None:
    params = Params.from_pairs([("scope", "a"), ("Scope", "b")])
    assert params.find("scope") == "a"
    assert params.find("Scope") == "b"
    assert params.find("SCOPE") is None


def test_SEC_12_a_repeated_parameter_is_refused_whatever_its_values() -> None:
    with pytest.raises(OAuthError) as refused:
        Params.from_pairs([("scope", "a"), ("code", "x"), ("scope", "a")])
    assert refused.value.code == "invalid_request"
    assert refused.value.detail == {"parameter": "scope"}
    assert "scope" not in refused.value.description


@pytest.mark.parametrize("name", ["resource", "audience"])
def test_SEC_12_targets_may_repeat(name: str) -> None:
    params = Params.from_pairs([(name, "a"), ("x", "1"), (name, "b")])
    assert params.find_all(name) == ("a", "b")
    assert params.find(name) == "a"


def test_an_empty_value_counts_as_absent_even_beside_a_full_one() -> None:
    params = Params.from_pairs([("scope", ""), ("scope", "a"), ("code", "")])
    assert params.find("scope") == "a"
    assert "code" not in params
    assert params.find_all("code") == ()


def test_a_missing_required_parameter_is_named() -> None:
    with pytest.raises(OAuthError, match="grant_type") as refused:
        Params({}).get("grant_type")
    assert refused.value.code == "invalid_request"


def test_joining_takes_the_named_parameters_only() -> None:
    body = Params.from_pairs([("scope", "a")])
    query = Params.from_pairs([("grant_type", "g"), ("client_secret", "s")])
    joined = body.joined_with(query, frozenset({"grant_type"}))
    assert joined.find("scope") == "a"
    assert joined.find("grant_type") == "g"
    assert "client_secret" not in joined
    assert "grant_type" not in body


@pytest.mark.parametrize("value", ["a", "b"])
def test_SEC_12_a_parameter_split_across_body_and_query_is_refused(value: str) -> None:
    body, query = Params.from_pairs([("scope", "a")]), Params.from_pairs([("scope", value)])
    with pytest.raises(OAuthError) as refused:
        body.joined_with(query, frozenset({"scope"}))
    assert refused.value.code == "invalid_request"
