"""Subcommand `login`."""

from typing import TYPE_CHECKING, Annotated

import typer

from ostiary_cli.connection import Connection, with_connection
from ostiary_cli.failures import run_client_command
from ostiary_cli.options import JsonOption
from ostiary_cli.rendering import clean, show_document

if TYPE_CHECKING:
    from ostiary_client.profiles import Profile
    from ostiary_client.signon.token_set import TokenSet

_OPENID = "openid"
_WAIT_SECONDS = 300.0


@with_connection
def login(  # noqa: PLR0913 - one parameter an option
    *,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", "-s", metavar="SCOPE", help="What it shall permit beside openid; may repeat."
        ),
    ] = None,
    device: Annotated[
        bool,
        typer.Option(
            "--device", help="Type a code in a browser anywhere instead; none is needed here."
        ),
    ] = False,
    browser: Annotated[
        bool | None,
        typer.Option(
            "--browser/--no-browser",
            help="Open the browser here, or only say the URL; with --device only if asked.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65535,
            metavar="N",
            help="Where to listen, if not anywhere.",
            show_default=False,
        ),
    ] = 0,
    wait: Annotated[
        float,
        typer.Option(
            "--wait", min=1, max=_WAIT_SECONDS, metavar="SECONDS", help="How long to wait for you."
        ),
    ] = _WAIT_SECONDS,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Sign on in the browser, and keep the tokens where only you can read them.

    The client has to be allowed the redirect URI http://127.0.0.1/callback, with any port or with
    that of --port; with --device it has to be allowed the device grant instead.
    """

    def command() -> int:
        from ostiary_cli.kept_person import KeptPerson

        profile = connection.load(scope=tuple(" ".join(scope).split()) if scope else None)
        person = KeptPerson.of(profile)
        scopes = tuple(dict.fromkeys((_OPENID, *(profile.scope or ()))))
        if device:
            from ostiary_cli.device_login import sign_on_by_device

            tokens = sign_on_by_device(profile, scopes, wait, browser=browser is True)
        else:
            tokens = _sign_on(profile, scopes, port, wait, browser=browser is not False)
        person.keep(tokens)
        if as_json:
            show_document(_describe(tokens))
        else:
            print(f"{clean(tokens.subject or 'Somebody')} is signed on.")
        return 0

    run_client_command(command, as_json=as_json)


def _sign_on(
    profile: "Profile", scopes: tuple[str, ...], port: int, wait: float, *, browser: bool
) -> "TokenSet":
    from ostiary_cli.browser import open_browser, tell_page
    from ostiary_cli.loopback import LoopbackListener
    from ostiary_client.client import Client

    scopes = tuple(dict.fromkeys((_OPENID, *(profile.scope or ()))))
    with (
        Client(profile.base_url, **profile.client_options()) as client,
        LoopbackListener(port) as listener,
    ):
        request = client.authorization_url(scopes, redirect_uri=listener.redirect_uri)
        listener.expect(request.state)
        tell_page("Sign on", request.url)
        if browser:
            open_browser(request.url)
        return client.exchange(request, listener.wait(wait))


def _describe(tokens: "TokenSet") -> dict[str, object]:
    """Return who signed on, and for what; no token."""
    return {
        "sub": tokens.subject,
        "issuer": tokens.claims.get("iss"),
        "scope": tokens.scope,
        "expires_at": None if tokens.expires_at is None else int(tokens.expires_at),
        "claims": dict(tokens.claims),
    }
