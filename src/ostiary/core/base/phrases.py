"""Sentences with values in them, which other languages may put in another order."""

from collections.abc import Mapping
from typing import Self


class Phrase(str):
    """English text that remembers how it was made, so that it can be made again in a language.

    It is text like any other to whoever does not care: `Phrase("for {name}", name="Shop")`.
    Args:
        pattern: a constant, in which `{name}` stands for a value.
    """

    __slots__ = ("pattern", "values")

    pattern: str
    values: Mapping[str, str]

    def __new__(cls, pattern: str, **values: str) -> Self:
        phrase = super().__new__(cls, fill(pattern, values))
        phrase.pattern = pattern
        phrase.values = values
        return phrase


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """Put values into a pattern; what stands in a value is not looked at again."""
    return pattern.format_map(values)
