"""Subcommands about profiles: list, show, init."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ostiary_cli.connection import complete_profiles
from ostiary_cli.exit_codes import FINE, REFUSED
from ostiary_cli.failures import run_client_command, tell
from ostiary_cli.options import JsonOption
from ostiary_cli.rendering import in_short, show_document, show_rows, show_table
from ostiary_client.errors import ConfigurationError
from ostiary_client.profiles.fields import convert
from ostiary_client.profiles.file import ProfileFile, locate, read_file
from ostiary_client.profiles.secret_source import SecretSource

NameArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME", help="Which one; else the default.", autocompletion=complete_profiles
    ),
]


def list_profiles(*, as_json: JsonOption = False) -> None:
    """Show every profile: its server, and its client."""

    def command() -> int:
        file = read_file(os.environ)
        rows: list[dict[str, Any]] = [
            {
                "name": name,
                "base_url": in_short(table.get("base_url", "")),
                "client_id": in_short(table.get("client_id", "")),
                "is_default": name == file.default,
            }
            for name, table in file.profiles.items()
        ]
        if as_json:
            show_document({"file": str(file.path), "default": file.default, "profiles": rows})
        elif rows:
            columns = ("name", "base_url", "client_id")
            show_table(
                ("", "NAME", "BASE URL", "CLIENT"),
                (("*" * row["is_default"], *map(row.__getitem__, columns)) for row in rows),
            )
        else:
            print(f"{file.path}: no profiles", file=sys.stderr)
        return FINE

    run_client_command(command, as_json=as_json)


def show(name: NameArgument = None, *, as_json: JsonOption = False) -> None:
    """Show what a profile says; its secrets stay hidden."""

    def command() -> int:
        file = read_file(os.environ)
        chosen = name or os.environ.get("OSTIARY_PROFILE") or file.default
        if chosen is None:
            raise ConfigurationError("No profile is the default", remedy="Name one")
        settings = {field: _shown(value) for field, value in _converted(chosen, file).items()}
        if as_json:
            is_default = chosen == file.default
            show_document(
                {
                    "name": chosen,
                    "file": str(file.path),
                    "is_default": is_default,
                    "settings": settings,
                }
            )
        else:
            show_rows((field, in_short(value)) for field, value in settings.items())
        return FINE

    run_client_command(command, as_json=as_json)


def init(*, as_json: JsonOption = False) -> None:
    """Make the file of profiles, with nothing but comments that explain it."""

    def command() -> int:
        from ostiary_cli.profile_writing import starter, write

        path = locate(os.environ)
        if path.exists():
            tell(
                ConfigurationError(f"{path} is there already", remedy="Nothing was changed"),
                as_json=as_json,
            )
            return REFUSED
        write(path, starter())
        if as_json:
            show_document({"file": str(path)})
        else:
            print(f"{path} is written.", file=sys.stderr)
        return FINE

    run_client_command(command, as_json=as_json)


def _converted(name: str, file: ProfileFile) -> dict[str, Any]:
    where = f"profile {name} in {file.path}"
    return convert(file.table(name), where=where, directory=file.path.parent)


def _shown(value: object) -> object:
    match value:
        case SecretSource():
            return value.describe()
        case Path():
            return str(value)
        case tuple():
            return list(value)
        case _:
            return value
