"""Where a user can be reached."""

from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User


def email_of(env: Environment, user: User) -> str | None:
    """Return a user's e-mail address, whether it was verified or not; None without a usable one."""
    configured = env.claim_attributes.get("email")
    return user.address if configured is None else user.address_in(configured)
