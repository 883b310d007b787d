"""What the code says to people, found by reading it: every English text that a page can show."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

Place = int | str
"""An argument: its number, or its name."""
TEXTS: Mapping[str, frozenset[Place]] = {
    "Button": frozenset({2, "label"}),
    "Choice": frozenset({1, "label"}),
    "Deed": frozenset({0, "label"}),
    "Entry": frozenset({0, "heading", "lines", "items"}),
    "ErrorPage": frozenset({0, 1, "title", "heading", "lines", "detail"}),
    "Field": frozenset({1, "label", "problem"}),
    "FlowRefusedError": frozenset({1, "description"}),
    "FormPage": frozenset({0, 1, "title", "heading", "lines", "items", "problems"}),
    "Input": frozenset({1, "label"}),
    "Link": frozenset({1, "label"}),
    "ListPage": frozenset({0, 1, "title", "heading", "notice", "lines"}),
    "MessagePage": frozenset({0, 1, "title", "heading", "lines"}),
    "Offer": frozenset({1, "label"}),
    "Option": frozenset({1, "label"}),
    "Phrase": frozenset({0}),
    "Problem": frozenset({2, "user_message"}),
    "Section": frozenset({0, "heading", "lines"}),
    "SignedOffPage": frozenset({0, 1, "title", "heading", "lines"}),
    "TooManyAttemptsError": frozenset({0, "description"}),
    "UnavailableError": frozenset({0, "description"}),
    "Unmet": frozenset({2, "advice"}),
    "View": frozenset({3, 4, 5, "title", "lines", "items"}),
}
"""Calls of which some arguments are texts for people."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Found:
    """What stands where a text for people does.

    Args:
        texts: constants.
        others: what is no constant, as it is written, by where it stands.
        joined: texts with values in them that no `Phrase` made.
    """

    texts: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)


@dataclass
class Module:
    """One file, with the names that it gives to values and functions."""

    path: Path
    tree: ast.Module

    @cached_property
    def values(self) -> dict[str, ast.expr]:
        found: dict[str, ast.expr] = {}
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id] = node.value
            elif (
                isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value
            ):
                found[node.target.id] = node.value
        return found

    @cached_property
    def functions(self) -> dict[str, Function]:
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, Function)}

    @cached_property
    def calls(self) -> list[tuple[ast.Call, Function | None]]:
        return list(_calls(self.tree, None))


@dataclass
class Reading:
    """Several files, read together: a value may be named in one and shown in another."""

    modules: list[Module]
    found: Found = field(default_factory=Found)
    positions: dict[str, set[Place]] = field(
        default_factory=lambda: {name: set(places) for name, places in TEXTS.items()}
    )

    def run(self) -> Found:
        """Read until no function is found any more that hands a text on."""
        known = -1
        while known != (known := sum(map(len, self.positions.values()))):
            for module in self.modules:
                for call, within in module.calls:
                    for expression in self._texts_of(call):
                        self._read(expression, module, within)
        return self.found

    def _texts_of(self, call: ast.Call) -> Iterator[ast.expr]:
        places = self.positions.get(_name(call.func), set())
        yield from (each for number, each in enumerate(call.args) if number in places)
        yield from (each.value for each in call.keywords if each.arg in places)

    def _read(self, node: ast.expr, module: Module, within: Function | None) -> None:
        match node:
            case ast.Constant(value=str(text)):
                self.found.texts.add(text)
            case ast.Constant():
                pass
            case ast.JoinedStr():
                self.found.joined.add(f"{module.path.name}: {ast.unparse(node)}")
            case ast.Name(id=name):
                self._read_name(name, module, within)
            case ast.Call(func=function):
                self._read_call(node, _name(function), module)
            case ast.Subscript(value=table):
                self._read(table, module, within)
            case _:
                inner = list(_parts(node))
                if not inner:
                    self.found.others.add(ast.unparse(node))
                for each in inner:
                    self._read(each, module, within)

    def _read_name(self, name: str, module: Module, within: Function | None) -> None:
        parameters = _parameters(within)
        if within is not None and name in parameters:
            taken = parameters.index(name) - (parameters[0] == "self")
            self.positions.setdefault(within.name, set()).update({taken, name})
            for default in _defaults(within, name):
                self._read(default, module, None)
            return
        local = list(_assigned(name, within))
        kept = [each.values[name] for each in self.modules if name in each.values]
        for value in local or kept[:8]:
            self._read(value, module, within)
        if not local and not kept:
            self.found.others.add(name)

    def _read_call(self, node: ast.Call, name: str, module: Module) -> None:
        if name in TEXTS:
            return  # it is read for itself
        for each in self.modules:
            for returned in _returned(each.functions.get(name)):
                self._read(returned, each, each.functions[name])
        if name == "tuple":
            for argument in node.args:
                self._read(argument, module, None)


def read_texts(*folders: Path) -> Found:
    """Read every file of some folders."""
    paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
    return Reading([Module(path, ast.parse(path.read_text())) for path in paths]).run()


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """Yield what an expression may come to, without what it is decided by."""
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.BoolOp(values=values):
            yield from values
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            yield from elements
        case ast.Starred(value=value):
            yield value
        case ast.GeneratorExp(elt=element) | ast.ListComp(elt=element):
            yield element
        case ast.Dict(values=values):
            yield from values
        case _:
            return


def _calls(node: ast.AST, within: Function | None) -> Iterator[tuple[ast.Call, Function | None]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, within
        yield from _calls(child, child if isinstance(child, Function) else within)


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _parameters(function: Function | None) -> list[str]:
    if function is None:
        return []
    arguments = function.args
    return [each.arg for each in (*arguments.args, *arguments.kwonlyargs)]


def _defaults(function: Function, name: str) -> Iterator[ast.expr]:
    """Yield what a parameter is when it is left out."""
    arguments = function.args
    last = arguments.args[len(arguments.args) - len(arguments.defaults) :]
    every = [*zip(last, arguments.defaults, strict=True)]
    every += [
        (each, default)
        for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is not None
    ]
    yield from (default for each, default in every if each.arg == name)


def _assigned(name: str, within: Function | None) -> Iterator[ast.expr]:
    for node in ast.walk(within) if within is not None else ():
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            yield node.value


def _returned(function: Function | None) -> Iterator[ast.expr]:
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value
