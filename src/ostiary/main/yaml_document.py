"""YAML read safely and strictly: no object tags, no duplicate keys, a bounded size, with lines.

Spec: YAML 1.1 as PyYAML reads it.
"""

import re

import yaml

from ostiary.core.configuration.problems import Path
from ostiary.main.config_positions import Positions

MAX_DEPTH = 32
MAX_NODES = 100_000
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_HARMLESS = re.compile(r"""['"](?:.|\\.|\\[xu][0-9a-f]+|<[a-z ]+>)['"]\Z""")
"""Single characters, and the parser's own words."""
_MERGE = "tag:yaml.org,2002:merge"


class InvalidYAMLError(Exception):
    """A document is not what is accepted; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def read(text: str) -> tuple[object, Positions]:
    """Read one document with the lines of everything in it; an empty one is None.

    Raises: InvalidYAMLError.
    """
    try:
        loader = yaml.SafeLoader(text)
        try:
            return _read_all(loader)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = _QUOTED.sub(_hide, error.problem or "")
        raise InvalidYAMLError(problem, mark.line + 1 if mark else 1) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InvalidYAMLError("holds a character that YAML does not allow", line) from None


def _read_all(loader: yaml.SafeLoader) -> tuple[object, Positions]:
    root = loader.get_single_node()
    if root is None:
        return None, Positions({})
    reading = _Reading(loader)
    return reading.build(root, ()), Positions(reading.lines)


class _Reading:
    """Builds the values of one document; aliases are followed, and counted each time."""

    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._nodes = 0
        self.lines: dict[Path, int] = {}

    def build(self, node: yaml.Node, path: Path) -> object:
        self._nodes += 1
        if len(path) > MAX_DEPTH or self._nodes > MAX_NODES:
            raise InvalidYAMLError("is nested too deeply or too large", _line(node))
        match node:
            case yaml.MappingNode(tag="tag:yaml.org,2002:map"):
                return self._mapping(node, path)
            case yaml.SequenceNode(tag="tag:yaml.org,2002:seq"):
                return [
                    self._entry(value, (*path, index), _line(value))
                    for index, value in enumerate(node.value)
                ]
            case _:
                return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[object, object]:
        mapping: dict[object, object] = {}
        for key_node, value in node.value:
            if key_node.tag == _MERGE:
                raise InvalidYAMLError("merge keys (<<) are not supported", _line(key_node))
            key = self._scalar(key_node)
            if isinstance(key, set | list):
                raise InvalidYAMLError("holds a tag, or a key that is not text", _line(key_node))
            if key in mapping:
                raise InvalidYAMLError(
                    f'the key "{key}" stands twice in one table', _line(key_node)
                )
            part = key if isinstance(key, str | int) else str(key)
            mapping[key] = self._entry(value, (*path, part), _line(key_node))
        return mapping

    def _entry(self, node: yaml.Node, path: Path, line: int) -> object:
        self.lines[path] = line
        return self.build(node, path)

    def _scalar(self, node: yaml.Node) -> object:
        if not isinstance(node, yaml.ScalarNode):
            raise InvalidYAMLError("holds a tag, or a key that is not text", _line(node))
        try:
            return self._loader.construct_object(node)
        except (ValueError, AttributeError, KeyError, IndexError):
            # PyYAML's own constructors expect that a tag fits what it stands before.
            raise InvalidYAMLError(
                "holds a date or number that does not exist", _line(node)
            ) from None


def _hide(quoted: re.Match[str]) -> str:
    """Keep quiet about what the document says: a secret without quotes may look like an alias."""
    return quoted[0] if _HARMLESS.match(quoted[0]) else "(hidden)"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
