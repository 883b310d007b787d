"""Authentication steps and policies: names that exist, settings that count, trees that prove."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import Subject, environments
from ostiary.core.configuration.policy_trees import MAX_DEPTH, chain, read_tree, walk
from ostiary.core.configuration.problems import Path, Problem, did_you_mean, error, warning
from ostiary.core.configuration.schema import EnvironmentSettings, PolicySettings
from ostiary.core.model.policy import Criterion, End, Node, Selector, StepNode

_SETTINGS_OF: Mapping[str, frozenset[str]] = {
    "identifier_first": frozenset({"recovery"}),
    "reference_id": frozenset({"adapter"}),
    "username_password": frozenset(
        {
            "remember_my_username",
            "this_is_my_device",
            "recovery",
            "recovery_by",
            "registration",
            "registration_population",
            "password_change",
            "confirms_changes",
        }
    ),
    "second_factor": frozenset(
        {"methods", "no_authenticators", "choose_first", "remember_minutes"}
    ),
}
"""Which of a step's settings a kind of step has; kinds that are not named have none."""
_PROVES_NOBODY = frozenset({"identifier_first", "second_factor"})
"""Kinds of step that pass without anybody having shown who it is."""
_OF_A_USER = frozenset({Criterion.ATTRIBUTE, Criterion.POPULATION})


def check_steps(subject: Subject) -> Iterator[Problem]:
    """Refuse kinds of step that do not exist; point out settings that a kind does not have."""
    known = subject.vocabulary.step_types
    for path, _, environment in environments(subject):
        for key, step in environment.steps.items():
            here: Path = (*path, "steps", key)
            if step.type not in known:
                hint = did_you_mean(step.type, known) or f"supported are {', '.join(sorted(known))}"
                yield error((*here, "type"), f'"{step.type}" is no kind of step', hint)
                continue
            own = _SETTINGS_OF.get(step.type, frozenset())
            for name in sorted(step.model_fields_set - own - {"type"}):
                yield warning((*here, name), f'has no effect with type = "{step.type}"')


def check_policies(subject: Subject) -> Iterator[Problem]:
    """Refuse policies that cannot be read or that let people in without any proof."""
    for path, _, environment in environments(subject):
        for key, policy in environment.policies.items():
            here: Path = (*path, "policies", key)
            if (policy.steps is None) is (policy.tree is None):
                yield error(here, "must have either steps or a tree")
            elif policy.steps is not None:
                yield from _check_chain(environment, policy, (*here, "steps"))
            else:
                yield from _check_tree(environment, policy, (*here, "tree"))


def check_default_policies(subject: Subject) -> Iterator[Problem]:
    """Refuse an environment that leaves open which policy counts."""
    for path, _, environment in environments(subject):
        known = implied.policies(environment)
        here: Path = (*path, "default_policy")
        chosen = implied.default_policy(environment)
        if chosen is None:
            yield error(here, 'is missing: there are several policies, and none is "default"')
        elif chosen not in known:
            yield error(
                here,
                f'"{chosen}" is not a policy of this environment',
                did_you_mean(chosen, known),
            )


def check_implied_policy(subject: Subject) -> Iterator[Problem]:
    """Refuse steps that, in the policy that they imply, prove nobody."""
    for path, _, environment in environments(subject):
        if environment.steps and not environment.policies:
            root = chain(tuple(environment.steps))
            yield from _check_ends(environment, root, (*path, "steps"), is_written_as_tree=False)


def _check_chain(
    environment: EnvironmentSettings, policy: PolicySettings, path: Path
) -> Iterator[Problem]:
    names = policy.steps or ()
    if not names:
        yield error(path, "must not be empty")
        return
    if len(names) > MAX_DEPTH:
        yield error(path, f"must have at most {MAX_DEPTH} entries")
    for index, name in enumerate(names):
        yield from _check_step(environment, name, (*path, index))
    yield from _check_ends(environment, chain(names), path, is_written_as_tree=False)


def _check_tree(
    environment: EnvironmentSettings, policy: PolicySettings, path: Path
) -> Iterator[Problem]:
    tree = read_tree(policy.tree)
    for problem in tree.problems:
        yield Problem((*path, *problem.path), problem.message, problem.severity, problem.hint)
    if tree.root is None:
        return
    for place, node in walk(tree.root):
        if isinstance(node, StepNode):
            yield from _check_step(environment, node.step, (*path, *place, "step"))
        elif isinstance(node, Selector):
            yield from _check_cases(environment, node, (*path, *place))
    yield from _check_ends(environment, tree.root, path, is_written_as_tree=True)


def _check_step(environment: EnvironmentSettings, name: str, path: Path) -> Iterator[Problem]:
    known = implied.steps(environment)
    if name not in known:
        message = f'"{name}" is not a step of this environment'
        yield error(path, message, did_you_mean(name, known))


def _check_cases(
    environment: EnvironmentSettings, selector: Selector, path: Path
) -> Iterator[Problem]:
    """Refuse cases that can never hold, because nothing has that name."""
    known: Mapping[Criterion, Mapping[str, object]] = {
        Criterion.CLIENT: environment.clients,
        Criterion.SCOPE: environment.scopes,
    }
    names = known.get(selector.criterion)
    if names is None:
        return
    for name in selector.cases:
        if name not in names:
            yield error(
                (*path, "cases", name),
                f"is not a {selector.criterion} of this environment",
                did_you_mean(name, names),
            )


def _check_ends(
    environment: EnvironmentSettings, root: Node, path: Path, *, is_written_as_tree: bool
) -> Iterator[Problem]:
    """Walk every way through a policy: each that ends well must have asked for a proof."""
    lets_somebody_in = False
    for way in _ways(environment, root, _Way()):
        here = (*path, *way.path) if is_written_as_tree else path
        if isinstance(way.leads_to, Selector):
            message = "looks at the user before a step has proved who it is"
            yield warning(here, message, "put a step of type username_password above it")
        elif way.leads_to is End.DONE:
            lets_somebody_in = True
            if not way.has_proof:
                hint = "put a step of type username_password before it"
                yield error(here, "lets people in who have proved nothing", hint)
    if not lets_somebody_in:
        yield warning(path, "lets nobody in")


@dataclass(frozen=True, slots=True)
class _Way:
    """A way from the root of a policy.

    Args:
        has_proof: a step on it has proved who the user is.
    """

    path: Path = ()
    leads_to: Node = End.FAIL
    has_proof: bool = False


def _ways(environment: EnvironmentSettings, node: Node, way: _Way) -> Iterator[_Way]:
    """Yield the ways to every end, and to selectors that look at a user whom nobody has proved."""
    match node:
        case StepNode():
            step = implied.steps(environment).get(node.step)
            proves = step is None or step.type not in _PROVES_NOBODY
            passed = replace(way, has_proof=way.has_proof or proves)
            yield from _ways(environment, node.success, _on(passed, "success"))
            yield from _ways(environment, node.failure, _on(way, "failure"))
        case Selector():
            if node.criterion in _OF_A_USER and not way.has_proof:
                yield replace(way, leads_to=node)
            for name, branch in node.cases.items():
                yield from _ways(environment, branch, _on(way, "cases", name))
            yield from _ways(environment, node.otherwise, _on(way, "otherwise"))
        case End():
            yield replace(way, leads_to=node)


def _on(way: _Way, *steps: str) -> _Way:
    return replace(way, path=(*way.path, *steps))
