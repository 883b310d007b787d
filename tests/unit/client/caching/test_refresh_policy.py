"""When a token is good enough, and when a new one is due."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_client.caching.refresh_policy import Freshness, RefreshPolicy
from ostiary_client.tokens import AccessToken

T0 = 1_000_000.0
FRESH, DUE, OVER = Freshness.FRESH, Freshness.DUE, Freshness.OVER


def judge(lifetime: float, age: float) -> Freshness:
    token = AccessToken("abc", expires_at=T0 + lifetime)
    return RefreshPolicy().judge(token, T0, T0 + age)


@pytest.mark.parametrize(
    ("age", "freshness"),
    [
        (0, FRESH), (3539, FRESH), (3540, DUE), (3594, DUE), (3595, OVER), (3600, OVER),
        (10**9, OVER),
    ],
)  # fmt: skip
def test_a_token_of_an_hour_is_renewed_a_minute_early(age: float, freshness: Freshness) -> None:
    assert judge(3600, age) is freshness


@pytest.mark.parametrize(("age", "freshness"), [(0, FRESH), (53, FRESH), (54, DUE), (55, OVER)])
def test_a_token_of_a_minute_is_renewed_in_its_last_tenth(age: float, freshness: Freshness) -> None:
    assert judge(60, age) is freshness


@pytest.mark.parametrize("lifetime", [1, 2, 5, 10])
def test_a_short_token_can_be_used_for_most_of_its_life(lifetime: float) -> None:
    assert judge(lifetime, 0) is FRESH
    assert judge(lifetime, lifetime * 0.7) is FRESH
    assert judge(lifetime, lifetime * 0.8) is OVER


def test_a_token_without_life_is_over_at_once() -> None:
    assert judge(0, 0) is OVER


def test_a_token_whose_life_nobody_knows_is_used_once() -> None:
    assert RefreshPolicy().judge(AccessToken("abc"), T0, T0) is OVER


def test_nothing_is_over() -> None:
    assert RefreshPolicy().judge(None, T0, T0) is OVER


@pytest.mark.parametrize("back", [2, 60, 10**9])
def test_a_clock_that_was_set_back_ends_every_token(back: float) -> None:
    assert judge(3600, -back) is OVER


def test_a_clock_that_wavers_ends_none() -> None:
    assert judge(3600, -0.5) is FRESH


def test_a_policy_may_renew_never_early_and_use_to_the_end() -> None:
    policy = RefreshPolicy(early_seconds=0, unusable_seconds=0)
    token = AccessToken("abc", expires_at=T0 + 10)

    assert policy.judge(token, T0, T0 + 9.9) is FRESH
    assert policy.judge(token, T0, T0 + 10) is OVER


@given(lifetime=st.floats(0, 1e9), age=st.floats(-1e9, 2e9))
def test_no_token_is_used_after_its_end(lifetime: float, age: float) -> None:
    if age >= lifetime:
        assert judge(lifetime, age) is OVER
