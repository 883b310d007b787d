"""`/idp/account`: people's own account, on a path of ours beside PingFederate's."""

from ostiary.core.model.environment import Environment

ACCOUNT_PATH = "/idp/account"


def account_path(_env: Environment) -> str:
    """Return where people see their own account."""
    return ACCOUNT_PATH
