"""What an attempt asks of several directories: as much for everybody who fails."""

import itertools

import pytest

from ostiary.adapters.directories.lookups import Kind, Lookup, all_of, asked_for, rivals
from ostiary.core.model.ldap_directory import LDAPDirectory, LDAPServer
from tests.support.environments import make_environment
from tests.support.users import make_user

KEYS = ("a", "b", "c")
CHAINS = [
    chain for count in range(1, 5) for chain in itertools.permutations(("local", *KEYS), count)
]
ENV = make_environment(
    directories={
        key: LDAPDirectory(key, (LDAPServer("localhost", 636),), "dc=example") for key in KEYS
    }
)


@pytest.mark.parametrize("chain", CHAINS, ids="-".join)
def test_SEC_152_nobody_who_fails_has_asked_more_than_all_of_it(chain: tuple[str, ...]) -> None:
    everything = set(all_of(ENV, chain))

    for key, is_compared in itertools.product(chain, (True, False)):
        user = make_user(directory="" if key == "local" else key)
        assert asked_for(ENV, chain, user, is_compared=is_compared) <= everything
    assert asked_for(ENV, chain, None, is_compared=False) <= everything


def test_a_user_of_the_store_has_no_rivals() -> None:
    assert not tuple(rivals(ENV, ("a", "local"), "local"))


def test_SEC_159_ids_are_looked_for_wherever_they_may_be_and_names_where_they_were_asked() -> None:
    assert tuple(rivals(ENV, ("c", "b"), "b")) == (
        Lookup("local", Kind.ID),
        Lookup("a", Kind.ID),
        Lookup("c", Kind.USERNAME),
    )
