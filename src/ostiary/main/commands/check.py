"""`ostiary check`: everything that is wrong with a configuration file."""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from ostiary.core.configuration.problems import render_path
from ostiary.core.configuration.schema import Configuration
from ostiary.main.commands.document import show_document
from ostiary.main.config_file import CheckedConfiguration, LocatedProblem, Overrides, check_file
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


def read_checked(
    path: Path, overrides: Overrides | None = None, *, warns: bool = True
) -> Configuration | None:
    """Return a configuration fit to be used, or None; its problems go to the error stream.

    What `serve`, `apply` and the like refuse they refuse in the words of `check`.
    Args:
        overrides are values that the command line sets in place of the file's.
        warns: of what is no error, too; it is news to whoever puts the configuration to use.
    """
    checked = check_file(path, built_in_vocabulary(), os.environ, overrides)
    if warns or checked.configuration is None:
        _write_short(path, checked)
    if checked.configuration is None:
        errors = [located for located in checked.problems if located.problem.is_error]
        place = "" if all(located.option for located in errors) else f"{path}: "
        sys.stderr.write(f"{place}{_summary(checked.problems)}; nothing was done\n")
    return checked.configuration


def _write_short(path: Path, checked: CheckedConfiguration) -> None:
    """Write what was found; plain secrets are counted only, unless they are refused."""
    plain = [
        located
        for located in checked.problems
        if located.problem.is_of_plain_secrets and not located.problem.is_error
    ]
    _write([located for located in checked.problems if located not in plain], sys.stderr)
    if len(plain) == 1:
        _write(plain, sys.stderr)
    elif plain:
        warnings = _count(len(plain), "warning")
        command = f"ostiary check {shlex.quote(str(path))}"
        sys.stderr.write(
            f"{path}: {warnings} about secrets in plain text; `{command}` lists them\n"
        )


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
