"""Where a user can be reached."""

from ostiary.core.base.mail_addresses import is_mail_address
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User

_NAMES = ("email", "mail")


def email_of(env: Environment, user: User) -> str | None:
    """Return a user's e-mail address, whether it was verified or not; None without a usable one."""
    configured = env.claim_attributes.get("email")
    for name in _NAMES if configured is None else (configured,):
        value = user.attributes.get(name)
        if isinstance(value, str) and is_mail_address(value):
            return value
    return None
