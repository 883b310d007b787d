"""Subcommand `revoke`."""

import sys
from typing import Annotated, Literal

import typer

from ostiary_cli.connection import Connection, with_connection
from ostiary_cli.failures import run_client_command
from ostiary_cli.given_token import TokenArgument, read_token
from ostiary_cli.options import JsonOption
from ostiary_cli.rendering import show_document


@with_connection
def revoke(
    token: TokenArgument = None,
    *,
    hint: Annotated[
        Literal["access_token", "refresh_token"] | None,
        typer.Option(help="What kind of token it is; servers find out themselves."),
    ] = None,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Have the server revoke a token; one that it does not know is no error.

    A copy of it that `ostiary token --cache` kept is removed.
    """
    presented = read_token(token)

    def command() -> int:
        from ostiary_cli.token_file import forget
        from ostiary_client.client import Client

        profile = connection.load()
        forget(presented, profile)
        with Client(profile.base_url, **profile.client_options()) as client:
            client.revoke(presented, hint=hint)
        if as_json:
            show_document({"revoked": True})
        else:
            print("The token is revoked.", file=sys.stderr)
        return 0

    run_client_command(command, as_json=as_json)
