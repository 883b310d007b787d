"""Policies as trees: which node a path leads to, and which branch a selector chooses."""

from collections.abc import Iterable, Iterator
from typing import assert_never

import msgspec

from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.policy import Criterion, End, Node, Policy, Selector, StepNode
from ostiary.core.model.user import User

SUCCESS, FAILURE = "success", "failure"
OTHERWISE = "*"
_CASE = "="
"""Before a selector's case in a path, so that no case reads like `OTHERWISE`."""
Path = tuple[str, ...]


class Facts(msgspec.Struct, frozen=True):
    """What selectors look at.

    Args:
        user: whom a step has proved. Somebody who is merely named does not count: whoever can
            choose the name would choose the branch with it.
    """

    request: AuthorizationRequest
    user: User | None = None


def find_node(policy: Policy, path: Path) -> Node | None:
    """Return where a path leads to, or None where the policy has no such path (any more)."""
    node: Node | None = policy.root
    for word in path:
        node = None if node is None else _branch(node, word)
    return node


def settle(policy: Policy, path: Path, facts: Facts) -> tuple[Path, Node]:
    """Follow selectors to the step or the end behind them; each choice becomes part of the path.

    Args: path is one of the policy's.
    """
    node = find_node(policy, path)
    while isinstance(node, Selector):
        path = (*path, _choose(node, facts))
        node = _branch(node, path[-1])
    if node is None:
        raise LookupError(f"the policy {policy.key!r} has no path {path!r}")
    return path, node


def find_last_step(policy: Policy, path: Path) -> str | None:
    """Return the key of the last step on a path, or of the first one that the policy has."""
    for length in range(len(path), -1, -1):
        node = find_node(policy, path[:length])
        if isinstance(node, StepNode):
            return node.step
    return next(_steps_below(policy.root), None)


def _branch(node: Node, word: str) -> Node | None:
    match node:
        case StepNode():
            return {SUCCESS: node.success, FAILURE: node.failure}.get(word)
        case Selector():
            if word == OTHERWISE:
                return node.otherwise
            return node.cases.get(word.removeprefix(_CASE)) if word.startswith(_CASE) else None
        case End():
            return None
        case never:
            assert_never(never)


def _choose(selector: Selector, facts: Facts) -> str:
    values = frozenset(_values(selector, facts))
    return next((_CASE + case for case in selector.cases if case in values), OTHERWISE)


def _values(selector: Selector, facts: Facts) -> Iterable[str]:
    match selector.criterion:
        case Criterion.CLIENT:
            return (facts.request.client_id,)
        case Criterion.SCOPE:
            return facts.request.scopes.names
        case Criterion.ACR:
            return facts.request.acr_values
        case Criterion.POPULATION:
            return () if facts.user is None else (facts.user.population,)
        case Criterion.ATTRIBUTE:
            return () if facts.user is None else _attribute(facts.user, selector.attribute)
        case never:
            assert_never(never)


def _attribute(user: User, name: str) -> Iterable[str]:
    value = user.attributes.get(name)
    match value:
        case list() | tuple():
            return [_text(member) for member in value]
        case None:
            return ()
        case _:
            return (_text(value),)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _steps_below(node: Node) -> Iterator[str]:
    match node:
        case StepNode():
            yield node.step
        case Selector():
            for branch in (*node.cases.values(), node.otherwise):
                yield from _steps_below(branch)
        case End():
            return
        case never:
            assert_never(never)
