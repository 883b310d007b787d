"""Running server commands, whose packages may not be installed."""

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr

import typer

from ostiary_cli.exit_codes import INTERRUPTED, REFUSED
from ostiary_cli.failures import tell_document

OWN_PACKAGES = frozenset({"ostiary", "ostiary_cli", "ostiary_client"})


def run_server_command(command: Callable[[], int], *, as_json: bool = False) -> None:
    """Run a command that imports the server, and end with its exit code.

    The SDK and this command line install without the server's packages.
    """
    try:
        code = _run_quietly(command) if as_json else command()
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in OWN_PACKAGES:
            raise
        _tell_what_is_missing(missing, as_json=as_json)
        code = REFUSED
    except KeyboardInterrupt:
        code = INTERRUPTED
    raise typer.Exit(code)


class _Notes(io.StringIO):
    """What a command says beside its answer, held back until it is known what that amounts to."""

    def flush(self) -> None:
        """Pass on what was said, as JSON: `serve` does this before it becomes the server."""
        lines = self.getvalue().splitlines()
        self.seek(0)
        self.truncate()
        if lines and sys.__stderr__ is not None:
            print(json.dumps({"notes": lines}), file=sys.__stderr__, flush=True)


def _run_quietly(command: Callable[[], int]) -> int:
    """Run a command whose refusal is told as JSON, in its own words."""
    notes = _Notes()
    try:
        with redirect_stderr(notes):
            code = command()
    except BaseException:
        notes.flush()
        raise
    if code == REFUSED:
        lines = notes.getvalue().splitlines() or ["The command failed."]
        tell_document({"kind": "refused", "message": "\n".join(lines), "remedy": ""})
    else:
        notes.flush()
    return code


def _tell_what_is_missing(package: str, *, as_json: bool) -> None:
    problem = f"This command needs the server, and its package {package} is not installed."
    remedy = "Install it:   pip install 'ostiary[server]'"
    if as_json:
        tell_document({"kind": "not_installed", "message": problem, "remedy": remedy})
    else:
        print(f"{problem}\n{remedy}", file=sys.stderr)
