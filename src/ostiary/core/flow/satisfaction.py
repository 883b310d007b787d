"""What somebody has satisfied: a policy, by the way through it that the policy chose then.

A policy with selectors asks different things for different clients, scopes or people. Whoever
passed it on the way of one client has not thereby done what it asks on the way of another.
"""

from collections.abc import Iterable, Sequence
from typing import assert_never

from msgspec.structs import replace

from ostiary.core.flow.tree import Facts, Path, settle
from ostiary.core.model.policy import End, Node, Policy, Selector, StepNode

_SEPARATOR = "\x1f"
_START: Path = ()


def mark_of(policy: Policy, path: Sequence[str]) -> str:
    """Return what is remembered of a policy that was passed: its key, and the way if it forks."""
    return _SEPARATOR.join((policy.key, *path)) if _forks(policy.root) else policy.key


def is_met(policy: Policy, marks: Iterable[str], facts: Facts) -> bool:
    """Tell whether a policy was passed on the way that it would choose now.

    Args: facts: of this request, and the user who passed it.
    """
    ways = (mark.split(_SEPARATOR) for mark in marks)
    if not _forks(policy.root):
        return any(way == [policy.key] for way in ways)
    return any(way[0] == policy.key and _leads_there(policy, way[1:], facts) for way in ways)


def _leads_there(policy: Policy, way: Sequence[str], facts: Facts) -> bool:
    """Go a way once more, with today's choices at its forks, as far as they are the same."""
    # Nobody is proved yet where the policy begins.
    known, path = replace(facts, user=None), _START
    try:
        while True:
            path, node = settle(policy, path, known)
            if tuple(way[: len(path)]) != path:
                return False
            if not isinstance(node, StepNode):
                return node is End.DONE and len(path) == len(way)
            if len(path) == len(way):
                return False
            path, known = (*path, way[len(path)]), facts
    except LookupError:
        return False  # the policy is another one by now


def _forks(node: Node) -> bool:
    match node:
        case Selector():
            return True
        case StepNode():
            return _forks(node.success) or _forks(node.failure)
        case End():
            return False
        case never:
            assert_never(never)
