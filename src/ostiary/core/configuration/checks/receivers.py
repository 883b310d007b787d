"""Adapters that hand attributes out: whose names their applications hear."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import PlacedAdapter, Subject, reference_adapters
from ostiary.core.configuration.policy_trees import chain, read_tree, walk
from ostiary.core.configuration.problems import Path, Problem, warning
from ostiary.core.configuration.schema import EnvironmentSettings, PolicySettings, StepSettings
from ostiary.core.model.policy import StepNode
from ostiary.core.model.reference_adapter import Direction, UserSource

_HERE, _REGISTERED = "users of this server", "people who register"
_ID = "id"
"""The attribute that is nobody else's, whoever has the username."""


def check_sources(subject: Subject) -> Iterator[Problem]:
    """Point out applications to which one username may come from two places, and look the same."""
    for placed in reference_adapters(subject):
        adapter = placed.adapter
        if adapter.direction is not Direction.SP or _ID in adapter.attributes:
            continue
        policies = _find_policies(placed)
        sources = [_sources_of(placed.environment, each) for each in policies]
        together = set().union(*sources)
        if len(together) > 1 and not _tells_apart(policies, sources):
            path: Path = (*placed.path, "policies") if adapter.policies else placed.path
            yield warning(
                path,
                f"has its application hear names of {' and of '.join(sorted(together))}, and not "
                "whose they are",
                "give each of its policies an acr and have the application look at it, or hand "
                f'out the attribute "{_ID}" and have it go by that',
            )


def _find_policies(placed: PlacedAdapter) -> Sequence[PolicySettings]:
    known = implied.policies(placed.environment)
    names = placed.adapter.policies or (implied.default_policy(placed.environment),)
    return [known[name] for name in names if name is not None and name in known]


def _tells_apart(policies: Sequence[PolicySettings], sources: Sequence[set[str]]) -> bool:
    """Tell whether a policy's context says from where its users are: one place for each context."""
    if any(len(each) > 1 for each in sources):
        return False
    told = [(policy.acr, each) for policy, each in zip(policies, sources, strict=True) if each]
    return all(acr is not None for acr, _ in told) and all(
        one[0] != other[0] or one[1] == other[1] for one, other in combinations(told, 2)
    )


def _sources_of(environment: EnvironmentSettings, policy: PolicySettings) -> set[str]:
    """Return who may sign on by a policy, as far as its steps say."""
    root = read_tree(policy.tree).root if policy.tree is not None else chain(policy.steps or ())
    known, found = implied.steps(environment), set[str]()
    for _, node in walk(root) if root is not None else ():
        if isinstance(node, StepNode) and node.step in known:
            found |= _sources_of_step(environment, known[node.step])
    return found


def _sources_of_step(environment: EnvironmentSettings, step: StepSettings) -> set[str]:
    """Return from where the users of a step are; a step after another one adds nobody."""
    if step.adapter is not None:
        adapter = environment.reference_adapters.get(step.adapter)
        is_created = adapter is not None and adapter.users is UserSource.CREATED
        return {f'the adapter "{step.adapter}"'} if is_created else {_HERE}
    if step.type != "username_password":
        return set()
    return {_HERE, _REGISTERED} if step.registration else {_HERE}
