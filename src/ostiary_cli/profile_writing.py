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
    text = _replace_table(before, name, _render_table(name, table))
    if is_default:
        expected["default_profile"] = name
        text = _replace_default(text, name)
    try:
        fits = tomllib.loads(text) == expected
    except tomllib.TOMLDecodeError:
        fits = False
    if not fits:
        raise ConfigurationError(
            f"{path} is written in a way that this command does not understand",
            remedy=f"Nothing was changed. Write [profiles.{name}] into it by hand",
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
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
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
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return _STARTER
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None


def _replace_table(text: str, name: str, table: str) -> str:
    heading = re.compile(rf"\s*\[\s*profiles\s*\.\s*\"?{re.escape(name)}\"?\s*\]\s*(#.*)?")
    lines = text.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if heading.fullmatch(line)), None)
    if start is None:
        gap = "" if text.endswith("\n") or not text else "\n"
        return f"{text}{gap}\n{table}"
    end = start + 1
    while end < len(lines) and not _HEADING.match(lines[end]):
        end += 1
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1  # what stands above the next heading belongs to that
    return "".join(lines[:start]) + table + "".join(lines[end:])


def _replace_default(text: str, name: str) -> str:
    line = f'default_profile = "{name}"\n'
    lines = text.splitlines(keepends=True)
    for number, old in enumerate(lines):
        if _DEFAULT.match(old):
            return "".join((*lines[:number], line, *lines[number + 1 :]))
        if _HEADING.match(old):
            return "".join((*lines[:number], line, "\n", *lines[number:]))
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
