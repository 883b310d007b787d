"""Commands whose help is plain text under headings, and that start quickly.

Typer would draw the help with Rich, and have Pydantic convert every value. Each takes longer to
import than everything else together.
"""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from typer import BadParameter
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typer._click.core import Context, Parameter
    from typer._click.formatting import HelpFormatter

_MOST_CHARACTERS = 200
"""No first sentence is longer; a longer one would be cut."""


class PlainCommand(TyperCommand):
    """A command whose options stand under the headings that they name."""

    def get_params(self, ctx: "Context") -> "list[Parameter]":
        """Return the parameters, --help among them, set to convert quickly."""
        return _convert_quickly(super().get_params(ctx))

    def format_options(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write arguments first, then the options under their headings."""
        _write(formatter, (_section_and_row(each, ctx) for each in self.get_params(ctx)))


class PlainGroup(TyperGroup):
    """A group whose commands stand under the headings that they name."""

    def get_params(self, ctx: "Context") -> "list[Parameter]":
        """Return the parameters, --help among them, set to convert quickly."""
        return _convert_quickly(super().get_params(ctx))

    def format_options(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write the commands under their headings, then the options."""
        commands = ((name, self.commands[name]) for name in self.list_commands(ctx))
        _write(
            formatter,
            (
                (
                    getattr(command, "rich_help_panel", None) or "Commands",
                    (name, command.get_short_help_str(_MOST_CHARACTERS)),
                )
                for name, command in commands
            ),
        )
        _write(formatter, (_section_and_row(each, ctx) for each in self.get_params(ctx)))


class _Converter:
    """Converts a value without Pydantic where that is enough, and refuses it in plain words."""

    def __init__(self, parameter: TyperArgument | TyperOption) -> None:
        self._typers_own = parameter.get_runtime_param
        self._annotation: Any = parameter.type_descriptor.annotation
        origin: Any = get_origin(self._annotation)
        self._choices: tuple[str, ...] = get_args(self._annotation) if origin is Literal else ()

    def coerce(self, value: Any, **how: Any) -> Any:  # noqa: ANN401, PLR0911 - of any type, a case each
        match value:
            case None if self._annotation != list[str]:
                return None
            case str() if self._annotation is str:
                return value
            case str() | Path() if self._annotation is Path:
                return Path(value)
            case bool() if self._annotation is bool:
                return value
            case None | list() | tuple() if self._annotation == list[str]:
                return list(value or ())
            case str() if self._annotation is float:
                return _number(value)
            case str() if self._choices:
                return _one_of(value, self._choices)
            case str() if isinstance(self._annotation, type) and issubclass(self._annotation, Enum):
                known = tuple(str(each.value) for each in self._annotation)
                return self._annotation(_one_of(value, known))
            case str() if self._annotation is int and not value.strip().isdecimal():
                raise BadParameter(f"{value!r} is no whole number")
            case _:
                return self._typers_own().coerce(value, **how)


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise BadParameter(f"{value!r} is no number") from None


def _one_of(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise BadParameter(f"{value!r} is none of {', '.join(known)}")
    return value


def _convert_quickly(parameters: "list[Parameter]") -> "list[Parameter]":
    for parameter in parameters:
        is_new = "get_runtime_param" not in vars(parameter)
        if is_new and isinstance(parameter, TyperArgument | TyperOption):
            converter = _Converter(parameter)
            # This is what Typer asks for the way to convert a value.
            setattr(parameter, "get_runtime_param", lambda converter=converter: converter)  # noqa: B010
            if isinstance(text := parameter.show_default, str):
                # Typer would put it into parentheses inside of its brackets.
                setattr(parameter, "_get_default_string", lambda text=text, **_: text)  # noqa: B010
    return parameters


def _section_and_row(parameter: Any, ctx: "Context") -> tuple[str, tuple[str, str] | None]:  # noqa: ANN401 - of Typer's own types
    section = getattr(parameter, "rich_help_panel", None)
    usual = "Arguments" if parameter.param_type_name == "argument" else "Options"
    return section or usual, parameter.get_help_record(ctx)


def _write(
    formatter: "HelpFormatter", rows: "Iterable[tuple[str, tuple[str, str] | None]]"
) -> None:
    sections: dict[str, list[tuple[str, str]]] = {}
    for section, row in rows:
        if row is not None:
            sections.setdefault(section, []).append(row)
    for section, filled in sections.items():
        with formatter.section(section):
            formatter.write_dl(filled)
