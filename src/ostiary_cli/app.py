"""The `ostiary` command."""

import io
import os
import sys
from typing import Annotated

import typer

from ostiary_cli.commands import COMMANDS, Command, Group
from ostiary_cli.completion import PROGRAM, prepare
from ostiary_cli.exit_codes import REFUSED
from ostiary_cli.plain_help import PlainCommand, PlainGroup

_HELP = "Ostiary, an open identity server: OAuth 2.0, OpenID Connect and sign-on flows."


def main() -> None:
    """Run the command line."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that this terminal has no letters for is no reason to fail.
        sys.stdout.reconfigure(errors="backslashreplace")
    prepare()
    try:
        try:
            build()(prog_name=PROGRAM)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except OSError as error:
        _give_up_output(error)


def _give_up_output(error: OSError) -> None:
    """End when nobody takes the answer; a reader that has had enough is no error to talk about."""
    if not isinstance(error, BrokenPipeError):
        print(f"The answer cannot be written: {error.strerror}.", file=sys.stderr)
    # What is left in the buffer would be complained about at the end of the process.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(REFUSED)


def build() -> typer.Typer:
    """Make the command from its table."""
    app = _new(_HELP)
    app.callback()(_options)
    for entry in COMMANDS:
        match entry:
            case Command():
                _add(app, entry)
            case Group():
                group = _new(entry.help)
                for command in entry.commands:
                    _add(group, command)
                app.add_typer(group, name=entry.name, rich_help_panel=entry.panel)
    return app


def _new(text: str) -> typer.Typer:
    # Typer's own tracebacks would print local variables, and with them secrets.
    return typer.Typer(
        cls=PlainGroup,
        help=text,
        rich_markup_mode=None,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def _add(app: typer.Typer, command: Command) -> None:
    app.command(command.name, cls=PlainCommand, rich_help_panel=command.panel)(command.run)


def _show_version(value: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if value:
        import importlib.metadata  # imported late: it takes longer than most of the rest

        print(f"ostiary {importlib.metadata.version('ostiary')}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass
