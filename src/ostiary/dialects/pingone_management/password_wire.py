"""Passwords in JSON: how things stand with one, and what is wrong with another."""

from collections.abc import Iterable, Mapping

from ostiary.core.admin.user_passwords import PasswordStanding, PasswordState
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.signon.new_passwords import Unmet
from ostiary.core.signon.outcomes import Locked, Rejected
from ostiary.dialects.pingone.password_policy_wire import RULES, policy_id
from ostiary.dialects.pingone_management.errors import Detail, DetailCode, invalid
from ostiary.dialects.pingone_management.hal import Members, links, moment
from ostiary.dialects.pingone_management.user_wire import user_url

STATUS: Mapping[PasswordStanding, str] = {
    PasswordStanding.GOOD: "OK",
    PasswordStanding.MISSING: "NO_PASSWORD",
    PasswordStanding.TO_BE_CHANGED: "MUST_CHANGE_PASSWORD",
    PasswordStanding.EXPIRED: "PASSWORD_EXPIRED",
    PasswordStanding.LOCKED: "PASSWORD_LOCKED_OUT",
}


def render_state(
    env: Environment, user: User, state: PasswordState, environment_url: str
) -> Members:
    """Return how things stand with a user's password. Spec: PingOne "User passwords"."""
    url = user_url(environment_url, user.id)
    policy = policy_id(env)
    members: Members = {
        "_links": links(
            self=f"{url}/password",
            environment=environment_url,
            user=url,
            passwordPolicy=f"{environment_url}/passwordPolicies/{policy}",
        ),
        "environment": {"id": env.id},
        "user": {"id": user.id},
        "passwordPolicy": {"id": policy},
        "status": STATUS[state.standing],
    }
    if state.changed_at is not None:
        members["lastChangedAt"] = moment(state.changed_at)
    if state.locked_seconds:
        members["secondsUntilUnlock"] = state.locked_seconds
    return members


def weak_password(target: str, unmet: Iterable[Unmet]) -> Detail:
    """Return why a new password will not do, rule by rule."""
    broken = tuple(unmet)
    message = " ".join(each.advice for each in broken)
    rules = list(dict.fromkeys(RULES[each.rule] for each in broken))
    return invalid(target, message, unsatisfiedRequirements=rules)


def wrong_password(target: str, refused: Rejected | Locked, now: float) -> Detail:
    """Return why a password that was presented is not taken."""
    if isinstance(refused, Locked):
        left = max(1, -int(-(refused.until - now) // 1))
        return Detail(
            DetailCode.PASSWORD_LOCKED_OUT,
            "Too many attempts failed; wait and try again.",
            target,
            {"secondsUntilUnlock": left},
        )
    return invalid(target, "The password is not right.", failuresRemaining=refused.remaining)
