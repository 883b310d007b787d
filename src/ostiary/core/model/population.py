"""Populations: groups that every user of an environment belongs to exactly one of."""

from dataclasses import dataclass

from ostiary.core.base.ids import is_uuid, stable_uuid
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import DEFAULT_POPULATION

DEFAULT_NAME = "Default"


@dataclass(frozen=True, slots=True)
class Population:
    """A group of users; times are seconds since the epoch, 0 where nobody knows them.

    Args:
        key: what its users' records hold.
        is_default: users whom nobody puts anywhere are put here.
    """

    key: str
    name: str
    description: str = ""
    is_default: bool = False
    created_at: float = 0.0
    updated_at: float = 0.0


STANDARD_POPULATION = Population(DEFAULT_POPULATION, DEFAULT_NAME)
"""The one that every environment has, as long as nobody says anything else about it."""


def population_id(env: Environment, key: str) -> str:
    """Return the UUID of a population: its key, where a program made it, or derived from it."""
    return key if is_uuid(key) else stable_uuid(env.key, "population", key)
