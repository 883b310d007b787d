"""What a token or userinfo says of a user: which claims, and from which attributes.

Spec: OpenID Connect Core §5.1, §5.4.
"""

from collections.abc import Iterable, Iterator, Mapping

from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.authorization_request import ClaimsRequest, ClaimWish
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment, SubjectKind
from ostiary.core.model.user import User

SCOPE_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "profile": (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}
"""What the standard's own scopes ask for."""
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "email": ("mail",),
    "phone_number": ("telephoneNumber",),
    "preferred_username": ("username",),
    "given_name": ("givenName",),
    "family_name": ("sn",),
    "name": ("displayName", "cn"),
}
"""What directories call these claims, where nothing else is configured."""
_BOOLEANS: Mapping[object, bool] = {True: True, False: False, "true": True, "false": False}


def subject_of(env: Environment, user: User) -> str:
    """Return the `sub` of a user in this environment."""
    return user.username if env.subject is SubjectKind.USERNAME else user.id


def attribute_of(user: User, name: str) -> object | None:
    """Return an attribute of a user, or None; its id, username and population have names too."""
    value = user.attributes.get(name)
    if value is not None:
        return value
    match name:
        case "id":
            return user.id
        case "username":
            return user.username
        case "population":
            return user.population
        case _:
            return None


def claims_of_scopes(env: Environment, user: User, scopes: ScopeSet) -> dict[str, object]:
    """Return the claims that scopes ask for, as far as the user has them."""
    return _claims(env, user, _names_of(env, scopes))


def claims_wished(
    env: Environment, user: User, client: Client, wishes: Mapping[str, ClaimWish]
) -> dict[str, object]:
    """Return the claims that a request names, as far as the user has them and the client may ask.

    It may ask for what one of its scopes would give it: no request digs up other attributes.
    Spec: OpenID Connect Core §5.5 (what cannot be given is left out).
    """
    if not wishes:
        return {}
    allowed = frozenset(_names_of(env, client.scopes))
    return _claims(env, user, (name for name in wishes if name in allowed))


def claims_beyond(
    env: Environment, client: Client, wished: ClaimsRequest, scopes: ScopeSet
) -> tuple[str, ...]:
    """Return the claims that a request names and gets, although its scopes would not give them.

    A user who allows the scopes has not thereby allowed these.
    """
    names = dict.fromkeys((*wished.userinfo, *wished.id_token))
    if not names:
        return ()
    allowed = frozenset(_names_of(env, client.scopes))
    given = frozenset(_names_of(env, scopes))
    return tuple(name for name in names if name in allowed and name not in given)


def claim_of(env: Environment, user: User, name: str) -> object | None:
    """Return one claim of a user, or None."""
    return _claim(env, user, name)


def _names_of(env: Environment, scopes: Iterable[str]) -> Iterator[str]:
    for scope in scopes:
        yield from SCOPE_CLAIMS.get(scope, ())
        yield from env.scope_claims.get(scope, ())


def _claims(env: Environment, user: User, names: Iterable[str]) -> dict[str, object]:
    """Return claims by name; those that the user does not have are left out, never null."""
    found = ((name, _claim(env, user, name)) for name in names)
    return {name: value for name, value in found if value is not None}


def _claim(env: Environment, user: User, name: str) -> object | None:
    if name == "updated_at":
        return int(user.updated_at)
    value = _raw(env, user, name)
    if name.endswith("_verified"):
        return _BOOLEANS.get(value) if isinstance(value, bool | str) else None
    if name == "address":
        return _address(value)
    return value


def _raw(env: Environment, user: User, name: str) -> object | None:
    configured = env.claim_attributes.get(name)
    if configured is not None:
        return attribute_of(user, configured)
    for attribute in (name, *_ALIASES.get(name, ())):
        value = attribute_of(user, attribute)
        if value is not None:
            return value
    return None


def _address(value: object | None) -> object | None:
    """Return an address as the object that it must be. Spec: OpenID Connect Core §5.1.1."""
    if isinstance(value, str):
        return {"formatted": value}
    if isinstance(value, Mapping):
        return {name: part for name, part in value.items() if part is not None} or None
    return None
