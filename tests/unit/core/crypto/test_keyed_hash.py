"""HMAC-SHA256 with a key that is hashed beforehand: the same codes as the library's."""

import hmac

import pytest

from ostiary.core.crypto.keyed_hash import KeyedHash


@pytest.mark.parametrize("key", [b"", b"k", bytes(32), b"\xff" * 63, b"x" * 64])
@pytest.mark.parametrize("message", [b"", b"m", b"x" * 64, bytes(1000)])
def test_codes_are_those_of_the_library(key: bytes, message: bytes) -> None:
    keyed = KeyedHash(key)
    assert keyed.digest(message) == hmac.digest(key, message, "sha256")
    assert keyed.digest(message) == keyed.digest(message)


def test_a_key_longer_than_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 64 bytes"):
        KeyedHash(b"x" * 65)


def test_the_key_cannot_be_read_back() -> None:
    assert "kkkk" not in repr(KeyedHash(b"k" * 32))
