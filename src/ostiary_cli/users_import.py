"""Subcommand `user import`."""

from pathlib import Path
from typing import Annotated

import typer

from ostiary_cli.options import DEFAULT_FILE, ConfigOption, JsonOption
from ostiary_cli.server_extra import run_server_command
from ostiary_cli.users import EnvironmentOption


def import_users(  # noqa: PLR0913 - one parameter an option
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Users: .csv with headings, or .jsonl.")
    ],
    config: ConfigOption = DEFAULT_FILE,
    *,
    environment: EnvironmentOption = None,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Leave users alone that are there already.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything and store nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Take over users from elsewhere, with the hashes of their passwords.

    Nothing is stored unless the whole file is in order.
    """

    def command() -> int:
        from ostiary.main.commands import users_import

        return users_import.import_users(
            config,
            file,
            environment,
            skip_existing=skip_existing,
            dry_run=dry_run,
            as_json=as_json,
        )

    run_server_command(command, as_json=as_json)
