"""Usernames and password hashes from strangers: read or refused, and never anything else."""

from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from ostiary.core.base.usernames import UsernameRefusedError, username_key
from ostiary.core.crypto.passwords import PasswordHashRefusedError, encode, fold, read_hash

PREFIXES = (
    *("", "$argon2id$v=19$m=19456,t=2,p=1$", "$2b$12$", "$pbkdf2-sha256$1000$", "pbkdf2_sha256$"),
    *("{SSHA}", "{SSHA256}", "{PBKDF2-SHA256}1000$", "{CRYPT}$2y$10$"),
)
hashes = st.builds(
    str.__add__,
    st.sampled_from(PREFIXES),
    st.text(st.sampled_from("./+$=,{}aA0\0é") | st.characters(), max_size=200),
)


@given(hashes)
def test_a_hash_is_read_or_refused(text: str) -> None:
    with suppress(PasswordHashRefusedError):
        read_hash(text)


@given(st.text(max_size=300))
@example("\u0345")
@example("\u1f80")
def test_SEC_147_the_key_of_a_key_is_that_key(name: str) -> None:
    with suppress(UsernameRefusedError):
        key = username_key(name)
        assert username_key(key) == key


@given(st.text(max_size=60))
def test_SEC_147_case_and_form_never_make_another_user(name: str) -> None:
    with suppress(UsernameRefusedError):
        key = username_key(name)
        for other in (name.casefold(), f" {name}\u2003", fold(name)):
            assert username_key(other) == key


@given(st.text(max_size=1100))
def test_a_password_is_encoded_whole_or_not_at_all(password: str) -> None:
    encoded = encode(password)

    if encoded is not None:
        assert 0 < len(encoded) <= 1024
        assert encoded == fold(password).encode()
