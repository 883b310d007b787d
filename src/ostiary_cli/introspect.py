"""Subcommand `introspect`."""

import time
from collections.abc import Iterator

from ostiary_cli.connection import Connection, with_connection
from ostiary_cli.exit_codes import FINE, NOT_ACTIVE
from ostiary_cli.failures import run_client_command
from ostiary_cli.given_token import TokenArgument, read_token
from ostiary_cli.moments import in_words
from ostiary_cli.options import JsonOption
from ostiary_cli.rendering import in_short, show_document, show_rows
from ostiary_client.tokens import Introspection

_SHOWN = frozenset(
    {
        *("active", "scope", "client_id", "username", "sub", "iss", "aud", "token_type"),
        *("iat", "nbf", "auth_time", "exp"),
    }
)


@with_connection
def introspect(
    token: TokenArgument = None, *, as_json: JsonOption = False, connection: Connection
) -> None:
    """Ask the server what a token is worth.

    Exit code 0 if it is active, 3 if it is not.
    """
    presented = read_token(token)

    def command() -> int:
        from ostiary_client.client import Client

        profile = connection.load()
        with Client(profile.base_url, **profile.client_options()) as client:
            found = client.introspect(presented)
        if as_json:
            show_document({**found.claims, "active": found.active})
        else:
            show_rows(_rows(found, time.time()))
        return FINE if found.active else NOT_ACTIVE

    run_client_command(command, as_json=as_json)


def _rows(found: Introspection, now: float) -> Iterator[tuple[str, str]]:
    yield "active", "yes" if found.active else "no"
    yield "scopes", " ".join(found.scopes)
    yield "client", found.client_id or ""
    yield "user", found.username or ""
    yield "subject", found.subject or ""
    yield "issuer", found.issuer or ""
    yield "audience", ", ".join(found.audience)
    yield "token type", found.token_type or ""
    for claim, name in (
        ("iat", "issued"),
        ("nbf", "valid from"),
        ("auth_time", "signed on"),
        ("exp", "expires"),
    ):
        if claim in found.claims:
            yield name, in_words(found.claims[claim], now)
    yield from (
        (name, in_short(value)) for name, value in found.claims.items() if name not in _SHOWN
    )
