"""Tokens that `ostiary token --grant` gets with a password, an assertion or another token."""

import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ostiary_cli.given_password import password_reader
from ostiary_cli.given_token import read_token
from ostiary_client.profiles import Profile
from ostiary_client.tokens import AccessToken


class GrantName(StrEnum):
    """What a token is asked for with."""

    CLIENT_CREDENTIALS = "client-credentials"
    PASSWORD = "password"  # noqa: S105 - a grant's name
    JWT_BEARER = "jwt-bearer"
    TOKEN_EXCHANGE = "token-exchange"  # noqa: S105 - a grant's name


GrantOption = Annotated[
    GrantName,
    typer.Option(
        "--grant",
        help="What to ask with: the client itself, a user's password, or the token that standard "
        "input holds.",
    ),
]
UsernameOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="With --grant password: whose password it is.")
]
SubjectTypeOption = Annotated[
    str | None,
    typer.Option(
        "--subject-type",
        metavar="TYPE",
        help="With --grant token-exchange: what the token is, access_token or jwt.",
        show_default="access_token",
    ),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options of one call say.

    Args: read_password: asks for the password once it is needed.
    """

    grant: GrantName
    username: str | None
    read_password: Callable[[], str]
    subject_type: str | None

    @property
    def is_plain(self) -> bool:
        return self.grant is GrantName.CLIENT_CREDENTIALS


def read_asked(
    grant: GrantName,
    username: str | None,
    subject_type: str | None,
    *,
    from_stdin: bool,
    file: Path | None,
) -> Asked:
    """Return what is asked with.

    Raises: typer.BadParameter for options that do not fit the grant.
    """
    if grant is GrantName.PASSWORD:
        if username is None:
            raise typer.BadParameter("--grant password needs --username")
    elif username is not None or from_stdin or file is not None:
        raise typer.BadParameter("--username and --password-… go with --grant password")
    if subject_type is not None and grant is not GrantName.TOKEN_EXCHANGE:
        raise typer.BadParameter("--subject-type goes with --grant token-exchange")
    reader = password_reader(from_stdin=from_stdin, file=file) if from_stdin or file else _ask
    return Asked(grant, username, reader, subject_type)


def fetch_granted(profile: Profile, asked: Asked) -> AccessToken:
    """Get a token as asked; none of these is kept for the next time."""
    from ostiary_client.client import Client

    with Client(profile.base_url, **profile.client_options()) as client:
        match asked.grant:
            case GrantName.PASSWORD:
                password = asked.read_password()
                return client.password_tokens(asked.username or "", password).as_access_token()
            case GrantName.JWT_BEARER:
                return client.assertion_token(read_token(None))
            case GrantName.TOKEN_EXCHANGE:
                return client.exchange_token(
                    read_token(None),
                    profile.scope,
                    resource=profile.resource,
                    audience=profile.audience,
                    subject_token_type=asked.subject_type or "access_token",
                )
            case GrantName.CLIENT_CREDENTIALS:
                return client.token()


def _ask() -> str:
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "nobody is there to ask for a password: use --password-stdin or --password-file"
        )
    return getpass.getpass("Password: ")
