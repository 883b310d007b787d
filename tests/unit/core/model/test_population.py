"""Populations and their ids."""

from ostiary.core.base.ids import is_uuid, mint_uuid
from ostiary.core.model.population import population_id
from tests.support.environments import make_environment


def test_a_population_that_a_program_made_has_its_key_as_its_id() -> None:
    key = mint_uuid()
    assert population_id(make_environment(), key) == key


def test_a_configured_one_has_an_id_of_its_own_in_each_environment() -> None:
    one, other = make_environment("one"), make_environment("other")
    assert is_uuid(population_id(one, "staff"))
    assert population_id(one, "staff") == population_id(one, "staff")
    assert population_id(one, "staff") != population_id(other, "staff")
    assert population_id(one, "staff") != population_id(one, "guests")
