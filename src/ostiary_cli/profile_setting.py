"""Subcommand `profiles set`."""

import os
import re
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ostiary_cli.connection import AuthMethod, complete_profiles, read_secret
from ostiary_cli.exit_codes import FINE
from ostiary_cli.failures import run_client_command
from ostiary_cli.options import JsonOption
from ostiary_cli.rendering import show_document
from ostiary_client.profiles.fields import SECRETS, convert
from ostiary_client.profiles.file import read_file

_NAME = re.compile(r"[A-Za-z0-9_-]+")


def set_profile(  # noqa: PLR0913 - one parameter an option
    name: Annotated[
        str, typer.Argument(help="Its name.", autocompletion=complete_profiles, metavar="NAME")
    ],
    *,
    base_url: Annotated[
        str | None, typer.Option("--base-url", "-u", metavar="URL", help="The server.")
    ] = None,
    client_id: Annotated[str | None, typer.Option(metavar="ID", help="The client.")] = None,
    client_secret_stdin: Annotated[
        bool,
        typer.Option(
            "--client-secret-stdin", help="Write its secret into the file, from standard input."
        ),
    ] = False,
    client_secret_env: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="Take the secret from this variable.")
    ] = None,
    client_secret_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take the secret from this file.")
    ] = None,
    client_secret_command: Annotated[
        str | None,
        typer.Option(metavar="COMMAND", help='Take what this prints, such as "pass show shop".'),
    ] = None,
    private_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Sign with this key: PEM or JWK.")
    ] = None,
    key_id: Annotated[str | None, typer.Option(metavar="KID", help="The key's kid.")] = None,
    auth_method: Annotated[
        AuthMethod | None, typer.Option(metavar="METHOD", help="How the client proves itself.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", "-s", metavar="SCOPE", help="What tokens permit; may repeat."),
    ] = None,
    resource: Annotated[str | None, typer.Option(metavar="URI", help="Their API.")] = None,
    audience: Annotated[str | None, typer.Option(metavar="NAME", help="Their audience.")] = None,
    issuer: Annotated[
        str | None, typer.Option(metavar="URL", help="What the server calls itself.")
    ] = None,
    ca_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The authorities to believe.")
    ] = None,
    timeout_seconds: Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", help="How long to wait.")
    ] = None,
    cache: Annotated[
        bool | None, typer.Option("--cache/--no-cache", help="Keep tokens in a file.")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Use it when none is named.")] = False,
    unset: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="Take a field away; may repeat.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a profile, or change those of its fields that are given.

    The file is written for you alone: ~/.config/ostiary/config.toml, or where OSTIARY_CONFIG says.
    The first profile becomes the default.
    """
    if not _NAME.fullmatch(name):
        raise typer.BadParameter("a name is of letters, digits, - and _", param_hint="NAME")
    secrets = {
        "env": client_secret_env,
        "file": _absolute(client_secret_file),
        "command": shlex.split(client_secret_command) if client_secret_command else None,
    }
    chosen: list[Any] = [{kind: value} for kind, value in secrets.items() if value]
    if client_secret_stdin:
        chosen.append(read_secret())
    if len(chosen) > 1:
        raise typer.BadParameter("the secret is given in several ways; choose one")
    given = {
        "base_url": base_url,
        "client_id": client_id,
        "client_secret": chosen[0] if chosen else None,
        "private_key_file": _absolute(private_key),
        "key_id": key_id,
        "auth_method": auth_method,
        "scope": " ".join(scope) if scope else None,
        "resource": resource,
        "audience": audience,
        "issuer": issuer,
        "ca_file": _absolute(ca_file),
        "timeout_seconds": timeout_seconds,
        "cache": cache,
    }

    def command() -> int:
        from ostiary_cli.profile_writing import write_profile

        file = read_file(os.environ)
        table = _changed(dict(file.profiles.get(name, {})), given, unset or [])
        convert(table, where=f"profile {name}", directory=file.path.parent)
        is_first = not file.profiles and file.default is None
        write_profile(file.path, name, table, is_default=default or is_first)
        if as_json:
            show_document({"name": name, "file": str(file.path)})
        else:
            print(f"Profile {name} is in {file.path}.", file=sys.stderr)
        return FINE

    run_client_command(command, as_json=as_json)


def _changed(table: dict[str, Any], given: dict[str, Any], unset: list[str]) -> dict[str, Any]:
    for field, value in given.items():
        if value is None:
            continue
        for secret in SECRETS:
            if field in {secret, f"{secret}_file"}:
                table.pop(secret, None)
                table.pop(f"{secret}_file", None)
        table[field] = value
    for field in unset:
        table.pop(field.replace("-", "_"), None)
    return table


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.expanduser().absolute())
