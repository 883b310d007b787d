"""Traits: ids in the form that an environment's clients expect."""

from ostiary.core.base.ids import is_uuid
from ostiary.core.model.traits import Traits

SHORT, UUIDS = Traits(), Traits(has_uuid_ids=True)


def test_ids_are_short_texts_or_uuids() -> None:
    assert len(SHORT.mint_id()) == 22
    assert SHORT.mint_id().isalnum()
    assert is_uuid(UUIDS.mint_id())


def test_every_id_is_another() -> None:
    for traits in (SHORT, UUIDS):
        assert len({traits.mint_id() for _ in range(100)}) == 100


def test_an_id_of_the_other_form_is_none() -> None:
    for traits, other in ((SHORT, UUIDS), (UUIDS, SHORT)):
        assert traits.may_be_id(traits.mint_id())
        assert not traits.may_be_id(other.mint_id())


def test_what_no_mint_makes_is_no_id() -> None:
    for text in ("", "é" * 22, "-" * 22, "a" * 21, "a" * 23):
        assert not SHORT.may_be_id(text)
    for text in ("", UUIDS.mint_id().upper(), f"{{{UUIDS.mint_id()}}}", UUIDS.mint_id()[:-1]):
        assert not UUIDS.may_be_id(text)
