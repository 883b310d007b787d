"""Steps that nobody was asked: a session holds by them only while they would be skipped again."""

from collections.abc import Mapping

from msgspec.structs import replace

from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Authentication, PassedPolicy
from ostiary.core.model.user import User
from ostiary.core.steps.contract import Revisit, SkippableStep, Step, Visitor


async def without_over(  # noqa: PLR0913, PLR0917 - one parameter a fact
    steps: Mapping[str, Step],
    env: Environment,
    authentication: Authentication,
    user: User,
    visitor: Visitor,
    request: AuthorizationRequest,
) -> Authentication:
    """Return an authentication without the policies of which something would be asked by now.

    Args: steps by their types.
    Raises: UnavailableError.
    """
    over: set[str] = set()
    for key in sorted({key for passed in authentication.passed for key in passed.skipped}):
        instance = env.steps.get(key)
        step = None if instance is None else steps.get(instance.type)
        may_skip = False
        if instance is not None and isinstance(step, SkippableStep):
            may_skip = await step.may_skip(env, Revisit(instance, user, visitor, request))
        if not may_skip:
            over.add(key)
    return replace(authentication, passed=_but(authentication.passed, over))


def _but(passed: tuple[PassedPolicy, ...], over: set[str]) -> tuple[PassedPolicy, ...]:
    return tuple(each for each in passed if over.isdisjoint(each.skipped))
