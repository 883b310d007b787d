"""Trees of authentication policies, read from what a file says of them and written back.

Nothing here knows an environment: whether a step exists is for the checks to say.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ostiary.core.configuration.problems import Path, Problem, did_you_mean, error
from ostiary.core.model.policy import Criterion, End, Node, Selector, StepNode

MAX_DEPTH = 20
"""So many nodes stand one below the other at most."""
_STEP_FIELDS = ("step", "success", "failure")
_SELECTOR_FIELDS = ("select", "cases", "otherwise")
_ATTRIBUTE = f"{Criterion.ATTRIBUTE}:"
_IMPLIED = {"success": End.DONE, "failure": End.FAIL, "otherwise": End.FAIL}
_Gather = Callable[[Iterable[tuple[str, object]]], object]
"""Makes one value of cases."""
_BRANCH = 'must be "done", "fail", a list of steps, or a table with step or select'


@dataclass(frozen=True, slots=True)
class ReadTree:
    """What a tree says.

    Args:
        root: None when anything is wrong with it.
    """

    root: Node | None
    problems: tuple[Problem, ...] = ()


def read_tree(value: object) -> ReadTree:
    """Read a policy's tree; paths of problems start at it."""
    reader = _Reader()
    if not isinstance(value, Mapping):
        return ReadTree(None, (error((), "must be a table with step or select"),))
    root = reader.read(value, (), depth=1)
    return ReadTree(None if reader.problems else root, tuple(reader.problems))


def chain(steps: Sequence[str]) -> Node:
    """Return steps that must all succeed, in their order."""
    node: Node = End.DONE
    for step in reversed(steps):
        node = StepNode(step, success=node)
    return node


def write_tree(node: Node) -> dict[str, Any]:
    """Return a tree as a file has it, every branch written out but those that go without saying.

    Raises: TypeError for a tree that is an end.
    """
    return _write(node, dict)


def write_ordered_tree(node: Node) -> dict[str, Any]:
    """Return the same for a store that does not keep the order of a table: cases as pairs.

    Raises: TypeError for a tree that is an end.
    """
    return _write(node, lambda cases: [list(case) for case in cases])


