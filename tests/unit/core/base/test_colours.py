"""How well a colour is read on another one."""

import pytest

from ostiary.core.base.colours import find_contrast


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("#000", "#ffffff", 21.0),
        ("#fff", "#FFF", 1.0),
        ("#777777", "#fff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#1d4ed8", "#fff", 6.70),
    ],
)
def test_contrast_is_what_the_guidelines_say(first: str, second: str, expected: float) -> None:
    assert find_contrast(first, second) == pytest.approx(expected, abs=0.01)
    assert find_contrast(second, first) == find_contrast(first, second)
