"""The configuration file: read, checked, and every problem tied to its line."""

import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ostiary.core.configuration.check import check
from ostiary.core.configuration.problems import Path as ConfigPath
from ostiary.core.configuration.problems import Problem, error, render_path
from ostiary.core.configuration.schema import Configuration
from ostiary.core.configuration.secret_sources import UnreadableFileError
from ostiary.core.configuration.vocabulary import Vocabulary
from ostiary.main import toml_positions, yaml_document
from ostiary.main.config_positions import Positions
from ostiary.main.surroundings import MachineSurroundings, read_file

MAX_BYTES = 16 << 20
_TOML_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)\Z")
_DIGITS = re.compile(r"[0-9][0-9_]*")
Overrides = Mapping[ConfigPath, object]
OPTIONS: Mapping[ConfigPath, str] = MappingProxyType(
    {
        ("server", "listeners", "http"): "--http",
        ("server", "workers"): "--workers",
        ("server", "force_workers"): "--force-workers",
        ("server", "data_directory"): "--data-directory",
    }
)
"""What sets a value from the command line."""


@dataclass(frozen=True, slots=True)
class LocatedProblem:
    """A problem with the place where the writer finds it.

    Args:
        option: of the command line that it is about; "" when it is the file's own.
    """

    file: Path
    line: int
    problem: Problem
    option: str = ""

    def __str__(self) -> str:
        said = f"{self.problem.severity}: {self.problem.text}"
        if self.option:
            return f"{self.option}: {said}"
        place = f"{self.file}:{self.line}: "
        if self.problem.path:
            place += f"{render_path(self.problem.path)}: "
        return place + said


class UnreadableConfigurationError(Exception):
    """The file is not there, or not in its language; `problem` says why and where."""

    def __init__(self, problem: LocatedProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class LoadedConfiguration:
    """What a file says, unchecked, and where it says it."""

    raw: dict[str, Any]
    positions: Positions


@dataclass(frozen=True, slots=True)
class CheckedConfiguration:
    """A file's verdict.

    Args:
        configuration: None when any problem is an error.
        problems: in the order of lines.
    """

    configuration: Configuration | None
    problems: tuple[LocatedProblem, ...]


def check_file(
    path: Path,
    vocabulary: Vocabulary,
    environ: Mapping[str, str],
    overrides: Overrides | None = None,
) -> CheckedConfiguration:
    """Read a file and find everything that is wrong with it.

    Args: overrides are values that the command line sets in place of the file's.
    """
    try:
        loaded = load(path)
    except UnreadableConfigurationError as unreadable:
        return CheckedConfiguration(None, (unreadable.problem,))
    overrides = overrides or {}
    for place, value in overrides.items():
        _override(loaded.raw, place, value)
    verdict = check(loaded.raw, vocabulary, MachineSurroundings(environ), file=str(path))
    located = [
        LocatedProblem(
            path,
            loaded.positions.line_of(problem.path),
            problem,
            OPTIONS[problem.path] if problem.path in overrides else "",
        )
        for problem in verdict.problems
    ]
    located.sort(key=lambda problem: problem.line)
    return CheckedConfiguration(verdict.configuration, tuple(located))


def load(path: Path) -> LoadedConfiguration:
    """Read a TOML or YAML file, as its name's ending says.

    Raises: UnreadableConfigurationError.
    """
    try:
        text = read_file(path, max_bytes=MAX_BYTES)
    except UnreadableFileError as reason:
        hint = "" if path.exists() else "`ostiary init` writes one to start from"
        raise _refuse(path, 1, f"cannot be read: {reason}", hint) from reason
    match path.suffix:
        case ".toml":
            return _load_toml(path, text)
        case ".yaml" | ".yml":
            return _load_yaml(path, text)
        case _:
            raise _refuse(path, 1, "must have a name that ends with .toml, .yaml or .yml")


def _load_toml(path: Path, text: str) -> LoadedConfiguration:
    # As the parser does it: positions must be those of the text that it reads.
    text = text.replace("\r\n", "\n")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as refusal:
        message = str(refusal)
        place = _TOML_PLACE.search(message)
        line = int(place["line"] or text.count("\n") + 1) if place else 1
        raise _refuse(path, line, f"is not TOML: {_TOML_PLACE.sub('', message)}") from None
    except ValueError:
        # Python reads no integer of so many digits; the parser lets that through, without a line.
        raise _refuse(path, _line_of_digits(text), "holds a number that is too large") from None
    except RecursionError:
        raise _refuse(path, 1, "is nested too deeply") from None
    if _is_deeper(raw, yaml_document.MAX_DEPTH):
        raise _refuse(path, 1, "is nested too deeply")
    return LoadedConfiguration(raw, toml_positions.find_positions(text))


def _line_of_digits(text: str) -> int:
    """Find the line of a number with more digits than Python reads; 1 when it hides."""
    most = sys.get_int_max_str_digits()
    for number, line in enumerate(text.split("\n"), start=1):
        if any(len(found[0].replace("_", "")) > most for found in _DIGITS.finditer(line)):
            return number
    return 1


def _is_deeper(value: object, levels: int) -> bool:
    """Tell whether tables and lists stand in more than so many others, such as by dotted keys."""
    here = [value]
    for _ in range(levels + 1):
        here = [
            inner
            for outer in here
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(here)


def _load_yaml(path: Path, text: str) -> LoadedConfiguration:
    try:
        raw, positions = yaml_document.read(text)
    except yaml_document.InvalidYAMLError as refusal:
        raise _refuse(path, refusal.line, f"is not accepted as YAML: {refusal}") from None
    except RecursionError:
        raise _refuse(path, 1, "is nested too deeply") from None
    if raw is None:
        raw = {}
    if not isinstance(raw, dict):
        raise _refuse(path, 1, "must be a table with server and environments")
    return LoadedConfiguration(raw, positions)


def _refuse(path: Path, line: int, message: str, hint: str = "") -> UnreadableConfigurationError:
    return UnreadableConfigurationError(LocatedProblem(path, line, error((), message, hint)))


def _override(raw: dict[str, Any], place: ConfigPath, value: object) -> None:
    """Set a value, unless the file has something else than a table on the way: that is reported."""
    table: Any = raw
    for part in place[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return
    table[place[-1]] = value
