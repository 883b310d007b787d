"""Subcommand `discover`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ostiary_cli.connection import Connection, with_server
from ostiary_cli.failures import run_client_command
from ostiary_cli.options import JsonOption
from ostiary_cli.rendering import show_document, show_rows

if TYPE_CHECKING:
    from ostiary_client.protocol.metadata import Metadata

_LISTS = (
    ("grants", "grant_types_supported"),
    ("client authentication", "token_endpoint_auth_methods_supported"),
    ("scopes", "scopes_supported"),
    ("response types", "response_types_supported"),
    ("signing algorithms", "id_token_signing_alg_values_supported"),
)


@with_server
def discover(
    server: Annotated[
        str | None,
        typer.Argument(metavar="BASE_URL", help="The server, or any issuer.", show_default=False),
    ] = None,
    *,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Show the endpoints that a server says it has.

    Nothing is sent but a GET, and no credentials.
    """
    if server is not None and connection.base_url not in {None, server}:
        raise typer.BadParameter("two servers are named; name one")

    def command() -> int:
        from ostiary_client.client import Client

        given = {"base_url": server} if server is not None else {}
        profile = connection.load(with_credentials=False, **given)
        with Client(profile.base_url, **profile.client_options()) as client:
            metadata = client.metadata()
        if as_json:
            show_document(metadata.document)
        else:
            show_rows(_rows(metadata))
        return 0

    run_client_command(command, as_json=as_json)


def _rows(metadata: "Metadata") -> Iterator[tuple[str, str]]:
    yield "issuer", metadata.issuer
    for name, value in metadata.document.items():
        if name.endswith(("_endpoint", "_uri")) and isinstance(value, str):
            yield name, value
    for heading, name in _LISTS:
        values = metadata.document.get(name)
        if isinstance(values, list):
            yield heading, " ".join(value for value in values if isinstance(value, str))
