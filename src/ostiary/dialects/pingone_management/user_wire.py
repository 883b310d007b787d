"""Users in JSON, and what they may be filtered by."""

from functools import partial

from ostiary.core.formats.scim_filter import Value
from ostiary.core.model.environment import Environment
from ostiary.core.model.population import population_id
from ostiary.core.model.user import User
from ostiary.dialects.pingone_management.filters import Getters
from ostiary.dialects.pingone_management.hal import Members, links, moment, times
from ostiary.dialects.pingone_management.user_profile import PROFILE, render_profile

READ_ONLY = frozenset(
    {
        *("_embedded", "_links", "account", "createdAt", "emailVerified", "environment", "id"),
        *("identityProvider", "lastSignOn", "lifecycle", "memberOfGroupIDs"),
        *("memberOfGroupNames", "mfaEnabled", "status", "updatedAt", "verifyStatus"),
    }
)
"""Members that programs send back as they got them; they are passed over."""


def user_url(environment_url: str, user_id: str) -> str:
    """Return where a user is."""
    return f"{environment_url}/users/{user_id}"


def render_user(env: Environment, user: User, environment_url: str) -> Members:
    """Return a user as PingOne shows it. Spec: PingOne "Users"."""
    url, population = user_url(environment_url, user.id), population_id(env, user.population)
    return {
        "_links": links(
            self=url,
            environment=environment_url,
            population=f"{environment_url}/populations/{population}",
            password=f"{url}/password",
            sessions=f"{url}/sessions",
        ),
        "id": user.id,
        "environment": {"id": env.id},
        "username": user.username,
        **render_profile(user),
        "population": {"id": population},
        "enabled": user.enabled,
        "account": _account(user),
        "lifecycle": {"status": "ACCOUNT_OK"},
        "identityProvider": {"type": "PING_ONE"},
        **times(user.created_at, user.updated_at),
    }


def _account(user: User) -> Members:
    members: Members = {"canAuthenticate": user.may_sign_on, "status": "OK"}
    if user.locked_at is not None:
        members |= {"status": "LOCKED", "lockedAt": moment(user.locked_at)}
    return members


def _population_of(env: Environment, user: User) -> Value:
    return population_id(env, user.population)


def _status_of(user: User) -> Value:
    return "OK" if user.locked_at is None else "LOCKED"


def filter_getters(env: Environment) -> Getters[User]:
    """Return what users may be filtered by. Spec: PingOne "Filtering collections"."""
    return {
        **{member.path.lower(): member.read for member in PROFILE},
        "id": lambda user: user.id,
        "username": lambda user: user.username,
        "population.id": partial(_population_of, env),
        "enabled": lambda user: user.enabled,
        "account.status": _status_of,
        "createdat": lambda user: moment(user.created_at),
        "updatedat": lambda user: moment(user.updated_at),
    }
