"""One-time codes: right once typed as sent, and otherwise a few times wrong and then over."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.secret_digests import SecretDigester
from ostiary.core.signon.one_time_codes import (
    MAX_FAILURES,
    CodeAlphabet,
    CodeResult,
    KeptCode,
    OneTimeCodes,
    OverCode,
    RightCode,
    WrongCode,
)
from tests.support.environments import make_environment

ENV = make_environment()
OTHER = make_environment("other", client_secrets=SecretDigester(Secret(bytes(range(32)))))
PURPOSE, BOUND_TO = "second factor", "flow-1 user-1"
LOOK_ALIKES = set("01OILZSBUAE")


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def codes(clock: FrozenClock) -> OneTimeCodes:
    return OneTimeCodes(clock)


def check(codes: OneTimeCodes, kept: KeptCode, presented: str) -> CodeResult:
    return codes.check(ENV, PURPOSE, BOUND_TO, kept, presented)


def wrong_for(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


def test_the_code_that_was_made_is_right(codes: OneTimeCodes) -> None:
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO)
    assert check(codes, kept, code) == RightCode()


def test_a_code_has_six_digits_unless_it_is_wished_otherwise(codes: OneTimeCodes) -> None:
    code, _ = codes.make(ENV, PURPOSE, BOUND_TO)
    assert len(code) == 6
    assert code.isascii()
    assert code.isdigit()


def test_another_code_is_wrong_and_counts(codes: OneTimeCodes) -> None:
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO)
    result = check(codes, kept, wrong_for(code))
    assert result == WrongCode(msgspec.structs.replace(kept, failures=1))
    assert result.kept.remaining == MAX_FAILURES - 1


def test_the_right_code_is_right_until_the_last_guess(codes: OneTimeCodes) -> None:
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO)
    last = msgspec.structs.replace(kept, failures=MAX_FAILURES - 1)
    assert check(codes, last, code) == RightCode()


def test_SEC_161_a_code_is_over_after_five_wrong_ones(codes: OneTimeCodes) -> None:
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO)
    for _ in range(MAX_FAILURES):
        result = check(codes, kept, wrong_for(code))
        assert isinstance(result, WrongCode)
        kept = result.kept
    assert kept.remaining == 0
    assert check(codes, kept, code) == OverCode()


def test_a_code_is_over_at_the_end_of_its_lifetime(codes: OneTimeCodes, clock: FrozenClock) -> None:
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO, lifetime_seconds=300)
    clock.advance(299)
    assert check(codes, kept, code) == RightCode()
    clock.advance(1)
    assert check(codes, kept, code) == OverCode()


def test_a_code_is_no_good_for_another_purpose(codes: OneTimeCodes) -> None:
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO)
    assert isinstance(codes.check(ENV, "recovery", BOUND_TO, kept, code), WrongCode)


def test_a_code_is_no_good_in_another_flow_or_for_another_user(codes: OneTimeCodes) -> None:
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO)
    assert isinstance(codes.check(ENV, PURPOSE, "flow-2 user-1", kept, code), WrongCode)
    assert isinstance(codes.check(ENV, PURPOSE, "flow-1 user-2", kept, code), WrongCode)


def test_a_code_is_no_good_in_another_environment(codes: OneTimeCodes) -> None:
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO)
    assert isinstance(codes.check(OTHER, PURPOSE, BOUND_TO, kept, code), WrongCode)


def test_what_a_code_is_bound_to_ends_where_the_code_begins(codes: OneTimeCodes) -> None:
    code, kept = codes.make(ENV, PURPOSE, "user-1")
    assert isinstance(codes.check(ENV, PURPOSE, "user-", kept, f"1{code}"), WrongCode)


def test_what_is_kept_does_not_hold_the_code(codes: OneTimeCodes) -> None:
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO, length=8, alphabet=CodeAlphabet.ALPHANUMERIC)
    assert code not in str(kept)
    assert code not in kept.digest.upper()


def test_a_code_comes_back_from_the_state_of_a_step(codes: OneTimeCodes) -> None:
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO)
    state: Mapping[str, Any] = msgspec.json.decode(msgspec.json.encode(kept.to_state()))
    assert KeptCode.from_state(state) == kept
    assert check(codes, KeptCode.from_state(state), code) == RightCode()


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}-{1}\n", "{0}\u00a0{1}", "{0}\u2011{1}"])
def test_what_people_put_between_groups_does_not_matter(codes: OneTimeCodes, typed: str) -> None:
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO)
    assert check(codes, kept, typed.format(code[:3], code[3:])) == RightCode()


def test_case_does_not_matter(codes: OneTimeCodes) -> None:
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO, length=8, alphabet=CodeAlphabet.ALPHANUMERIC)
    assert check(codes, kept, code.lower()) == RightCode()


def test_letters_that_look_like_others_are_in_no_code(codes: OneTimeCodes) -> None:
    code, _ = codes.make(ENV, PURPOSE, BOUND_TO, length=5000, alphabet=CodeAlphabet.ALPHANUMERIC)
    assert len(set(code)) == 25
    assert not set(code) & LOOK_ALIKES
    assert code == code.upper()


def test_digits_of_codes_are_evenly_drawn(codes: OneTimeCodes) -> None:
    code, _ = codes.make(ENV, PURPOSE, BOUND_TO, length=100_000)
    # One digit's count has a standard deviation of 95; eight of them are no accident.
    assert all(9240 < code.count(digit) < 10_760 for digit in "0123456789")


@given(st.text(max_size=40))
def test_nothing_but_the_code_is_right(presented: str) -> None:
    codes = OneTimeCodes(FrozenClock())
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO, length=12, alphabet=CodeAlphabet.ALPHANUMERIC)
    assert code not in presented.upper()
    assert isinstance(check(codes, kept, presented), WrongCode)


@given(st.lists(st.booleans(), max_size=12))
def test_no_history_of_guesses_has_more_than_five_compared(guesses: list[bool]) -> None:
    codes = OneTimeCodes(FrozenClock())
    code, kept = codes.make(ENV, PURPOSE, BOUND_TO)
    wrong = 0
    for is_right in guesses:
        result = check(codes, kept, code if is_right else wrong_for(code))
        if wrong == MAX_FAILURES:
            assert result == OverCode()
        elif is_right:
            assert result == RightCode()
        else:
            assert isinstance(result, WrongCode)
            kept, wrong = result.kept, wrong + 1
    assert kept.failures == wrong
