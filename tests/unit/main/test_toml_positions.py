"""Lines of everything in a TOML document."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.configuration.problems import Path
from ostiary.main.toml_positions import find_positions

DOCUMENT = '''\
# a comment with [brackets], "quotes" and a = sign

title = "one # two"   # not part of it
dotted.name."with \\"quotes\\" and.dots" = 1
'literal key' = 'C:\\path\\'
empty = ""
text = """
first " line ""
[not.a.table]
key = "not a key" \\"""
last"""""
raw = \'\'\'
[also.not]
'quoted' \\\'\'\'
after = 1

[servers]  # a table
list = [
    1,  # ] not the end
    "two, ]",

    [3, 4],
    { five = 5, six = { seven = "}" } },
]
moment = 1979-05-27 07:32:00Z
point = { x = 1, "y.z" = [ 2, 3 ] }

[ servers . "alpha beta" ]
ip = "10.0.0.1"

[[servers.disks]]
size = 1

[[servers.disks]]
size = 2

[servers.disks.label]
text = "second"

[outer.inner]
a = 1

[outer]
b = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 3),
        (("dotted",), 4),
        (("dotted", "name"), 4),
        (("dotted", "name", 'with "quotes" and.dots'), 4),
        (("literal key",), 5),
        (("empty",), 6),
        (("text",), 7),
        (("raw",), 12),
        (("after",), 15),
        (("servers",), 17),
        (("servers", "list"), 18),
        (("servers", "list", 0), 19),
        (("servers", "list", 1), 20),
        (("servers", "list", 2), 22),
        (("servers", "list", 2, 1), 22),
        (("servers", "list", 3), 23),
        (("servers", "list", 3, "six", "seven"), 23),
        (("servers", "moment"), 25),
        (("servers", "point", "y.z", 1), 26),
        (("servers", "alpha beta"), 28),
        (("servers", "alpha beta", "ip"), 29),
        (("servers", "disks"), 31),
        (("servers", "disks", 0), 31),
        (("servers", "disks", 0, "size"), 32),
        (("servers", "disks", 1), 34),
        (("servers", "disks", 1, "size"), 35),
        (("servers", "disks", 1, "label"), 37),
        (("servers", "disks", 1, "label", "text"), 38),
        (("outer",), 43),
        (("outer", "inner"), 40),
        (("outer", "b"), 44),
    ],
    ids=repr,
)
def test_everything_in_a_document_has_its_line(path: Path, line: int) -> None:
    assert find_positions(DOCUMENT).line_of(path) == line


def test_every_path_of_a_document_is_found_and_no_other() -> None:
    found = set(find_positions(DOCUMENT).lines)

    assert found == set(_paths(tomllib.loads(DOCUMENT)))


def test_what_is_not_there_has_the_line_of_what_is_around_it() -> None:
    positions = find_positions(DOCUMENT)

    assert positions.line_of(("servers", "disks", 1, "speed")) == 34
    assert positions.line_of(("servers", "list", 9)) == 18
    assert positions.line_of(("nothing", "at", "all")) == 1
    assert positions.line_of(()) == 1


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _paths(inner, (*path, index))


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6) | (
    st.sampled_from(['"', "''", '"""', "#", "[a]", "a = 1", "\\", "=", ",", "]", "}", "\n", "a.b"])
)
SCALARS = st.integers(-5, 5) | st.booleans() | st.floats(allow_nan=False) | TEXT
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_any_document_that_a_writer_makes_is_followed_to_its_end(document: dict[str, Any]) -> None:
    text = tomlkit.dumps(document)
    read = tomllib.loads(text)

    assert set(find_positions(text).lines) == set(_paths(read))


@given(st.lists(st.tuples(TEXT, VALUES), max_size=5, unique_by=lambda pair: pair[0]), st.data())
def test_any_key_has_the_line_on_which_it_was_written(
    pairs: list[tuple[str, Any]], data: st.DataObject
) -> None:
    lines: list[str] = []
    expected: dict[Path, int] = {}
    for key, value in pairs:
        lines += ["# [comment] = 1"] * data.draw(st.integers(0, 2))
        expected[(key,)] = len(lines) + 1
        lines += _written(key, value).split("\n")
    text = "\n".join(lines)
    positions = find_positions(text)

    assert {path: positions.line_of(path) for path in expected} == expected
    assert set(positions.lines) == set(_paths(tomllib.loads(text)))


def _written(key: str, value: Any) -> str:
    """Write one pair on its own line or lines, tables inline."""
    name = tomlkit.key(key) if key else tomlkit.key([""])
    return f"{name.as_string()} = {_inline(value)}"


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[\n" + "".join(f"  {_inline(entry)}, # ]\n" for entry in value) + "]"
    return str(tomlkit.item(value).as_string())


def _quoted(key: str) -> str:
    return tomlkit.string(key).as_string()
