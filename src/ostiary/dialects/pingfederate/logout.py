"""`/idp/init_logout.openid`: signing off with PingFederate's names."""

from ostiary.core.model.environment import Environment

LOGOUT_PATH = "/idp/init_logout.openid"
YES, NO = "pf.ok", "pf.cancel"


def logout_path(_env: Environment) -> str:
    """Return where the form of the question goes."""
    return LOGOUT_PATH
