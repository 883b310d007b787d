"""Subcommand `serve`."""

from pathlib import Path
from typing import Annotated

import typer

from ostiary_cli.options import DEFAULT_FILE, ConfigOption, JsonOption
from ostiary_cli.server_extra import run_server_command


def serve(  # noqa: PLR0913 - one parameter an option
    config: ConfigOption = DEFAULT_FILE,
    *,
    http: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Also answer plain HTTP, such as 127.0.0.1:9080."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Worker processes.")
    ] = None,
    force_workers: Annotated[
        bool, typer.Option("--force-workers", help="Allow several workers on SQLite.")
    ] = False,
    data_directory: Annotated[
        Path | None,
        typer.Option(metavar="DIRECTORY", help="Where the server keeps its own files."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the server.

    Options win over the configuration. A broken configuration is refused in the words of
    `ostiary check`.
    """

    def command() -> int:
        from ostiary.main.commands import serve

        return serve.run(
            config,
            http=http,
            workers=workers,
            force_workers=force_workers,
            data_directory=data_directory,
        )

    run_server_command(command, as_json=as_json)
