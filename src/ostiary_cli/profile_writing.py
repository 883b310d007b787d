"""Writing the file of profiles: one table at a time, and the rest left as it is."""

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ostiary_client.errors import ConfigurationError

_HEADING = re.compile(r"\s*\[")
_DEFAULT = re.compile(r"default_profile\s*=")
_STARTER = """\
# Profiles of the command `ostiary` and of Client.from_profile().
# One more:   ostiary profiles set NAME --base-url URL --client-id ID --client-secret-stdin
#
# A secret may stand here as a text, or come from elsewhere:
#   client_secret = { env = "SHOP_SECRET" }
#   client_secret = { file = "/run/secrets/shop" }
#   client_secret = { command = ["pass", "show", "shop"] }
"""


def write_profile(path: Path, name: str, table: Mapping[str, Any], *, is_default: bool) -> None:
    """Write one profile's table; the others keep every character.

    Args: name is of letters, digits, - and _ only.
    Raises: ConfigurationError.
    """
    before = _read(path)
    expected = tomllib.loads(before)
    expected.setdefault("profiles", {})[name] = dict(table)
    end = "\r\n" if "\r\n" in before else "\n"
    text = _replace_table(before, name, _render_table(name, table), end=end)
    if is_default:
        expected["default_profile"] = name
        text = _replace_default(text, name, end=end)
    if not _says(text, expected):
        raise ConfigurationError(
            f"{path} is written in a way that this command does not understand",
            remedy=f"Nothing was changed. Write [profiles.{name}] into it by hand",
        )
    write(path, text)


def remove_profile(path: Path, name: str) -> None:
    """Take one profile's table away, and its being the default; the others keep every character.

    Raises: ConfigurationError.
    """
    before = _read(path)
    expected = tomllib.loads(before)
    del expected["profiles"][name]
    text = _without_table(before, name)
    if expected.get("default_profile") == name:
        del expected["default_profile"]
        text = "".join(line for line in text.splitlines(keepends=True) if not _DEFAULT.match(line))
    if not _says(text, expected):
        raise ConfigurationError(
            f"{path} is written in a way that this command does not understand",
            remedy=f"Nothing was changed. Take [profiles.{name}] out of it by hand",
        )
    write(path, text)


def write(path: Path, text: str) -> None:
    """Put a text in the file's place at once, readable for its owner only.

    Raises: ConfigurationError.
    """
    path = path.resolve()  # a link to the file stays one
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            Path(temporary).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from None


def starter() -> str:
    """Return a file with nothing but comments."""
    return _STARTER


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as file:  # the ends of lines stay as they are
            return file.read()
    except FileNotFoundError:
        return _STARTER
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None


def _says(text: str, expected: Mapping[str, Any]) -> bool:
    """Tell whether the text says what it should; no profiles are the same as an empty table."""
    none: dict[str, Any] = {"profiles": {}}
    try:
        return none | tomllib.loads(text) == none | dict(expected)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False


def _replace_table(text: str, name: str, table: str, *, end: str) -> str:
    table = table.replace("\n", end)
    lines = text.splitlines(keepends=True)
    span = _find_table(lines, name)
    if span is None:
        gap = "" if text.endswith("\n") or not text else end
        return f"{text}{gap}{end}{table}"
    start, stop = span
    return "".join(lines[:start]) + table + "".join(lines[stop:])


def _without_table(text: str, name: str) -> str:
    lines = text.splitlines(keepends=True)
    span = _find_table(lines, name)
    if span is None:
        return text
    start, stop = span
    has_gap_behind = stop == len(lines) or not lines[stop].strip()
    while has_gap_behind and start > 0 and not lines[start - 1].strip():
        start -= 1  # one gap is enough
    return "".join((*lines[:start], *lines[stop:]))


def _find_table(lines: list[str], name: str) -> tuple[int, int] | None:
    """Return the number of a table's heading, and that of the first line behind the table."""
    heading = re.compile(rf"\s*\[\s*profiles\s*\.\s*\"?{re.escape(name)}\"?\s*\]\s*(#.*)?")
    start = next(
        (n for n, line in enumerate(lines) if heading.fullmatch(line.rstrip("\r\n"))), None
    )
    if start is None:
        return None
    stop = start + 1
    while stop < len(lines) and not _HEADING.match(lines[stop]):
        stop += 1
    while stop > start + 1 and (not lines[stop - 1].strip() or lines[stop - 1].startswith("#")):
        stop -= 1  # what stands above the next heading belongs to that
    return start, stop


def _replace_default(text: str, name: str, *, end: str) -> str:
    line = f'default_profile = "{name}"{end}'
    lines = text.splitlines(keepends=True)
    for number, old in enumerate(lines):
        if _DEFAULT.match(old):
            return "".join((*lines[:number], line, *lines[number + 1 :]))
        if _HEADING.match(old):
            return "".join((*lines[:number], line, end, *lines[number:]))
    return text + line


def _render_table(name: str, table: Mapping[str, Any]) -> str:
    lines = (f"{field} = {_render(value)}\n" for field, value in table.items())
    return f"[profiles.{name}]\n{''.join(lines)}"


def _render(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case list() | tuple():
            return f"[{', '.join(map(_render, value))}]"
        case dict():
            return f"{{ {', '.join(f'{key} = {_render(inner)}' for key, inner in value.items())} }}"
        case _:
            # A JSON string is a TOML string, but for DEL.
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
