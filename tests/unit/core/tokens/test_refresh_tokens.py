"""Refresh tokens of one family: how each of them stands, and what is kept of them."""

import pytest

from ostiary.core.model.client import RefreshPolicy
from ostiary.core.model.user_grant import RefreshState
from ostiary.core.tokens import refresh_tokens
from ostiary.core.tokens.refresh_tokens import Standing
from tests.support.environments import make_environment
from tests.support.tenants import NONE, make_client

ENV = make_environment()
POLICY = RefreshPolicy(grace_seconds=10, idle_seconds=100)
FIRST = "F" * 18 + "a" * 24
SECOND = refresh_tokens.next_of(ENV, FIRST)
THIRD = refresh_tokens.next_of(ENV, SECOND)


def _judge(state: RefreshState, presented: str, now: float) -> Standing:
    return refresh_tokens.judge(state, presented, POLICY, now)


def _rotated() -> RefreshState:
    first = refresh_tokens.begin(FIRST, POLICY, 0)
    return refresh_tokens.go_on(first, SECOND, POLICY, 50)


def test_a_new_family_has_a_token_of_42_characters() -> None:
    minted = {refresh_tokens.mint(0) for _ in range(100)}
    assert len(minted) == 100
    assert all(refresh_tokens.is_well_formed(token) for token in minted)
    assert len({token[:18] for token in minted}) == 100


def test_families_are_kept_in_the_order_in_which_they_began() -> None:
    minted = [refresh_tokens.mint(second) for second in (0, 1, 61, 62, 3844, 1.7e9, 1.8e9)]
    families = [refresh_tokens.family_of(token) for token in minted]
    assert families == sorted(families)
    assert {len(family) for family in families} == {32}


def test_the_first_token_is_current_until_it_has_lain_unused() -> None:
    state = refresh_tokens.begin(FIRST, POLICY, 0)
    assert _judge(state, FIRST, 99.9) is Standing.CURRENT
    assert _judge(state, FIRST, 100) is Standing.IDLE


def test_a_rotation_makes_the_next_token_current_and_restarts_its_idle_time() -> None:
    state = _rotated()
    assert _judge(state, SECOND, 149.9) is Standing.CURRENT
    assert _judge(state, SECOND, 150) is Standing.IDLE


@pytest.mark.parametrize(("now", "standing"), [(59.9, "repeated"), (60, "spent"), (1e9, "spent")])
def test_the_token_before_has_its_grace(now: float, standing: str) -> None:
    assert _judge(_rotated(), FIRST, now) == Standing(standing)


def test_SEC_70_no_token_further_back_has_a_grace() -> None:
    state = refresh_tokens.go_on(_rotated(), THIRD, POLICY, 51)
    assert _judge(state, SECOND, 52) is Standing.REPEATED
    assert _judge(state, FIRST, 52) is Standing.SPENT


def test_another_token_of_the_family_is_spent_whatever_it_is() -> None:
    assert _judge(_rotated(), "F" * 18 + "z" * 24, 50) is Standing.SPENT
    assert _judge(refresh_tokens.begin(FIRST, POLICY, 0), SECOND, 0) is Standing.SPENT


def test_a_token_that_is_kept_is_only_seen_again() -> None:
    first = refresh_tokens.begin(FIRST, POLICY, 0)
    state = refresh_tokens.go_on(first, None, POLICY, 90)
    assert (state.current, state.previous) == (first.current, None)
    assert _judge(state, FIRST, 189) is Standing.CURRENT


def test_what_follows_a_token_is_known_to_this_server_alone() -> None:
    assert refresh_tokens.next_of(ENV, FIRST) == SECOND
    assert len({FIRST, SECOND, THIRD}) == 3
    assert {token[:18] for token in (FIRST, SECOND, THIRD)} == {"F" * 18}
    assert len({token[18:] for token in (FIRST, SECOND, THIRD)}) == 3


def test_SEC_47_no_part_of_a_token_is_kept() -> None:
    kept = repr(_rotated())
    for token in (FIRST, SECOND):
        assert token not in kept
        assert token[18:] not in kept


def test_SEC_72_public_clients_roll_whatever_is_configured() -> None:
    kept = RefreshPolicy(is_rolling=False)
    assert refresh_tokens.is_rolling(make_client("c"))
    assert not refresh_tokens.is_rolling(make_client("c", refresh=kept))
    assert refresh_tokens.is_rolling(make_client("c", NONE, refresh=kept))
