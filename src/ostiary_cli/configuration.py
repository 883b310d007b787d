"""Subcommands about the configuration: init, check, diff, apply, export."""

from pathlib import Path
from typing import Annotated

import typer

from ostiary_cli.options import (
    DEFAULT_FILE,
    ConfigOption,
    FileArgument,
    FileOption,
    JsonOption,
    choose_file,
)
from ostiary_cli.server_extra import run_server_command


def init(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="Where to write it; ends with .toml.",
            show_default=str(DEFAULT_FILE),
        ),
    ] = None,
    *,
    config: FileOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a commented configuration to start from."""

    def command() -> int:
        from ostiary.main.commands import init

        return init.run(choose_file(file, config), force=force, as_json=as_json)

    run_server_command(command, as_json=as_json)


def check(
    file: FileArgument = None, *, config: FileOption = None, as_json: JsonOption = False
) -> None:
    """Show everything that is wrong with a configuration.

    One line a problem: file, line, field, what is wrong and what was perhaps meant.
    Exit code 1 if there is an error, 0 if there are warnings at most.
    """

    def command() -> int:
        from ostiary.main.commands import check

        return check.run(choose_file(file, config), as_json=as_json)

    run_server_command(command, as_json=as_json)


def diff(
    file: FileArgument = None, *, config: FileOption = None, as_json: JsonOption = False
) -> None:
    """Show what `apply` would change in the store.

    Exit code 0 if nothing, 2 if something, 1 if the configuration is broken.
    """

    def command() -> int:
        from ostiary.main.commands import diff

        return diff.run(choose_file(file, config), as_json=as_json)

    run_server_command(command, as_json=as_json)


def apply(
    file: FileArgument = None,
    *,
    config: FileOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before changing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make the store say what the configuration says; running servers follow at once."""

    def command() -> int:
        from ostiary.main.commands import apply

        return apply.run(choose_file(file, config), yes=yes, as_json=as_json)

    run_server_command(command, as_json=as_json)


def export(
    config: ConfigOption = DEFAULT_FILE,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to write it; else it is shown."),
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Write the configuration that the store holds, as TOML; secrets stay in the store."""

    def command() -> int:
        from ostiary.main.commands import export

        return export.run(config, output, as_json=as_json)

    run_server_command(command, as_json=as_json)
