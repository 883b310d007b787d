"""Running server commands, whose packages may not be installed."""

import sys
from collections.abc import Callable

import typer

OWN_PACKAGES = frozenset({"ostiary", "ostiary_cli", "ostiary_client"})


def run_server_command(command: Callable[[], int]) -> None:
    """Run a command that imports the server, and end with its exit code.

    The SDK and this command line install without the server's packages.
    """
    try:
        code = command()
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in OWN_PACKAGES:
            raise
        print(
            f"This command needs the server, and its package {missing} is not installed.\n"
            "Install it:   pip install 'ostiary[server]'",
            file=sys.stderr,
        )
        code = 1
    except KeyboardInterrupt:
        code = 130
    raise typer.Exit(code)
