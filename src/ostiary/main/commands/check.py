"""`ostiary check`: everything that is wrong with a configuration file."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from ostiary.core.configuration.problems import render_path
from ostiary.core.configuration.schema import Configuration
from ostiary.main.commands.document import show_document
from ostiary.main.config_file import LocatedProblem, Overrides, check_file
from ostiary.main.vocabulary import built_in_vocabulary


def run(path: Path, *, as_json: bool = False) -> int:
    """Print every problem; return 1 when there is an error."""
    checked = check_file(path, built_in_vocabulary(), os.environ)
    if as_json:
        show_document({"file": str(path), "problems": list(map(_describe, checked.problems))})
    else:
        _write(checked.problems, sys.stdout)
    sys.stderr.write(f"{path}: {_summary(checked.problems)}\n")
    return 1 if checked.configuration is None else 0


def read_checked(path: Path, overrides: Overrides | None = None) -> Configuration | None:
    """Return a configuration fit to be used, or None; its problems go to the error stream.

    What `serve`, `apply` and the like refuse they refuse in the words of `check`.
    Args: overrides are values that the command line sets in place of the file's.
    """
    checked = check_file(path, built_in_vocabulary(), os.environ, overrides)
    _write(checked.problems, sys.stderr)
    if checked.configuration is None:
        sys.stderr.write(f"{path}: {_summary(checked.problems)}; nothing was done\n")
    return checked.configuration


def _describe(located: LocatedProblem) -> dict[str, object]:
    problem = located.problem
    return {
        "file": str(located.file),
        "line": located.line,
        "path": render_path(problem.path),
        "severity": "error" if problem.is_error else "warning",
        "message": problem.message,
        "hint": problem.hint,
    }


def _write(problems: Sequence[LocatedProblem], stream: TextIO) -> None:
    stream.writelines(f"{problem}\n" for problem in problems)


def _summary(problems: Sequence[LocatedProblem]) -> str:
    errors = sum(located.problem.is_error for located in problems)
    counted = [_count(errors, "error"), _count(len(problems) - errors, "warning")]
    return " and ".join(filter(None, counted)) or "no problems"


def _count(number: int, noun: str) -> str:
    if number == 0:
        return ""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
