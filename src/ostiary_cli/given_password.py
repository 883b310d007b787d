"""A user's password: typed unseen, or read from standard input or a file; never an argument."""

import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

_MOST_BYTES = 64 << 10
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
PasswordFileOption = Annotated[
    Path | None,
    typer.Option("--password-file", metavar="FILE", help="Read the password from a file."),
]


def password_reader(*, from_stdin: bool, file: Path | None) -> Callable[[], str]:
    """Return what asks for the password once it is known to be needed.

    One line break at its end is dropped. Raises: typer.BadParameter, then or now.
    """
    if from_stdin and file is not None:
        raise typer.BadParameter("two places are named; name one")
    if file is not None:
        return lambda: _read_file(file)
    return _read_stdin if from_stdin else _ask


def _read_stdin() -> str:
    return _without_line_break(sys.stdin.buffer.read(_MOST_BYTES))


def _read_file(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return _without_line_break(opened.read(_MOST_BYTES))
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}") from error


def _without_line_break(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise typer.BadParameter("the password is no UTF-8 text") from error
    return text.removesuffix("\n").removesuffix("\r")


def _ask() -> str:
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "nobody is there to ask for a password: use --password-stdin or --password-file"
        )
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise typer.BadParameter("the two passwords differ")
    return password
