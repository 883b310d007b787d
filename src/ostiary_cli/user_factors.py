"""Subcommand about second factors of a user: show them, remove them."""

from typing import Annotated

import typer

from ostiary_cli.options import DEFAULT_FILE, ConfigOption, JsonOption
from ostiary_cli.server_extra import run_server_command
from ostiary_cli.users import EnvironmentOption, UsernameArgument


def factors(  # noqa: PLR0913 - one parameter an option
    username: UsernameArgument,
    config: ConfigOption = DEFAULT_FILE,
    *,
    environment: EnvironmentOption = None,
    remove: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Remove this one; may be given several times."),
    ] = None,
    remove_all: Annotated[
        bool, typer.Option("--remove-all", help="Remove all: the user has lost them, say.")
    ] = False,
    forget_browsers: Annotated[
        bool,
        typer.Option("--forget-browsers", help="Ask again in browsers that were remembered."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what a user proves itself with beside a password, or remove some of it."""
    if remove and remove_all:
        raise typer.BadParameter("--remove and --remove-all exclude each other")
    if forget_browsers and (remove or remove_all):
        raise typer.BadParameter("what is removed forgets browsers anyway")

    def command() -> int:
        from ostiary.main.commands import user_factors

        if forget_browsers:
            return user_factors.forget_browsers(config, environment, username, as_json=as_json)
        if remove or remove_all:
            ids = None if remove_all else remove
            return user_factors.remove(config, environment, username, ids, as_json=as_json)
        return user_factors.show(config, environment, username, as_json=as_json)

    run_server_command(command, as_json=as_json)
