"""docs/configuration.md, made from the schema: `python -m ostiary.main.configuration_reference`."""

import enum
import sys
import types
import typing
from collections.abc import Iterator

from pydantic import AwareDatetime, BaseModel, SecretStr
from pydantic.fields import FieldInfo

from ostiary.core.configuration.schema import Configuration, PreviousSecret, SecretSource

_PREAMBLE = """\
# Configuration

<!-- Made from the schema by `python -m ostiary.main.configuration_reference`: do not edit. -->

One file, `ostiary.toml`, holds the whole configuration. `ostiary init` writes a commented one,
`ostiary check` shows everything that is wrong with one, `ostiary serve` refuses a broken one in the
same words. A name that ends with `.yaml` or `.yml` is read as YAML with the same fields. Relative
paths count from the working directory.

`NAME` stands for a name of your choice: letters, digits, `.`, `_`, `~` and `-`. Every named object
also has a stable UUID, derived from its environment, its type and its name.
"""
_POLICIES = """\
## Policies

A list of steps asks one after the other. A tree also says what happens when a step fails, and
chooses by what is known: the client, the scopes, the wished `acr`, and, behind a step that has
proved who the user is, the user's population and attributes. Of several cases the first that holds
counts. A way that ends with `"done"` must have led through a proof. A tree is at most 20 nodes
deep.

```toml
[environments.main.steps.identifier]
type = "identifier_first"

[environments.main.steps.form]
type = "username_password"

[environments.main.policies.default]
steps = ["identifier", "form"]

[environments.main.policies.staff]
acr = "urn:example:staff"

[environments.main.policies.staff.tree]
step = "form"
failure = ["identifier", "form"]

[environments.main.policies.staff.tree.success]
select = "attribute:department"
cases = { it = "done", sales = "done" }
otherwise = "fail"
```
"""
_WORDS: dict[object, str] = {
    str: "text",
    int: "number",
    float: "number",
    bool: "true or false",
    SecretStr: "text",
    AwareDatetime: "date and time",
    SecretSource: "[secret](#secrets)",
    PreviousSecret: "[secret](#secrets)",
}


def render() -> str:
    """Return the reference as Markdown."""
    parts = [_PREAMBLE]
    for heading, model in _tables(Configuration, ()):
        parts.append(_section(heading, model))
    parts.append(_POLICIES)
    parts.append(_section("Secrets", SecretSource))
    parts.append(
        "`previous_secret` is always written as a table, and also has:\n\n"
        + _rows(PreviousSecret, leave_out=frozenset(SecretSource.model_fields))
    )
    return "\n".join(parts)


def _tables(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield every table with its heading, in the order of the schema."""
    if path:
        yield f"`[{'.'.join(path)}]`", model
    for name, field in model.model_fields.items():
        inner, step = _table_in(field.annotation)
        if inner is not None:
            yield from _tables(inner, (*path, name, *step))


def _table_in(annotation: object) -> tuple[type[BaseModel] | None, tuple[str, ...]]:
    """Return the table that a field holds, and what stands between the field and it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (None if annotation in _WORDS else annotation), ()
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is dict:
        return _table_in(arguments[1])[0], ("NAME",)
    if origin in {types.UnionType, typing.Union, typing.Annotated}:
        return _table_in(arguments[0])
    return None, ()


def _section(heading: str, model: type[BaseModel]) -> str:
    return f"## {heading}\n\n{model.__doc__}\n\n{_rows(model)}"


def _rows(model: type[BaseModel], leave_out: frozenset[str] = frozenset()) -> str:
    rows = ["| Field | Type | Default | Meaning |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        if name not in leave_out:
            cells = (f"`{name}`", _type(field.annotation), _default(field), field.description or "")
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _type(annotation: object) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in _WORDS:
        return _WORDS[annotation]
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return _choice(member.value for member in annotation)
    if origin is typing.Literal:
        return _choice(arguments)
    if origin is tuple:
        return f"list of {_plural(_type(arguments[0]))}"
    if origin is dict:
        return "table" if arguments[1] is typing.Any else f"table of {_plural(_type(arguments[1]))}"
    if origin in {types.UnionType, typing.Union, typing.Annotated}:
        return _type(arguments[0])
    return "table"


def _plural(word: str) -> str:
    if word.startswith("list of "):
        return word.replace("list", "lists", 1)
    return f"{word}s" if word in {"number", "table", "text"} else word


def _entry(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _choice(words: typing.Iterable[str]) -> str:
    return " or ".join(f"`{word}`" for word in words)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    match default:
        case None | "" | () | {}:
            return ""
        case bool():
            return f"`{str(default).lower()}`"
        case str():
            return f'`"{default}"`'
        case tuple():
            return "`[" + ", ".join(map(_entry, default)) + "]`"
        case SecretSource():
            return "`{ generate = true }`"
        case BaseModel():
            return ""
        case _:
            return f"`{default}`"


if __name__ == "__main__":
    sys.stdout.write(render())
