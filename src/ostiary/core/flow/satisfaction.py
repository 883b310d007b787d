"""What somebody has satisfied: a policy, by the way through it that the policy chose then.

A policy with selectors asks different things for different clients, scopes or people, and one that
is configured anew may ask more. Whoever passed it has not thereby done what it asks now.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from ostiary.core.flow.tree import Facts, Path, find_node, settle
from ostiary.core.model.policy import End, Policy, StepInstance, StepNode
from ostiary.core.model.session import Authentication, PassedPolicy

MAX_PASSED = 16
_START: Path = ()
Steps = Mapping[str, StepInstance]


def steps_on(policy: Policy, way: Sequence[str], steps: Steps) -> tuple[str, ...]:
    """Return the marks of the steps on a way through a policy: one set anew may ask for more."""
    nodes = (find_node(policy, tuple(way[:length])) for length in range(len(way)))
    keys = (node.step for node in nodes if isinstance(node, StepNode))
    return tuple(steps[key].mark if key in steps else key for key in keys)


def find_passed(
    policy: Policy, steps: Steps, authentication: Authentication, facts: Facts
) -> PassedPolicy | None:
    """Return how a policy was passed on the way that it would choose now, or None; the latest.

    Args: facts: of this request, and the user who passed it.
    """
    for passed in reversed(authentication.passed):
        is_same = passed.key == policy.key and _leads_there(policy, passed.way, facts)
        if is_same and passed.steps == steps_on(policy, passed.way, steps):
            return passed
    return None


def add_passed(before: Iterable[PassedPolicy], latest: PassedPolicy) -> tuple[PassedPolicy, ...]:
    """Return what was passed, once for each way; the oldest are forgotten when they are many."""
    others = [each for each in before if (each.key, each.way) != (latest.key, latest.way)]
    return (*others, latest)[-MAX_PASSED:]


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
