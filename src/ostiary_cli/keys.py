"""Subcommands about signing keys: list, rotate, import."""

from pathlib import Path
from typing import Annotated

import typer

from ostiary_cli.options import DEFAULT_FILE, ConfigOption, JsonOption
from ostiary_cli.server_extra import run_server_command

EnvironmentOption = Annotated[
    str, typer.Option("--environment", "-e", metavar="NAME", help="Whose keys.")
]
KeySetOption = Annotated[
    str | None,
    typer.Option(
        "--key-set", metavar="NAME", help='"manager:NAME" for a manager\'s own, or "environment".'
    ),
]
AlgorithmOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="RS256, PS256, ES256 or EdDSA.")
]


def list_keys(config: ConfigOption = DEFAULT_FILE, *, as_json: JsonOption = False) -> None:
    """Show every signing key: whose it is, and from when until when it signs."""

    def command() -> int:
        from ostiary.main.commands import keys

        return keys.list_keys(config, as_json=as_json)

    run_server_command(command, as_json=as_json)


def rotate(
    config: ConfigOption = DEFAULT_FILE,
    *,
    environment: EnvironmentOption,
    key_set: KeySetOption = None,
    algorithm: AlgorithmOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make new signing keys; they are published first and sign a little later.

    Old keys stay published until the last token signed with them is over. Without --key-set and
    --algorithm every key of the environment is renewed.
    """

    def command() -> int:
        from ostiary.main.commands import keys

        return keys.rotate(config, environment, key_set, algorithm, as_json=as_json)

    run_server_command(command, as_json=as_json)


def import_key(  # noqa: PLR0913 - one parameter an option
    private_key: Annotated[
        Path, typer.Argument(metavar="PEM", help="The private key in PEM form, unencrypted.")
    ],
    config: ConfigOption = DEFAULT_FILE,
    *,
    environment: EnvironmentOption,
    key_set: KeySetOption = None,
    algorithm: AlgorithmOption = None,
    key_id: Annotated[
        str | None, typer.Option(metavar="KID", help="Its kid; default: its thumbprint.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Take over a signing key from elsewhere, such as the server that this one replaces."""

    def command() -> int:
        from ostiary.main.commands import keys

        return keys.import_key(
            config, private_key, environment, key_set, algorithm, key_id, as_json=as_json
        )

    run_server_command(command, as_json=as_json)
