"""Paths with several variable segments, found segment by segment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_PATH = re.compile(r"(?:/(?:[^{}*/]+|\{\w+\}))*(?:/[^{}*/]+/?|/\{\w+\})")
_VARIABLE = re.compile(r"\{(\w+)\}")
Leaf = TypeVar("Leaf")


@dataclass(frozen=True, slots=True)
class SeveralVariables:
    """A path like "/{environment}/flows/{id}", by its segments; variable ones are None.

    Args: names are those of the variable segments, in order.
    """

    segments: tuple[str | None, ...]
    names: tuple[str, ...]

    @classmethod
    def read(cls, path: str) -> "SeveralVariables | None":
        """Return the segments of a path, or None for one that has not several variables."""
        if not _PATH.fullmatch(path):
            return None
        texts = path[1:].split("/")
        found = [_VARIABLE.fullmatch(text) for text in texts]
        names = tuple(variable[1] for variable in found if variable)
        is_fit = 1 < len(names) == len(set(names)) < len(texts)
        segments = tuple(
            None if variable else text for text, variable in zip(texts, found, strict=True)
        )
        return cls(segments, names) if is_fit else None


@dataclass(slots=True)
class _Node(Generic[Leaf]):
    literals: "dict[str, _Node[Leaf]]" = field(default_factory=dict)
    variable: "_Node[Leaf] | None" = None
    leaf: tuple[Leaf, tuple[str, ...]] | None = None

    def find(
        self, segments: list[str], values: tuple[str, ...]
    ) -> tuple[Leaf, Mapping[str, str]] | None:
        if not segments:
            return self.leaf and (self.leaf[0], dict(zip(self.leaf[1], values, strict=True)))
        first, *rest = segments
        literal = self.literals.get(first)
        found = literal.find(rest, values) if literal is not None else None
        if found is None and first and self.variable is not None:
            return self.variable.find(rest, (*values, first))
        return found


@dataclass(slots=True)
class Tree(Generic[Leaf]):
    """Such paths and what is at their ends; a literal segment is found before a variable one."""

    _root: _Node[Leaf] = field(default_factory=_Node)

    def add(self, path: SeveralVariables, leaf: Leaf) -> bool:
        """Add a path; tell whether it was not there yet."""
        node = self._root
        for segment in path.segments:
            if segment is None:
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.literals.setdefault(segment, _Node())
        is_new = node.leaf is None
        node.leaf = (leaf, path.names)
        return is_new

    def find(self, path: str) -> tuple[Leaf, Mapping[str, str]] | None:
        """Return what is at a path, and the values of its variable segments; none is empty."""
        if not path.startswith("/"):
            return None
        return self._root.find(path[1:].split("/"), ())
