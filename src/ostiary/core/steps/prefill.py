"""The name that a sign-on form begins with."""

from ostiary.core.base.usernames import UsernameRefusedError, check_username
from ostiary.core.steps.contract import Situation


def find_username(situation: Situation) -> str:
    """Return who it probably is: by the request's hint, or by what the browser remembers.

    Spec: OpenID Connect Core §3.1.2.1 (`login_hint`).
    """
    for hint in (situation.flow.request.login_hint, situation.visitor.username):
        if hint and _is_username(hint):
            return hint
    return ""


def _is_username(hint: str) -> bool:
    try:
        check_username(hint)
    except UsernameRefusedError:
        return False
    return True
