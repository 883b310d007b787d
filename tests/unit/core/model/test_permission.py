"""Roles and what they permit."""

import pytest

from ostiary.core.model.permission import ROLES, Permission, permissions_of

SECRETS = {Permission.READ_CLIENT_SECRETS, Permission.ROTATE_CLIENT_SECRETS}
WRITES = {
    *SECRETS,
    Permission.WRITE_POPULATIONS,
    Permission.WRITE_USERS,
    Permission.SET_PASSWORDS,
    Permission.CHECK_PASSWORDS,
    Permission.RESET_PASSWORDS,
    Permission.END_SESSIONS,
}


def test_roles_permit_together_what_each_permits() -> None:
    both = permissions_of(["Identity Data Read Only", "Configuration Read Only"])
    assert both == ROLES["Identity Data Read Only"] | ROLES["Configuration Read Only"]
    assert permissions_of([]) == frozenset()


def test_a_role_that_does_not_exist_is_no_role() -> None:
    with pytest.raises(KeyError, match="Emperor"):
        permissions_of(["Emperor"])


def test_who_only_reads_writes_nothing() -> None:
    for role in ("Identity Data Read Only", "Configuration Read Only"):
        assert not ROLES[role] & WRITES


def test_nobody_gets_at_secrets_by_managing_users_or_the_environment() -> None:
    for role, permissions in ROLES.items():
        assert bool(permissions & SECRETS) is (role == "Client Application Developer")


def test_no_role_lets_a_program_pretend_to_be_the_user() -> None:
    assert all(Permission.RESET_PASSWORDS not in permissions for permissions in ROLES.values())
