"""Subcommand `profiles set`."""

import os
import re
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ostiary_cli.connection import AuthMethod, complete_profiles, read_secret
from ostiary_cli.exit_codes import FINE
from ostiary_cli.failures import run_client_command
from ostiary_cli.options import JsonOption
from ostiary_cli.rendering import show_document
from ostiary_client.profiles.file import read_file
from ostiary_client.profiles.paths import spelled_out

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
    cert_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The client's own certificate.")
    ] = None,
    cert_key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its key, if in another file.")
    ] = None,
    timeout_seconds: Annotated[
        float | None,
        typer.Option(
            "--timeout", metavar="SECONDS", help="How long each of up to three tries may take."
        ),
    ] = None,
    cache: Annotated[bool | None, typer.Option("--cache/--no-cache", help="Keep tokens.")] = None,
    token_store: Annotated[
        Literal["file", "keyring"] | None,
        typer.Option(help="Where kept tokens are: in files of yours, or in the system's keyring."),
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
        "file": _absolute(client_secret_file, "--client-secret-file"),
        "command": _words(client_secret_command),
    }
    chosen: list[Any] = [{kind: value} for kind, value in secrets.items() if value]
    if len(chosen) + client_secret_stdin > 1:
        raise typer.BadParameter("the secret is given in several ways; choose one")
    given: dict[str, Any] = {
        "base_url": base_url,
        "client_id": client_id,
        "client_secret": chosen[0] if chosen else None,
        "private_key_file": _absolute(private_key, "--private-key"),
        "key_id": key_id,
        "auth_method": auth_method,
        "scope": " ".join(scope) if scope else None,
        "resource": resource,
        "audience": audience,
        "issuer": issuer,
        "ca_file": _absolute(ca_file, "--ca-file"),
        "cert_file": _absolute(cert_file, "--cert-file"),
        "cert_key_file": _absolute(cert_key_file, "--cert-key-file"),
        "timeout_seconds": timeout_seconds,
        "cache": cache,
        "token_store": token_store,
    }

    def command() -> int:
        from ostiary_cli.profile_change import change
        from ostiary_cli.profile_lock import exclusive
        from ostiary_cli.profile_writing import write_profile

        if client_secret_stdin:
            given["client_secret"] = read_secret()
        path = read_file(os.environ).path
        with exclusive(path):
            file = read_file(os.environ)  # once more: somebody may have written it meanwhile
            table = change(name, file, given, unset or [])
            is_first = not file.profiles and file.default is None
            write_profile(path, name, table, is_default=default or is_first)
        if as_json:
            show_document({"name": name, "file": str(path)})
        else:
            print(f"Profile {name} is in {path}.", file=sys.stderr)
        return FINE

    run_client_command(command, as_json=as_json)


def _absolute(path: Path | None, option: str) -> str | None:
    if path is None:
        return None
    try:
        return str(spelled_out(path).absolute())
    except ValueError as error:
        raise typer.BadParameter(f"{path} {error}", param_hint=option) from None


def _words(command: str | None) -> list[str] | None:
    if command is None:
        return None
    try:
        words = shlex.split(command)
    except ValueError as error:
        problem = f"{error}".lower()
        raise typer.BadParameter(problem, param_hint="--client-secret-command") from None
    if not words:
        raise typer.BadParameter("it is empty", param_hint="--client-secret-command")
    return words
