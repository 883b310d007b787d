"""What nobody should send, fed to parsers: a little in each run, a lot in `make prove`."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.asgi import Answer

Input = TypeVar("Input")
FEW, MANY = 60, 5_000
MOST_CPU_SECONDS = 1.0
"""For one input; no parser here needs a hundredth of it."""

fuzzed = pytest.mark.parametrize("examples", [FEW, pytest.param(MANY, marks=pytest.mark.prove)])
"""Marks a test that calls `search`, the second time with other inputs in every run."""

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
"""Whatever can be written as UTF-8."""
LINE_BYTES = st.binary(max_size=200).map(lambda raw: raw.translate(None, b"\r\n\0"))
"""Whatever can stand in a header."""


def search(examples: int, inputs: st.SearchStrategy[Input], check: Callable[[Input], None]) -> None:
    """Give so many inputs to a check, and claim that none costs more than its share of time."""

    @settings(
        max_examples=examples,
        derandomize=examples <= FEW,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs)
    def try_one(value: Input) -> None:
        # A machine that stood still may count that as work: what is slow is so again.
        if _seconds(check, value) > MOST_CPU_SECONDS:
            assert _seconds(check, value) < MOST_CPU_SECONDS

    try_one()


def _seconds(check: Callable[[Input], None], value: Input) -> float:
    """Return how much time of the processor a check takes."""
    started = time.process_time()
    check(value)
    return time.process_time() - started


def check_answer(answer: Answer) -> None:
    """Claim that an answer is one, and not a failure of the server."""
    assert answer.status < 500, (answer.status, answer.body)


@st.composite
def edited(draw: st.DrawFn, text: str, alphabet: st.SearchStrategy[str] = TEXT) -> str:
    """Return a text with up to three places taken out, written over or said twice."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        middle = draw(st.sampled_from(["", text[start:end] * 2]) | alphabet)
        text = text[:start] + middle + text[end:]
    return text


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**30, -(2**63) - 1, 2**64, 1e308, -0.0, 1e-320])
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
