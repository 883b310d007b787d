"""Running client commands, and telling what went wrong: what, and what to do, on two lines."""

import json
import re
import sys
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import typer

from ostiary_cli.exit_codes import code_of
from ostiary_client.errors import (
    ConfigurationError,
    OAuthError,
    OstiaryClientError,
    ResponseError,
)
from ostiary_client.printable import printable

_MOST_CHARACTERS = 2000
_ASK_OPERATOR = "The log of the server says more; ask whoever runs it"
_PARAMETER = re.compile(r"\b([a-z]+(?:_[a-z]+)*)=(…|True)")
_OPTIONS = MappingProxyType(
    {"verify": "ca-file", "cert": "cert-file", "timeout_seconds": "timeout"}
)
"""Options that are called otherwise than the parameters of the SDK."""
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def run_client_command(command: Callable[[], int], *, as_json: bool = False) -> None:
    """Run a command that uses the SDK, and end with its exit code."""
    try:
        code = command()
    except OstiaryClientError as error:
        tell(error, as_json=as_json)
        code = code_of(error)
    except UnicodeEncodeError:
        # Bytes that are no text came as an option or a variable, and were to be sent.
        nonsense = ConfigurationError("An option, a variable or the token is no text")
        tell(nonsense, as_json=as_json)
        code = code_of(nonsense)
    raise typer.Exit(code)


def tell(error: OstiaryClientError, *, as_json: bool) -> None:
    """Write an error to the error stream, for people or as one JSON document."""
    if as_json:
        tell_document(describe(error))
        return
    lines = [_ended(error.problem), _remedy(error)]
    if isinstance(error, ResponseError) and not isinstance(error, OAuthError) and error.content:
        lines.append(f"It answered: {error.content}")
    for line in lines:
        if line:
            print(printable(line, most_characters=_MOST_CHARACTERS), file=sys.stderr)


def tell_document(error: dict[str, Any]) -> None:
    """Write an error to the error stream as JSON."""
    print(json.dumps({"error": error}), file=sys.stderr)


def describe(error: OstiaryClientError) -> dict[str, Any]:
    """Return what is told of an error as JSON: kind, message, remedy, and what the answer said."""
    document: dict[str, Any] = {
        "kind": kind_of(error),
        "message": _ended(error.problem),
        "remedy": _remedy(error),
    }
    for member in ("status", "content", "error", "error_description", "retry_after_seconds"):
        value = getattr(error, member, None)
        if value:
            document[member] = value
    return document


def kind_of(error: OstiaryClientError) -> str:
    """Return the name of an error's kind: that of its class, in small letters."""
    name = type(error).__name__.removesuffix("Error").replace("OAuth", "Oauth")
    return _WORD.sub("_", name).lower()


def _remedy(error: OstiaryClientError) -> str:
    """Return what to do, in the words of this command's options."""
    remedy = error.remedy or (_ASK_OPERATOR if isinstance(error, OAuthError) else "")
    return _ended(_PARAMETER.sub(_as_option, remedy)) if remedy else ""


def _ended(text: str) -> str:
    """Return a sentence with its point; a command to copy, after three spaces, takes none."""
    return text if text.endswith("?") or "   " in text else f"{text}."


def _as_option(parameter: re.Match[str]) -> str:
    option = "--" + _OPTIONS.get(parameter[1], parameter[1].replace("_", "-"))
    return option if parameter[2] == "True" else f"{option} …"
