"""Scopes: nothing is granted that was not asked for, or that is not the client's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.errors import OAuthError
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import SCOPE_NAME, ScopeSet
from ostiary.core.tokens.requested_scopes import resolve_scopes
from tests.support.tenants import make_client

NAMES = st.sampled_from(["a", "b", "c:d", "A", "openid"]) | st.from_regex(
    SCOPE_NAME, fullmatch=True
)
SETS = st.lists(NAMES, max_size=6)


@given(SETS)
def test_a_set_reads_back_from_its_text(names: list[str]) -> None:
    assert all(SCOPE_NAME.match(name) for name in names)
    scopes = ScopeSet.of(names)
    assert ScopeSet.parse(str(scopes)) == scopes
    assert set(scopes.names) == set(names)
    assert len(scopes.names) == len(set(names))


@given(SETS, SETS, SETS)
def test_a_grant_is_a_subset_of_the_request_and_of_the_client(
    allowed: list[str], default: list[str], asked: list[str]
) -> None:
    client = make_client("c", scopes=frozenset(allowed), default_scopes=ScopeSet.of(default))
    params = Params.from_pairs([("scope", " ".join(asked))])
    if not set(asked) <= set(allowed):
        with pytest.raises(OAuthError, match="invalid_scope"):
            resolve_scopes(client, params)
        return
    granted = resolve_scopes(client, params)
    assert granted == ScopeSet.of(asked or default)


@given(st.text(max_size=30))
def test_whatever_text_is_asked_for_every_granted_name_is_one_of_the_clients(text: str) -> None:
    client = make_client("c", scopes=frozenset({"a", "b"}))
    try:
        granted = resolve_scopes(client, Params.from_pairs([("scope", text)]))
    except OAuthError:
        return
    assert not text or set(text.split(" ")) == set(granted.names) <= {"a", "b"}
