"""The `ostiary` command."""

import importlib.metadata
from typing import Annotated

import typer

from ostiary_cli.commands import COMMANDS, Command, Group

_HELP = "Ostiary, an open identity server: OAuth 2.0, OpenID Connect and sign-on flows."


def main() -> None:
    """Run the command line."""
    build()()


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
        help=text,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def _add(app: typer.Typer, command: Command) -> None:
    app.command(command.name, rich_help_panel=command.panel)(command.run)


def _show_version(value: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if value:
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
