"""The token that a command is about: an argument, or what standard input holds."""

import json
import sys
from typing import Annotated

import typer

_MOST_BYTES = 1024 * 1024
TokenArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="TOKEN",
        help="The token. Better `-` or nothing, for standard input: arguments are in the list of "
        "processes, where others see them.",
        show_default=False,
    ),
]


def read_token(argument: str | None) -> str:
    """Return the bare token; `Bearer` before it, and the JSON of `ostiary token`, are taken off.

    Raises: typer.BadParameter when there is none.
    """
    if argument in {None, "-"}:
        if argument is None and sys.stdin.isatty():
            raise typer.BadParameter("name a token, or send it: ostiary token | ostiary … -")
        argument = sys.stdin.buffer.read(_MOST_BYTES).decode("utf-8", "replace")
    token = _unwrapped((argument or "").strip())
    if not token:
        raise typer.BadParameter("there is no token in it")
    return token


def _unwrapped(text: str) -> str:
    if text.startswith("{"):
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return text
        text = next(
            (document[name] for name in ("access_token", "token") if document.get(name)), ""
        )
        return text if isinstance(text, str) else ""
    kind, _, rest = text.partition(" ")
    return rest.strip() if kind.lower() == "bearer" else text