def find_chain(node: Node) -> tuple[str, ...] | None:
    """Return the steps of a tree that is nothing but a chain, or None."""
    steps: list[str] = []
    while isinstance(node, StepNode) and node.failure is End.FAIL:
        steps.append(node.step)
        node = node.success
    return tuple(steps) if node is End.DONE else None


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Yield every node and end of a tree with its place in the table that says it."""
    yield path, node
    match node:
        case StepNode():
            yield from walk(node.success, (*path, "success"))
            yield from walk(node.failure, (*path, "failure"))
        case Selector():
            for name, branch in node.cases.items():
                yield from walk(branch, (*path, "cases", name))
            yield from walk(node.otherwise, (*path, "otherwise"))
        case End():
            pass


def _write(node: Node, gather: _Gather) -> dict[str, Any]:
    match node:
        case StepNode(step, success, failure):
            branches = {"success": success, "failure": failure}
            return {"step": step} | _said(branches, gather)
        case Selector(criterion, cases, otherwise, attribute):
            written = gather(
                (name, _write_branch(branch, gather)) for name, branch in cases.items()
            )
            select = f"{criterion}:{attribute}" if attribute else str(criterion)
            return {"select": select, "cases": written} | _said({"otherwise": otherwise}, gather)
        case _:
            raise TypeError("a policy asks something before it ends")


def _said(branches: Mapping[str, Node], gather: _Gather) -> dict[str, Any]:
    """Return the branches that do not go without saying."""
    return {
        name: _write_branch(branch, gather)
        for name, branch in branches.items()
        if branch is not _IMPLIED[name]
    }


def _write_branch(branch: Node, gather: _Gather) -> object:
    return branch.value if isinstance(branch, End) else _write(branch, gather)


@dataclass(slots=True)
class _Reader:
    """Reads a tree, and goes on past what it cannot read."""

    problems: list[Problem] = field(default_factory=list)

    def read(self, value: object, path: Path, *, depth: int) -> Node:
        if depth > MAX_DEPTH:
            return self._refuse(path, f"is deeper than {MAX_DEPTH} nodes")
        match value:
            case "done" | "fail":
                return End(value)
            case list() | tuple():
                return self._read_chain(value, path, depth=depth)
            case Mapping() if "step" in value:
                return self._read_step(value, path, depth=depth)
            case Mapping() if "select" in value:
                return self._read_selector(value, path, depth=depth)
            case _:
                return self._refuse(path, _BRANCH)

    def _read_chain(self, value: Sequence[object], path: Path, *, depth: int) -> Node:
        for index, step in enumerate(value):
            if not isinstance(step, str):
                self._refuse((*path, index), "must be the name of a step, in quotes")
        if not value:
            return self._refuse(path, 'must not be empty; an end is "done" or "fail"')
        if depth + len(value) - 1 > MAX_DEPTH:
            return self._refuse(path, f"is deeper than {MAX_DEPTH} nodes")
        return chain([str(step) for step in value])

    def _read_step(self, value: Mapping[str, object], path: Path, *, depth: int) -> Node:
        self._refuse_unknown(value, path, _STEP_FIELDS)
        step = value["step"]
        if not isinstance(step, str):
            return self._refuse((*path, "step"), "must be the name of a step, in quotes")
        success = self._read_field(value, path, "success", depth=depth)
        failure = self._read_field(value, path, "failure", depth=depth)
        return StepNode(step, success, failure)

    def _read_selector(self, value: Mapping[str, object], path: Path, *, depth: int) -> Node:
        self._refuse_unknown(value, path, _SELECTOR_FIELDS)
        criterion, attribute = self._read_criterion(value["select"], (*path, "select"))
        cases = _pairs(value.get("cases"))
        if not cases:
            self._refuse((*path, "cases"), "must be a table of branches by value")
        branches = {
            name: self.read(branch, (*path, "cases", name), depth=depth + 1)
            for name, branch in cases
        }
        otherwise = self._read_field(value, path, "otherwise", depth=depth)
        return Selector(criterion, branches, otherwise, attribute)

    def _read_criterion(self, value: object, path: Path) -> tuple[Criterion, str]:
        words = [str(each) for each in Criterion if each is not Criterion.ATTRIBUTE]
        if isinstance(value, str) and value.startswith(_ATTRIBUTE) and value != _ATTRIBUTE:
            return Criterion.ATTRIBUTE, value.removeprefix(_ATTRIBUTE)
        if isinstance(value, str) and value in words:
            return Criterion(value), ""
        known = ", ".join(f'"{word}"' for word in words)
        hint = did_you_mean(value, words) if isinstance(value, str) else ""
        self._refuse(path, f'must be {known} or "{_ATTRIBUTE}" and a name', hint)
        return Criterion.CLIENT, ""

    def _read_field(
        self, value: Mapping[str, object], path: Path, name: str, *, depth: int
    ) -> Node:
        if name not in value:
            return _IMPLIED[name]
        return self.read(value[name], (*path, name), depth=depth + 1)

    def _refuse_unknown(
        self, value: Mapping[str, object], path: Path, known: Sequence[str]
    ) -> None:
        for name in value:
            if name not in known:
                hint = did_you_mean(str(name), known)
                self._refuse((*path, str(name)), "is not a known field", hint)

    def _refuse(self, path: Path, message: str, hint: str = "") -> End:
        self.problems.append(error(path, message, hint))
        return End.FAIL


def _pairs(cases: object) -> list[tuple[str, object]]:
    """Return the cases of a table, or of the pairs that a store has instead; else none."""
    match cases:
        case Mapping():
            return [(str(name), branch) for name, branch in cases.items()]
        case list() if all(isinstance(case, list) and len(case) == 2 for case in cases):
            return [(str(name), branch) for name, branch in cases]
        case _:
            return []
