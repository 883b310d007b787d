"""Subcommand `logout`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ostiary_cli.connection import Connection, with_connection
from ostiary_cli.failures import run_client_command
from ostiary_cli.options import JsonOption
from ostiary_cli.rendering import show_document

if TYPE_CHECKING:
    from ostiary_client.profiles import Profile
    from ostiary_client.signon.token_set import TokenSet


@with_connection
def logout(
    *,
    browser: Annotated[
        bool, typer.Option("--browser", help="Sign off in the browser, too: open the page for it.")
    ] = False,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Forget the tokens of `ostiary login`, and have the server revoke them."""

    def command() -> int:
        from ostiary_cli.kept_person import KeptPerson

        profile = connection.load()
        # Whatever the server says: they are not to lie here any longer.
        tokens = KeptPerson.of(profile).take()
        url = None if tokens is None else _sign_off(profile, tokens, browser=browser)
        if as_json:
            document = {"signed_off": tokens is not None}
            show_document(document if url is None else {**document, "logout_url": url})
        else:
            print(
                "Nobody was signed on with this server, client and secret."
                if tokens is None
                else "Signed off.",
                file=sys.stderr,
            )
        return 0

    run_client_command(command, as_json=as_json)


def _sign_off(profile: "Profile", tokens: "TokenSet", *, browser: bool) -> str | None:
    """Revoke what gives new tokens, and return the page that was opened."""
    from ostiary_cli.browser import open_browser, tell_page
    from ostiary_client.client import Client

    kind = "access_token" if tokens.refresh_token is None else "refresh_token"
    with Client(profile.base_url, **profile.client_options()) as client:
        client.revoke(tokens.refresh_token or tokens.access_token, hint=kind)
        url = client.logout_url(tokens) if browser else None
    if url is not None:
        tell_page("Sign off", url)
        open_browser(url)
    return url
