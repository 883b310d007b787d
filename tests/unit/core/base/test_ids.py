"""Identifiers: alphabet, entropy, and what a store keeps of a handle."""

import uuid

import pytest

from ostiary.core.base.ids import (
    ALPHABET,
    TIME_CHARACTERS,
    handle_key,
    is_uuid,
    mint_alphanumeric,
    mint_handle,
    mint_in_order,
    stable_uuid,
)

NOW = 1_750_000_000.9


@pytest.mark.parametrize("length", [0, 1, 22, 64, 300])
def test_an_alphanumeric_has_the_length_asked_for(length: int) -> None:
    minted = mint_alphanumeric(length)
    assert len(minted) == length
    assert set(minted) <= set(ALPHABET)


def test_SEC_47_every_character_is_drawn_equally_often() -> None:
    drawn = mint_alphanumeric(62 * 2000)
    counts = [drawn.count(character) for character in ALPHABET]
    # 2000 expected, standard deviation 44: six of them is one failure in 10^7 runs of this test.
    assert all(abs(count - 2000) < 6 * 44 for count in counts)


def test_SEC_47_no_handle_comes_twice() -> None:
    # All of one second: only the random part can tell them apart.
    handles = {mint_handle(35, NOW, prefix="0001") for _ in range(100_000)}
    assert len(handles) == 100_000


def test_ids_minted_in_order_sort_by_their_seconds() -> None:
    minted = [mint_in_order(22, NOW + second) for second in range(100)]
    assert minted == sorted(minted)
    assert {len(each) for each in minted} == {22}


def test_a_handle_has_its_prefix_and_whole_length() -> None:
    handle = mint_handle(35, NOW, prefix="0001")
    assert len(handle) == 35
    assert handle.startswith("0001")
    assert handle.isalnum()


def test_keys_of_later_handles_are_greater() -> None:
    keys = [handle_key(mint_handle(30, NOW + second)) for second in range(5)]
    assert None not in keys
    assert keys == sorted(key for key in keys if key is not None)


def test_the_key_starts_with_the_second_of_issue() -> None:
    key = handle_key(mint_handle(30, NOW))
    assert key is not None
    assert int.from_bytes(key[:4]) == int(NOW)


def test_SEC_47_the_key_does_not_hold_the_handle() -> None:
    handle = mint_handle(30, NOW)
    key = handle_key(handle)
    assert key is not None
    assert len(key) == 32
    assert key.find(handle[TIME_CHARACTERS:].encode()) == -1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("-AAAAA" + "a" * 29, id="a character of another alphabet"),
        pytest.param("zzzzzz" + "a" * 29, id="a time past the year 2106"),
        pytest.param("é" * 35, id="no ASCII"),
    ],
)
def test_what_never_was_a_handle_has_no_key(text: str) -> None:
    assert handle_key(text) is None


def test_the_prefix_is_no_part_of_the_time() -> None:
    handle = mint_handle(35, NOW, prefix="zzzz")
    assert handle_key(handle) is None
    assert handle_key(handle, prefix_length=4) is not None


def test_a_derived_id_is_stable_and_depends_on_every_part_of_its_path() -> None:
    assert stable_uuid("a", "b", "c") == stable_uuid("a", "b", "c")
    others = {stable_uuid("a", "b", "d"), stable_uuid("ab", "c"), stable_uuid("a", "bc")}
    assert len(others | {stable_uuid("a", "b", "c")}) == 4
    assert is_uuid(stable_uuid("a", "b", "c"))


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        pytest.param(str(uuid.uuid4()), True, id="version 4"),
        pytest.param(str(uuid.uuid4()).upper(), False, id="upper case"),
        pytest.param(f"{{{uuid.uuid4()}}}", False, id="braces"),
        pytest.param(uuid.uuid4().hex, False, id="without dashes"),
        pytest.param("00000000-0000-0000-0000-000000000000", False, id="nil"),
        pytest.param("6f737469-6172-8979-8000-000000000001", False, id="version 8"),
        pytest.param("", False, id="nothing"),
        pytest.param("environments", False, id="a word"),
    ],
)
def test_a_uuid_is_known_by_its_one_spelling(text: str, verdict: bool) -> None:
    assert is_uuid(text) is verdict
