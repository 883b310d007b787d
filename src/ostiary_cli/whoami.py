"""Subcommand `whoami`."""

from ostiary_cli.connection import Connection, with_connection
from ostiary_cli.failures import run_client_command
from ostiary_cli.options import JsonOption
from ostiary_cli.rendering import in_short, show_document, show_rows


@with_connection
def whoami(*, as_json: JsonOption = False, connection: Connection) -> None:
    """Show what the server says of whoever signed on with `ostiary login`."""

    def command() -> int:
        from ostiary_cli.kept_person import KeptPerson
        from ostiary_client.client import Client

        profile = connection.load()
        person = KeptPerson.of(profile)
        subject = person.get().subject
        with Client(profile.base_url, **profile.client_options()) as client:
            said = client.userinfo(person.access_token(client.refresh), subject=subject)
        if as_json:
            show_document(said)
        else:
            show_rows((name, in_short(value)) for name, value in said.items())
        return 0

    run_client_command(command, as_json=as_json)
