"""Subcommand `profiles remove`."""

import os
import sys
from typing import Annotated

import typer

from ostiary_cli.connection import complete_profiles
from ostiary_cli.exit_codes import FINE
from ostiary_cli.failures import run_client_command
from ostiary_cli.options import JsonOption
from ostiary_cli.rendering import show_document
from ostiary_client.profiles.file import read_file


def remove_profile(
    name: Annotated[
        str, typer.Argument(help="Which one.", autocompletion=complete_profiles, metavar="NAME")
    ],
    *,
    as_json: JsonOption = False,
) -> None:
    """Take a profile out of the file, and its secret with it; the others stay as they are."""

    def command() -> int:
        from ostiary_cli.profile_lock import exclusive
        from ostiary_cli.profile_writing import remove_profile as remove

        path = read_file(os.environ).path
        with exclusive(path):
            file = read_file(os.environ)  # once more: somebody may have written it meanwhile
            file.table(name)
            remove(path, name)
        if as_json:
            show_document({"name": name, "file": str(path)})
        else:
            end = "; no profile is the default now" if name == file.default else ""
            print(f"Profile {name} is no longer in {path}{end}.", file=sys.stderr)
        return FINE

    run_client_command(command, as_json=as_json)
