"""Subcommand `completion`, and what the shells' scripts ask when a person presses Tab."""

import os
from typing import Annotated, Literal

import typer

PROGRAM = "ostiary"
ASKED = "_OSTIARY_COMPLETE"


def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="Your shell.")],
) -> None:
    """Print the script that completes commands, options and profile names.

    For bash, in ~/.bashrc:   source <(ostiary completion bash)
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    print(get_completion_script(prog_name=PROGRAM, complete_var=ASKED, shell=shell))


def prepare() -> None:
    """Have Typer know the shells, when one of their scripts asks."""
    if ASKED in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()
