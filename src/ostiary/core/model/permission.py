"""Permissions: what whoever manages an environment by API may do, and the roles that give them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Permission(StrEnum):
    """One thing that may be done to what an environment holds."""

    READ_ENVIRONMENT = "read environment"
    READ_POPULATIONS = "read populations"
    WRITE_POPULATIONS = "write populations"
    READ_PASSWORD_POLICIES = "read password policies"  # noqa: S105 - a permission's name
    READ_USERS = "read users"
    WRITE_USERS = "write users"
    SET_PASSWORDS = "set passwords"
    CHECK_PASSWORDS = "check passwords"
    RESET_PASSWORDS = "reset passwords"
    """To give oneself another password, by the one so far."""
    READ_SESSIONS = "read sessions"
    END_SESSIONS = "end sessions"
    READ_CLIENTS = "read clients"
    READ_CLIENT_SECRETS = "read client secrets"
    ROTATE_CLIENT_SECRETS = "rotate client secrets"


_OF_EVERYBODY = frozenset({Permission.READ_ENVIRONMENT})
_OF_USERS = frozenset(
    {
        *(Permission.READ_POPULATIONS, Permission.READ_PASSWORD_POLICIES),
        *(Permission.READ_USERS, Permission.READ_SESSIONS),
    }
)
_OF_CONFIGURATION = frozenset(
    {
        *(Permission.READ_POPULATIONS, Permission.READ_PASSWORD_POLICIES),
        Permission.READ_CLIENTS,
    }
)
ROLES: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "Environment Admin": _OF_EVERYBODY | _OF_CONFIGURATION | {Permission.WRITE_POPULATIONS},
        "Identity Data Admin": _OF_EVERYBODY
        | _OF_USERS
        | {
            *(Permission.WRITE_USERS, Permission.END_SESSIONS),
            *(Permission.SET_PASSWORDS, Permission.CHECK_PASSWORDS),
        },
        "Identity Data Read Only": _OF_EVERYBODY | _OF_USERS,
        "Client Application Developer": _OF_EVERYBODY
        | {
            Permission.READ_CLIENTS,
            *(Permission.READ_CLIENT_SECRETS, Permission.ROTATE_CLIENT_SECRETS),
        },
        "Configuration Read Only": _OF_EVERYBODY | _OF_CONFIGURATION,
    }
)
"""What each role permits. Nobody gets at the secrets of clients by managing users."""


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """Return what roles permit together.

    Raises: KeyError for a role that does not exist.
    """
    return frozenset(permission for role in roles for permission in ROLES[role])
