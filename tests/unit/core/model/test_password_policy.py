"""Lockout: who is locked after which failure, and for how long."""

import pytest

from ostiary.core.model.password_policy import (
    CEILING_SECONDS,
    Admission,
    Failures,
    LockoutPolicy,
)

NOW = 1_750_000_000.0
POLICY = LockoutPolicy()


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(1, 0), (4, 0), (5, 60), (6, 0), (10, 300), (15, 900), (20, 900), (95, 900)],
)
def test_SEC_145_every_fifth_failure_locks_for_longer(failures: int, seconds: float) -> None:
    assert POLICY.lock_after(failures) == seconds


@pytest.mark.parametrize("failures", [100, 101, 1000])
def test_SEC_145_100_failures_in_a_row_lock_until_somebody_unlocks(failures: int) -> None:
    assert POLICY.lock_after(failures) == CEILING_SECONDS


def test_SEC_145_nothing_is_counted_while_a_lock_holds() -> None:
    kept = Failures(5, NOW + 60)

    standing = POLICY.admit(kept, others=0, now=NOW + 59)

    assert standing.admission is Admission.LOCKED
    assert standing.failures == kept
    assert standing.remaining == 0
    assert POLICY.admit(kept, others=0, now=NOW + 60).failures == Failures(6, 0.0)


def test_the_failures_that_remain_are_those_before_the_next_lock() -> None:
    kept, remaining = Failures(), []
    for _ in range(7):
        standing = POLICY.admit(kept, others=0, now=NOW)
        remaining.append(standing.remaining)
        kept = Failures(standing.failures.failures)

    assert remaining == [4, 3, 2, 1, 0, 4, 3]


def test_SEC_149_a_sprayed_password_is_no_failure_of_the_user() -> None:
    standing = POLICY.admit(Failures(3), others=5, now=NOW)

    assert standing.admission is Admission.SPRAYED
    assert standing.failures == Failures(3)
    assert standing.remaining == 2


def test_SEC_149_nobody_is_locked_out_of_a_known_device_by_what_is_tried_on_others() -> None:
    assert POLICY.admit(Failures(), others=1000, now=NOW, is_known_device=True).is_admitted


def test_a_policy_without_a_spray_lock_never_looks_at_other_users() -> None:
    policy = LockoutPolicy(spray_users=0)

    assert policy.admit(Failures(), others=1000, now=NOW).is_admitted


def test_a_lock_is_remembered_for_as_long_after_its_end_as_a_failure() -> None:
    assert POLICY.expires_at(Failures(1), now=NOW) == NOW + 86_400
    assert POLICY.expires_at(Failures(5, NOW + 60), now=NOW) == NOW + 60 + 86_400
