"""Filters of collections, made of values that cannot end them."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from ostiary_client.errors import ConfigurationError

Value = str | bool | int | datetime
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[.$-][A-Za-z0-9_]+)*")


class _Kind(StrEnum):
    ONE = "one"
    EVERY = "and"
    SOME = "or"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which members of a collection are wanted; `text` is what goes over the wire.

    Filters are made by `where`, and joined by `&`, `|` and `~`:

        from ostiary_client.management import where

        wanted = where("email").ends_with("@example.com") & ~where("enabled").equals(False)
        print(wanted.text)

    Spec: PingOne "Filtering collections"; RFC 7644 §3.4.2.2.
    """

    text: str
    _kind: _Kind = _Kind.ONE

    def __and__(self, other: "Filter") -> "Filter":
        """Return the filter for which both hold."""
        return _join(self, other, _Kind.EVERY)

    def __or__(self, other: "Filter") -> "Filter":
        """Return the filter for which one of both holds, or both."""
        return _join(self, other, _Kind.SOME)

    def __invert__(self) -> "Filter":
        """Return the filter that holds where this one does not."""
        return Filter(f"not ({self.text})")

    def __bool__(self) -> bool:
        """Refuse `and`, `or` and `not`, which would silently throw half of a filter away.

        Raises: ConfigurationError.
        """
        raise ConfigurationError(
            "A filter is neither true nor false", remedy="Join filters with &, | and ~"
        )

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that is about to be compared; made by `where`."""

    name: str

    def equals(self, value: Value) -> Filter:
        """Hold where the attribute is that; texts are compared without regard to case."""
        return self._compare("eq", value)

    def contains(self, text: str) -> Filter:
        """Hold where a text is part of the attribute."""
        return self._compare("co", text)

    def starts_with(self, text: str) -> Filter:
        """Hold where the attribute begins with a text."""
        return self._compare("sw", text)

    def ends_with(self, text: str) -> Filter:
        """Hold where the attribute ends with a text."""
        return self._compare("ew", text)

    def above(self, value: Value) -> Filter:
        """Hold where the attribute is greater, or later."""
        return self._compare("gt", value)

    def at_least(self, value: Value) -> Filter:
        """Hold where the attribute is greater, later, or that."""
        return self._compare("ge", value)

    def below(self, value: Value) -> Filter:
        """Hold where the attribute is less, or earlier."""
        return self._compare("lt", value)

    def at_most(self, value: Value) -> Filter:
        """Hold where the attribute is less, earlier, or that."""
        return self._compare("le", value)

    def is_present(self) -> Filter:
        """Hold where the attribute has any value."""
        return Filter(f"{self.name} pr")

    def _compare(self, operator: str, value: Value) -> Filter:
        return Filter(f"{self.name} {operator} {_literal(value)}")


def where(attribute: str) -> Attribute:
    """Return an attribute to be compared, such as `username`, `name.given` or `population.id`.

    Raises: ConfigurationError for what is no attribute's name.
    """
    if not _ATTRIBUTE.fullmatch(attribute):
        raise ConfigurationError(
            "That is no name of an attribute", remedy="Write it like username or population.id"
        )
    return Attribute(attribute)


def _join(left: Filter, right: Filter, kind: _Kind) -> Filter:
    return Filter(f"{_part(left, kind)} {kind} {_part(right, kind)}", kind)


def _part(part: Filter, kind: _Kind) -> str:
    return part.text if part._kind in {kind, _Kind.ONE} else f"({part.text})"  # noqa: SLF001 - its own


def _literal(value: Value) -> str:
    """Return a value as JSON has it: nothing in a text can end the text."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ConfigurationError("A time in a filter lacks its zone", remedy="Give it a tzinfo")
        text = value.astimezone(UTC).isoformat(timespec="milliseconds")
        return json.dumps(text.replace("+00:00", "Z"))
    if not isinstance(value, str | bool | int):
        raise ConfigurationError("A filter compares with texts, whole numbers, flags and times")
    return json.dumps(value)
