"""Every refusal that the code can raise, read from the source: status, code, public description."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ostiary.core.base.errors import OAuthCode
from ostiary.http.oauth_json import DENIED_STATUS, STATUS_OF

_PLACE = re.compile(r"\{[^{}]*\}")
_FIELDS = ("status", "code", "description")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal; a part that is not known where it is raised is None."""

    status: int | None
    code: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class Maker:
    """What makes refusals of one kind: where its parameters stand, and what it fixes itself."""

    positions: Mapping[str, int]
    fixed: Refusal


_UNKNOWN = Refusal(None, None, None)
_CLASSES: Mapping[str, Maker] = {
    "OAuthError": Maker({"code": 0, "description": 1}, _UNKNOWN),
    "HTTPError": Maker(
        {"status": 0, "description": 1}, replace(_UNKNOWN, code=OAuthCode.INVALID_REQUEST)
    ),
    "UnavailableError": Maker(
        {"description": 0}, Refusal(503, OAuthCode.TEMPORARILY_UNAVAILABLE, None)
    ),
    "TooManyAttemptsError": Maker(
        {"description": 0}, Refusal(429, OAuthCode.TEMPORARILY_UNAVAILABLE, None)
    ),
}
_STATUSES = {"DeviceDeniedError": DENIED_STATUS}
"""Of classes whose status is not their code's."""


def find_all(source: Path) -> set[Refusal]:
    """Return every refusal whose words stand in a module below `source`."""
    modules = [_parse(path) for path in sorted(source.rglob("*.py"))]
    factories = dict(pair for module in modules for pair in _find_factories(module))
    makers = {**_CLASSES, **factories}
    return {
        _with_status(refusal)
        for module in modules
        for refusal in _find_refusals(module, makers)
        if refusal.description is not None
    }


def find_wordless(source: Path) -> list[str]:
    """Return where a refusal gets words that no constant says: each as file:line."""
    found = []
    for path in sorted(source.rglob("*.py")):
        module = _parse(path)
        passed_on = {id(call) for _, call in _find_factory_calls(module)}
        for call in ast.walk(module):
            if not isinstance(call, ast.Call) or id(call) in passed_on:
                continue
            maker = _CLASSES.get(_name(call))
            if maker and not isinstance(_value(_argument(call, maker, "description")), str):
                found.append(f"{path.relative_to(source)}:{call.lineno}")
    return found


def normalise(description: str) -> str:
    """Return a description whose variable parts all look the same."""
    return _PLACE.sub("{}", description)


def _parse(path: Path) -> ast.Module:
    """Read a module without its mentions of the events, one of which is a refusal's namesake."""
    module = ast.parse(path.read_text())
    events = {
        alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and _is_of_events(node.module or "")
        for alias in node.names
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and node.id in events:
            node.id = f"event:{node.id}"
    return module


def _is_of_events(module: str) -> bool:
    return module.startswith("ostiary.core.model.audit.")


def _find_factories(module: ast.Module) -> Iterator[tuple[str, Maker]]:
    for function, call in _find_factory_calls(module):
        maker = _CLASSES[_name(call)]
        words = _argument(call, maker, "description")
        parameters = [argument.arg for argument in function.args.args]
        position = {"description": parameters.index(ast.unparse(words))} if words else {}
        yield function.name, Maker(position, _read(call, maker))


def _find_factory_calls(module: ast.Module) -> Iterator[tuple[ast.FunctionDef, ast.Call]]:
    """Yield the functions that make a refusal whose words are their own parameter."""
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef):
            continue
        parameters = [argument.arg for argument in function.args.args]
        for call in ast.walk(function):
            maker = _CLASSES.get(_name(call)) if isinstance(call, ast.Call) else None
            if isinstance(call, ast.Call) and maker:
                words = _argument(call, maker, "description")
                if isinstance(words, ast.Name) and words.id in parameters:
                    yield function, call


def _find_refusals(module: ast.Module, makers: Mapping[str, Maker]) -> Iterator[Refusal]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _name(node) in makers:
            yield _read(node, makers[_name(node)])
        elif isinstance(node, ast.ClassDef):
            for base in node.bases:
                maker = makers.get(base.id) if isinstance(base, ast.Name) else None
                if maker:
                    status = _STATUSES.get(node.name)
                    made = (_read(call, maker) for call in _calls_of_init(node))
                    yield from (replace(each, status=status or each.status) for each in made)


def _calls_of_init(node: ast.ClassDef) -> Iterator[ast.Call]:
    """Yield the calls of `super().__init__` in a class."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
            yield call


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _read(call: ast.Call, maker: Maker) -> Refusal:
    values = {field: _value(_argument(call, maker, field)) for field in _FIELDS}
    status, code, description = (values[field] for field in _FIELDS)
    fixed = maker.fixed
    return Refusal(
        status if isinstance(status, int) else fixed.status,
        code if isinstance(code, str) else fixed.code,
        normalise(description) if isinstance(description, str) else fixed.description,
    )


def _argument(call: ast.Call, maker: Maker, field: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == field:
            return keyword.value
    position = maker.positions.get(field)
    return call.args[position] if position is not None and position < len(call.args) else None


def _value(argument: ast.expr | None) -> object:
    match argument:
        case ast.Constant(value=value):
            return value
        case ast.JoinedStr():
            return "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}"
                for part in argument.values
            )
        case ast.Attribute(value=ast.Name(id="OAuthCode"), attr=name):
            return OAuthCode[name]
        case _:
            return None


def _with_status(refusal: Refusal) -> Refusal:
    """Fill in the status that goes without saying: the OAuth code's."""
    if refusal.status is None and refusal.code is not None:
        return replace(refusal, status=STATUS_OF[OAuthCode(refusal.code)])
    return refusal
