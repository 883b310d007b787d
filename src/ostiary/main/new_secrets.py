"""Secrets that were made: handed to whoever started the command, or kept in files for the owner."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from ostiary.core.admin.changes import path_of
from ostiary.core.base.secret import Secret
from ostiary.core.configuration.problems import render_path
from ostiary.core.ports.configuration import DocumentId

_DIRECTORY = "secrets"


def show(generated: Mapping[DocumentId, Secret[str]], stream: TextIO) -> None:
    """Write the secrets as assignments: nobody can show them again.

    Raises: OSError when nobody takes them.
    """
    if generated:
        sys.stderr.write("new secrets, shown this once:\n")
    stream.writelines(
        f'{_name(place)} = "{secret.reveal()}"\n' for place, secret in generated.items()
    )
    stream.flush()


def describe(generated: Mapping[DocumentId, Secret[str]]) -> list[dict[str, str]]:
    """Return the secrets as they stand in a JSON answer, which is their only showing."""
    return [
        {"path": _name(place), "secret": secret.reveal()} for place, secret in generated.items()
    ]


def keep(generated: Mapping[DocumentId, Secret[str]], data_directory: Path) -> None:
    """Keep each secret in a file of its own, and say where; what cannot be kept is said too.

    Stores: the files, readable by their owner alone.
    """
    for place, secret in generated.items():
        path = data_directory / _DIRECTORY / f"{place.environment}.{place.key}.secret"
        try:
            _write(path, secret.reveal())
        except OSError as error:
            sys.stderr.write(
                f"{_name(place)}: its new secret is lost, for {path} cannot be written "
                f"({error.strerror}): take the client out, apply, put it back and apply again\n"
            )
        else:
            sys.stderr.write(f"{_name(place)}: its new secret is in {path}\n")


def _name(place: DocumentId) -> str:
    return render_path((*path_of(place), "secret"))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
