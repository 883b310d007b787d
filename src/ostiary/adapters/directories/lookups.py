"""What an attempt to sign on asks of several directories, whoever it is for."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from ostiary.core.base.ids import UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.ldap_directory import LOCAL
from ostiary.core.model.user import User

NOBODY = UserId(str(UUID(int=0)))
"""An id that no user has, to be looked for at the same cost as any other."""


class Kind(StrEnum):
    """What is asked."""

    NAME = "name"
    """Whom a person means by what was typed."""
    ID = "id"
    """Whether a user has the id of one that another directory has found."""
    USERNAME = "username"
    """Whether a user has the username of one that another directory has found."""
    TRIAL = "trial"
    """Whether a password is right."""


class Lookup(NamedTuple):
    """One question to one directory."""

    place: str
    kind: Kind


def rivals(env: Environment, chain: Sequence[str], key: str) -> Iterator[Lookup]:
    """Yield what is asked before a user of a directory is believed to be nobody else.

    Whoever may write in a directory could give an entry the id of any user: that would be signing
    on as the other one. And an entry that is found by its address must not go by the username of
    somebody whom a directory before it would have found.

    Args: chain: the directories that were asked for the name, in their order.
    """
    if key == LOCAL:
        return
    known = (LOCAL, *env.directories)
    for place in known[: known.index(key)]:
        yield Lookup(place, Kind.ID)
    for place in chain[: chain.index(key)]:
        yield Lookup(place, Kind.USERNAME)


def all_of(env: Environment, chain: Sequence[str]) -> tuple[Lookup, ...]:
    """Return whatever an attempt may ask: one that has failed has asked all of it."""
    found = [Lookup(place, Kind.NAME) for place in chain]
    for key in chain:
        found += rivals(env, chain, key)
    found += (Lookup(key, Kind.TRIAL) for key in chain if key != LOCAL)
    return tuple(dict.fromkeys(found))


def asked_for(
    env: Environment, chain: Sequence[str], user: User | None, *, is_compared: bool
) -> frozenset[Lookup]:
    """Return what has been asked for the sake of whom a name has found.

    Args: is_compared: the user's password was compared, too.
    """
    if user is None:
        return frozenset(Lookup(place, Kind.NAME) for place in chain)
    key = user.directory or LOCAL
    asked = {Lookup(place, Kind.NAME) for place in chain[: chain.index(key) + 1]}
    asked |= set(rivals(env, chain, key))
    if is_compared and key != LOCAL:
        asked.add(Lookup(key, Kind.TRIAL))
    return frozenset(asked)
