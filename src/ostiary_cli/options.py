"""The options that several subcommands share: those that name a configuration, and --json."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_FILE = Path("ostiary.toml")
FileArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE", help="The configuration: TOML or YAML.", show_default=str(DEFAULT_FILE)
    ),
]
"""For commands that are about the file itself; they take --config too, like all others."""
FileOption = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="The same, as an option.")
]
ConfigOption = Annotated[
    Path,
    typer.Option("--config", "-c", metavar="FILE", help="The configuration: TOML or YAML."),
]

JsonOption = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def choose_file(argument: Path | None, option: Path | None) -> Path:
    """Return the file that was named in either way.

    Raises: typer.BadParameter when both ways name one, and not the same.
    """
    if argument is not None and option not in {None, argument}:
        raise typer.BadParameter("two files are named; name one")
    return argument or option or DEFAULT_FILE
