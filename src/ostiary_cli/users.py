"""Subcommands about users: add, passwd, list, show, unlock, disable, enable, delete."""

from typing import Annotated

import typer

from ostiary_cli.given_password import PasswordFileOption, StdinOption, password_reader
from ostiary_cli.options import DEFAULT_FILE, ConfigOption, JsonOption
from ostiary_cli.server_extra import run_server_command

UsernameArgument = Annotated[str, typer.Argument(metavar="USERNAME", help="Who.")]
EnvironmentOption = Annotated[
    str | None,
    typer.Option(
        "--environment", "-e", metavar="NAME", help="Whose users; may be left out if there is one."
    ),
]
WeakOption = Annotated[
    bool, typer.Option("--allow-weak", help="Take a password that the policy refuses.")
]
MustChangeOption = Annotated[
    bool,
    typer.Option("--must-change", help="It is good only for choosing another one."),
]


def add(  # noqa: PLR0913 - one parameter an option
    username: UsernameArgument,
    config: ConfigOption = DEFAULT_FILE,
    *,
    environment: EnvironmentOption = None,
    population: Annotated[
        str, typer.Option(metavar="NAME", help="Which group of users it belongs to.")
    ] = "default",
    attribute: Annotated[
        list[str] | None, typer.Option(metavar="NAME=TEXT", help="May be given several times.")
    ] = None,
    disabled: Annotated[bool, typer.Option("--disabled", help="It cannot sign on yet.")] = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="It gets none, and cannot sign on with one.")
    ] = False,
    password_stdin: StdinOption = False,
    password_file: PasswordFileOption = None,
    must_change: MustChangeOption = False,
    allow_weak: WeakOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a user. The password is asked for, or read from where an option says."""
    attributes = _attributes(attribute or [])
    reader = password_reader(from_stdin=password_stdin, file=password_file)

    def command() -> int:
        from ostiary.main.commands import users

        return users.add(
            config,
            environment,
            username,
            (lambda: None) if no_password else reader,
            population=population,
            attributes=attributes,
            enabled=not disabled,
            must_change=must_change,
            allow_weak=allow_weak,
            as_json=as_json,
        )

    run_server_command(command, as_json=as_json)


def passwd(  # noqa: PLR0913 - one parameter an option
    username: UsernameArgument,
    config: ConfigOption = DEFAULT_FILE,
    *,
    environment: EnvironmentOption = None,
    password_stdin: StdinOption = False,
    password_file: PasswordFileOption = None,
    must_change: MustChangeOption = False,
    allow_weak: WeakOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give a user another password, and unlock it."""
    reader = password_reader(from_stdin=password_stdin, file=password_file)

    def command() -> int:
        from ostiary.main.commands import users

        return users.set_password(
            config,
            environment,
            username,
            reader,
            must_change=must_change,
            allow_weak=allow_weak,
            as_json=as_json,
        )

    run_server_command(command, as_json=as_json)


def list_users(
    config: ConfigOption = DEFAULT_FILE,
    *,
    environment: EnvironmentOption = None,
    after: Annotated[
        str | None, typer.Option(metavar="USERNAME", help="Begin behind this one.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="At most.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Show users in the order of their names."""

    def command() -> int:
        from ostiary.main.commands import users

        return users.list_users(config, environment, after=after, limit=limit, as_json=as_json)

    run_server_command(command, as_json=as_json)


def show(
    username: UsernameArgument,
    config: ConfigOption = DEFAULT_FILE,
    *,
    environment: EnvironmentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is known of a user, and whether it is locked."""

    def command() -> int:
        from ostiary.main.commands import users

        return users.show(config, environment, username, as_json=as_json)

    run_server_command(command, as_json=as_json)


def unlock(
    username: UsernameArgument,
    config: ConfigOption = DEFAULT_FILE,
    *,
    environment: EnvironmentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forget a user's failed attempts, and let it try again at once."""

    def command() -> int:
        from ostiary.main.commands import users

        return users.unlock(config, environment, username, as_json=as_json)

    run_server_command(command, as_json=as_json)


def disable(
    username: UsernameArgument,
    config: ConfigOption = DEFAULT_FILE,
    *,
    environment: EnvironmentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a user from signing on."""

    def command() -> int:
        from ostiary.main.commands import users

        return users.set_enabled(config, environment, username, enabled=False, as_json=as_json)

    run_server_command(command, as_json=as_json)


def enable(
    username: UsernameArgument,
    config: ConfigOption = DEFAULT_FILE,
    *,
    environment: EnvironmentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a user sign on again."""

    def command() -> int:
        from ostiary.main.commands import users

        return users.set_enabled(config, environment, username, enabled=True, as_json=as_json)

    run_server_command(command, as_json=as_json)


def delete(
    username: UsernameArgument,
    config: ConfigOption = DEFAULT_FILE,
    *,
    environment: EnvironmentOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete a user for good."""

    def command() -> int:
        from ostiary.main.commands import users

        return users.delete(config, environment, username, as_json=as_json)

    run_server_command(command, as_json=as_json)


def _attributes(given: list[str]) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise typer.BadParameter(f'"{text}" must be NAME=TEXT')
        attributes[name] = value
    return attributes
