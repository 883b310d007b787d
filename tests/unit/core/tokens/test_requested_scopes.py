"""Scopes at the token endpoint: what was asked for, the default, or a refusal."""

import pytest

from ostiary.core.base.errors import OAuthError
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.tokens.requested_scopes import (
    MAX_REMEMBERED,
    MAX_REMEMBERED_CHARACTERS,
    resolve_scopes,
)
from tests.support.tenants import make_client

CLIENT = make_client("c", scopes=frozenset({"a", "b", "c"}), default_scopes=ScopeSet.of(["b", "a"]))


def _resolve(*scope: str) -> str:
    return str(resolve_scopes(CLIENT, Params.from_pairs([("scope", text) for text in scope])))


def test_S0_14_without_a_scope_the_clients_default_holds() -> None:
    assert _resolve() == "b a"
    assert _resolve("") == "b a"


def test_what_is_asked_for_is_given_in_that_order() -> None:
    assert _resolve("c a") == "c a"
    assert _resolve("c a c") == "c a"


@pytest.mark.parametrize("scope", ["d", "a d", "A", "a,b", " a", "a ", "a  b", "a\tb", "*", " "])
def test_nothing_is_narrowed_silently(scope: str) -> None:
    with pytest.raises(OAuthError) as refused:
        _resolve(scope)
    assert refused.value.code == "invalid_scope"
    assert refused.value.description == (
        "The requested scope(s) must be blank or a subset of the provided scopes."
    )


def test_a_request_that_was_granted_before_is_granted_alike() -> None:
    assert [_resolve("b c") for _ in range(3)] == ["b c"] * 3
    assert _resolve("c b") == "c b"


def test_what_was_granted_is_remembered_for_that_client_alone() -> None:
    assert _resolve("a b") == "a b"
    other = make_client("other", scopes=frozenset({"a"}))
    with pytest.raises(OAuthError, match="invalid_scope"):
        resolve_scopes(other, Params.from_pairs([("scope", "a b")]))


def test_what_was_granted_is_remembered_in_bounds() -> None:
    client = make_client("c", scopes=frozenset(map(str, range(MAX_REMEMBERED * 2))))
    for number in range(MAX_REMEMBERED * 2):
        scopes = resolve_scopes(client, Params.from_pairs([("scope", str(number))]))
        assert scopes.names == (str(number),)
    assert len(client.granted_before) == MAX_REMEMBERED
    long = make_client("long", scopes=frozenset({"a"}))
    text = " ".join("a" * MAX_REMEMBERED_CHARACTERS)
    assert resolve_scopes(long, Params.from_pairs([("scope", text)])).names == ("a",)
    assert not long.granted_before
