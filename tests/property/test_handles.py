"""Handles: no other text has the key of one, and keys tell the time they claim."""

from hypothesis import assume, given
from hypothesis import strategies as st

from ostiary.core.base.ids import ALPHABET, HandleKey, handle_key, mint_handle

MOMENTS = st.floats(0, 2**32 - 1)
PREFIXES = st.text(ALPHABET, max_size=8)


@given(MOMENTS, PREFIXES, st.integers(30, 60))
def test_a_handle_is_made_of_prefix_time_and_chance(now: float, prefix: str, length: int) -> None:
    handle = mint_handle(length, now, prefix=prefix)
    assert len(handle) == length
    assert handle.startswith(prefix)
    assert set(handle) <= set(ALPHABET)
    key = handle_key(handle, prefix_length=len(prefix))
    assert key is not None
    assert int.from_bytes(key[:4]) == int(now)


@given(MOMENTS, st.data())
def test_SEC_48_a_handle_with_one_character_changed_has_another_key(
    now: float, draw: st.DataObject
) -> None:
    handle = mint_handle(35, now, prefix="0001")
    position = draw.draw(st.integers(0, len(handle) - 1))
    character = draw.draw(st.sampled_from(ALPHABET))
    assume(character != handle[position])
    changed = handle[:position] + character + handle[position + 1 :]
    assert _key(changed) != _key(handle)


@given(MOMENTS, st.data())
def test_SEC_48_a_handle_cut_or_padded_has_another_key(now: float, draw: st.DataObject) -> None:
    handle = mint_handle(35, now, prefix="0001")
    cut = handle[: draw.draw(st.integers(0, 34))]
    padded = handle + draw.draw(st.text(ALPHABET, min_size=1, max_size=3))
    assert _key(handle) not in {_key(cut), _key(padded)}


@given(st.text(max_size=50), st.integers(0, 8))
def test_whatever_text_comes_it_has_a_key_of_32_bytes_or_none(text: str, prefix: int) -> None:
    try:
        key = handle_key(text, prefix_length=prefix)
    except UnicodeEncodeError:
        # Callers check the alphabet first; half a surrogate pair never gets this far.
        assert not text.isascii()
        return
    assert key is None or len(key) == 32


def _key(handle: str) -> HandleKey | None:
    return handle_key(handle, prefix_length=4)
