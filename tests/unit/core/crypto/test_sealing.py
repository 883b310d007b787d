"""Sealing: only the right key opens, only in the right place."""

import pytest

from ostiary.core.base.secret import Secret
from ostiary.core.crypto.sealing import KEY_BYTES, SealBrokenError, Sealer

OLD, NEW = Secret(b"o" * KEY_BYTES), Secret(b"n" * KEY_BYTES)
PLACE = "client|default|sdk|secret"


def test_what_was_sealed_for_a_place_opens_there() -> None:
    sealer = Sealer({"a": OLD}, "a")
    assert sealer.open(sealer.seal(b"canary", context=PLACE), context=PLACE) == b"canary"


def test_SEC_223_a_sealed_value_does_not_open_in_another_place() -> None:
    sealer = Sealer({"a": OLD}, "a")
    sealed = sealer.seal(b"canary", context=PLACE)
    with pytest.raises(SealBrokenError):
        sealer.open(sealed, context=PLACE.replace("default", "other"))


def test_an_older_key_still_opens_and_the_active_one_seals() -> None:
    sealed = Sealer({"a": OLD}, "a").seal(b"canary", context=PLACE)
    both = Sealer({"a": OLD, "b": NEW}, "b")
    assert both.open(sealed, context=PLACE) == b"canary"
    assert both.seal(b"", context=PLACE).startswith("s1.b.")


def test_a_value_under_an_unknown_key_does_not_open() -> None:
    sealed = Sealer({"a": OLD}, "a").seal(b"canary", context=PLACE)
    with pytest.raises(SealBrokenError, match="not configured: a"):
        Sealer({"b": NEW}, "b").open(sealed, context=PLACE)


def test_a_value_under_another_key_of_the_same_name_does_not_open() -> None:
    sealed = Sealer({"a": OLD}, "a").seal(b"canary", context=PLACE)
    with pytest.raises(SealBrokenError):
        Sealer({"a": NEW}, "a").open(sealed, context=PLACE)


def test_every_changed_character_breaks_the_seal() -> None:
    sealer = Sealer({"a": OLD}, "a")
    sealed = sealer.seal(b"canary", context=PLACE)
    for index, character in enumerate(sealed):
        changed = sealed[:index] + ("B" if character != "B" else "C") + sealed[index + 1 :]
        with pytest.raises(SealBrokenError):
            sealer.open(changed, context=PLACE)


@pytest.mark.parametrize("text", ["", "s1", "s1.a", "s1.a.", "s1.a.AAAA", "s2.a.AAAA", "s1.a.é"])
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(SealBrokenError):
        Sealer({"a": OLD}, "a").open(text, context=PLACE)


def test_no_two_seals_are_alike() -> None:
    sealer = Sealer({"a": OLD}, "a")
    assert len({sealer.seal(b"canary", context=PLACE) for _ in range(100)}) == 100


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_master_key_has_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="master key a must have 32 bytes"):
        Sealer({"a": Secret(b"x" * size)}, "a")


def test_SEC_244_a_seal_does_not_show_what_it_holds() -> None:
    sealer = Sealer({"a": OLD}, "a")
    assert "canary" not in sealer.seal(b"canary", context=PLACE)
    assert "oooo" not in repr(sealer)
