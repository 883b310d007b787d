"""Scopes: an ordered set of names."""

import re
from collections.abc import Iterable, Iterator

import msgspec

SCOPE_NAME = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+\Z")


class ScopeSet(msgspec.Struct, frozen=True):
    """Scope names in the order in which they were asked for, each once.

    A struct, like every value that is made anew for each request: making one costs a tenth of
    what a frozen dataclass costs.
    """

    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, names: Iterable[str]) -> "ScopeSet":
        """Make a set from names, dropping repetitions."""
        return cls(tuple(dict.fromkeys(names)))

    @classmethod
    def parse(cls, text: str) -> "ScopeSet":
        """Read the wire form: names separated by spaces.

        Spec: RFC 6749 §3.3.
        """
        return cls(tuple(dict.fromkeys(text.split(" ")))) if text else cls()

    def is_subset_of(self, other: frozenset[str]) -> bool:
        return other.issuperset(self.names)

    def __str__(self) -> str:
        return " ".join(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def __bool__(self) -> bool:
        return bool(self.names)
