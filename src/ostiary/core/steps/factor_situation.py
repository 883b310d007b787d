"""Where a second factor is asked for: of whom, which kinds count, and what is possible there."""

from ostiary.core.model.authenticator import AuthenticatorKind
from ostiary.core.model.environment import Environment
from ostiary.core.model.policy import StepInstance
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.signon.factor_words import FactorContext
from ostiary.core.steps.contract import Situation

ALL_KINDS = tuple(AuthenticatorKind)


async def find_proved(env: Environment, situation: Situation, directory: Directory) -> User | None:
    """Return whom the flow has proved, unless something has happened to that user since.

    Raises: UnavailableError.
    """
    flow = situation.flow
    user = None if flow.user_id is None else await directory.find(env, flow.user_id)
    is_same = user is not None and user.may_sign_on and user.credential == flow.credential
    return user if is_same else None


def kinds_of(situation: Situation) -> tuple[AuthenticatorKind, ...]:
    """Return the kinds that count here, in the order of the configuration."""
    return kinds_in(situation.instance)


def kinds_in(instance: StepInstance) -> tuple[AuthenticatorKind, ...]:
    """Return the kinds that count for a step."""
    methods = instance.settings.get("methods")
    if not isinstance(methods, list | tuple) or not methods:
        return ALL_KINDS
    return tuple(AuthenticatorKind(method) for method in methods)


def context_of(situation: Situation) -> FactorContext:
    """Return where a factor is asked for."""
    locale = situation.language
    return FactorContext(situation.flow.id, situation.visitor.address, locale)


def may_remember(situation: Situation) -> bool:
    """Tell whether a browser can be remembered here; without cookies there is none."""
    is_on = bool(situation.instance.settings.get("remember_minutes"))
    return is_on and not situation.flow.is_cookieless
