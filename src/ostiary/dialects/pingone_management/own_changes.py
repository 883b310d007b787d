"""What users change of themselves with a token of their own, and what is not theirs to change."""

from dataclasses import replace

from ostiary.core.model.environment import Environment
from ostiary.core.model.population import Population
from ostiary.core.model.user import User
from ostiary.core.signon.contacts import email_of
from ostiary.dialects.pingone_management.user_bodies import UserChange, apply_profile
from ostiary.dialects.pingone_management.user_profile import PROFILE

_KEPT = tuple(member for member in PROFILE if member.name in {"email", "externalId", "type"})
"""Where a lost password is recovered, and what programs and policies decide by."""


def is_own_to_change(
    env: Environment, user: User, change: UserChange, population: Population | None
) -> bool:
    """Tell whether a change leaves a user who and where it is.

    A token proves no more than that somebody signed on once, with a program that may change what
    is known of the person. Whoever has one neither takes the account over nor gains by it.
    Args: population is the one that the change names, None where it names none.
    """
    changed = replace(user, attributes=apply_profile(user, change))
    return (
        change.username in {None, user.username}
        and change.enabled in {None, user.enabled}
        and (population is None or population.key == user.population)
        and all(member.read(changed) == member.read(user) for member in _KEPT)
        and email_of(env, changed) == email_of(env, user)
    )
