"""Subcommand `token`."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ostiary_cli.connection import Connection, with_connection
from ostiary_cli.failures import run_client_command
from ostiary_cli.given_password import PasswordFileOption, StdinOption
from ostiary_cli.granted_token import (
    Asked,
    GrantName,
    GrantOption,
    SubjectTypeOption,
    UsernameOption,
    fetch_granted,
    read_asked,
)
from ostiary_cli.options import JsonOption
from ostiary_cli.rendering import show_document
from ostiary_client.errors import SecretTokenMissingError
from ostiary_client.profiles import Profile
from ostiary_client.tokens import AccessToken, BackendToken

if TYPE_CHECKING:
    from ostiary_client.signon.token_set import TokenSet


@with_connection
def token(  # noqa: PLR0913 - one parameter an option
    *,
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", "-s", metavar="SCOPE", help="What it shall permit; may repeat."),
    ] = None,
    resource: Annotated[
        str | None, typer.Option(metavar="URI", help="The API that it is for (RFC 8707).")
    ] = None,
    audience: Annotated[
        str | None, typer.Option(metavar="NAME", help="The same, where servers call it so.")
    ] = None,
    header: Annotated[
        bool, typer.Option("--header", help="Print the whole header `Authorization: Bearer …`.")
    ] = False,
    backend: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Exchange it there for the backend's own, and print that."
        ),
    ] = None,
    backend_method: Annotated[
        Literal["POST", "GET"] | None,
        typer.Option(metavar="POST|GET", help="How to ask the backend.", show_default="POST"),
    ] = None,
    backend_member: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The member of its answer that holds the token.",
            show_default="token, secret_token",
        ),
    ] = None,
    cache: Annotated[
        bool | None,
        typer.Option(
            "--cache/--no-cache",
            help="Keep the token in a file of your own, and use it until it ends.",
            show_default="as the profile says, else --no-cache",
        ),
    ] = None,
    user: Annotated[
        bool,
        typer.Option("--user", help="Print that of whoever signed on with `ostiary login`."),
    ] = False,
    grant: GrantOption = GrantName.CLIENT_CREDENTIALS,
    username: UsernameOption = None,
    password_stdin: StdinOption = False,
    password_file: PasswordFileOption = None,
    subject_type: SubjectTypeOption = None,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Print an access token: for the client itself, or with --grant for what it brings.

    curl -H "Authorization: Bearer $(ostiary token)" https://api.example/orders
    """
    if header and as_json:
        raise typer.BadParameter("--header and --json do not go together")
    if user and (scope or resource or audience or cache is not None):
        raise typer.BadParameter(
            "--user prints the token as `ostiary login` asked for it: name --scope, --resource and "
            "--audience there, and leave out --cache"
        )

    asked = read_asked(grant, username, subject_type, from_stdin=password_stdin, file=password_file)
    if not asked.is_plain and (user or cache):
        raise typer.BadParameter("--grant goes neither with --user nor with --cache")

    def command() -> int:
        profile = connection.load(
            scope=tuple(" ".join(scope).split()) if scope else None,
            resource=resource,
            audience=audience,
            cache=cache,
        )
        fetched = _of_person(profile) if user else _get(profile, asked)
        if backend is None:
            _show(
                fetched, fetched.authorization, _describe(fetched), header=header, as_json=as_json
            )
            return 0
        exchanged = _exchange(profile, fetched, backend, backend_method or "POST", backend_member)
        document = {"token": exchanged.value, "response": dict(exchanged.response)}
        _show(exchanged, exchanged.authorization, document, header=header, as_json=as_json)
        return 0

    run_client_command(command, as_json=as_json)


def _get(profile: Profile, asked: Asked) -> AccessToken:
    if not asked.is_plain:
        return _without_others(fetch_granted(profile, asked))
    if not profile.cache:
        return _fetch(profile)
    from ostiary_cli.token_file import TokenFile

    return TokenFile.of(profile).get(lambda: _fetch(profile))


def _fetch(profile: Profile) -> AccessToken:
    # Imported late: a token from the file needs no HTTP client.
    from ostiary_client.client import Client

    with Client(profile.base_url, **profile.client_options()) as client:
        return client.token()


def _of_person(profile: Profile) -> AccessToken:
    from ostiary_cli.kept_person import KeptPerson

    def refresh(tokens: "TokenSet") -> "TokenSet":
        # Imported late: a token that is still good needs no HTTP client.
        from ostiary_client.client import Client

        with Client(profile.base_url, **profile.client_options()) as client:
            return client.refresh(tokens)

    return _without_others(KeptPerson.of(profile).access_token(refresh))


def _without_others(token: AccessToken) -> AccessToken:
    others = {"refresh_token", "id_token"}  # they are for this client, and for nobody else
    shown = {name: value for name, value in token.response.items() if name not in others}
    return replace(token, response=shown)


def _exchange(
    profile: Profile, presented: AccessToken, url: str, method: str, member: str | None
) -> BackendToken:
    from ostiary_client.client import Client

    with Client(profile.base_url, **profile.client_options()) as client:
        exchanged = client.backend_token(url, token=presented, method=method, member=member)
    if not exchanged.value.isascii() or not exchanged.value.isprintable():
        raise SecretTokenMissingError("The backend's token holds what no header can carry")
    return exchanged


def _describe(fetched: AccessToken) -> dict[str, Any]:
    """Return the server's answer, with what is left of the token's life."""
    described: dict[str, Any] = {
        **fetched.response,
        "access_token": fetched.value,
        "token_type": fetched.token_type,
        "scope": fetched.scope,
    }
    if fetched.expires_at is not None:
        described["expires_at"] = int(fetched.expires_at)
        described["expires_in"] = max(0, int(fetched.lifetime_left_seconds(time.time())))
    return described


def _show(
    shown: AccessToken | BackendToken,
    authorization: str,
    document: Mapping[str, Any],
    *,
    header: bool,
    as_json: bool,
) -> None:
    if as_json:
        show_document(document)
    else:
        print(f"Authorization: {authorization}" if header else shown.value)
