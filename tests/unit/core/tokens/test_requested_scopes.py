"""Scopes at the token endpoint: what was asked for, the default, or a refusal."""

import pytest

from ostiary.core.base.errors import OAuthError
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.tokens.requested_scopes import resolve_scopes
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
