"""Subcommand `flows`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ostiary_cli.exit_codes import REFUSED
from ostiary_cli.options import DEFAULT_FILE, ConfigOption, JsonOption
from ostiary_cli.server_extra import run_server_command


def flows(
    flow: Annotated[
        str, typer.Argument(metavar="FLOW", help="One flow alone, by its id or its mark.")
    ] = "",
    config: ConfigOption = DEFAULT_FILE,
    *,
    admin: Annotated[
        str | None,
        typer.Option(
            "--admin", metavar="HOST:PORT", help="The admin listener; default: the file's."
        ),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what comes; Ctrl-C ends it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what each step of the last sign-ons said, from a running server.

    It is kept in dev mode, or with flow_log = true in the table [server]. No password or code is in
    it. With --json and --follow each entry is a line of its own.
    """

    def command() -> int:
        from ostiary_cli.flow_log import FlowLogUnavailableError, follow_flows, show_flows

        address = admin or _find_address(config)
        if address is None:
            return REFUSED
        try:
            last = 0 if follow and as_json else show_flows(address, flow, as_json=as_json)
            if follow:
                follow_flows(address, flow, last, as_json=as_json)
        except FlowLogUnavailableError as error:
            sys.stderr.write(f"{error}\n")
            return REFUSED
        return 0

    run_server_command(command, as_json=as_json)


def _find_address(config: Path) -> str | None:
    from ostiary.main.commands import flows as server

    return server.find_address(config)
