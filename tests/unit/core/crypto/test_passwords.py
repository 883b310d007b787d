"""Passwords: argon2id for ours, whatever they were hashed with for imported ones."""

import base64
import hashlib

import bcrypt
import pytest

from ostiary.core.crypto.password_hashes import argon2id
from ostiary.core.crypto.passwords import (
    NOBODYS_HASH,
    PasswordCheck,
    PasswordHashRefusedError,
    check_password,
    make_hash,
    read_hash,
)

PASSWORD = "Pässword1 \U0001f511"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def ab64(data: bytes) -> str:
    return b64(data).rstrip("=").replace("+", ".")


def sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def pbkdf2(digest: str, salt: bytes, password: str = PASSWORD, iterations: int = 1000) -> bytes:
    return hashlib.pbkdf2_hmac(digest, password.encode(), salt, iterations)


SALT = bytes(range(240, 256))
IMPORTED = {
    "ssha": "{SSHA}" + b64(sha1(PASSWORD.encode() + SALT) + SALT),
    "ssha lower": "{ssha}" + b64(sha1(PASSWORD.encode() + SALT) + SALT),
    "ssha256": "{SSHA256}" + b64(hashlib.sha256(PASSWORD.encode() + SALT).digest() + SALT),
    "ssha384": "{SSHA384}" + b64(hashlib.sha384(PASSWORD.encode() + SALT).digest() + SALT),
    "ssha512": "{SSHA512}" + b64(hashlib.sha512(PASSWORD.encode() + SALT).digest() + SALT),
    "bcrypt": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode(),
    "bcrypt 2a": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4, b"2a")).decode(),
    "bcrypt 2y": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4))
    .decode()
    .replace("$2b$", "$2y$"),
    "bcrypt crypt": "{CRYPT}" + bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode(),
    "passlib": f"$pbkdf2-sha256$1000${ab64(SALT)}${ab64(pbkdf2('sha256', SALT))}",
    "passlib sha512": f"$pbkdf2-sha512$1000${ab64(SALT)}${ab64(pbkdf2('sha512', SALT))}",
    "passlib sha1": f"$pbkdf2$1000${ab64(SALT)}${ab64(pbkdf2('sha1', SALT))}",
    "django": f"pbkdf2_sha256$1000$salty${b64(pbkdf2('sha256', b'salty'))}",
    "django sha1": f"pbkdf2_sha1$1000$salty${b64(pbkdf2('sha1', b'salty'))}",
    "openldap": f"{{PBKDF2-SHA256}}1000${ab64(SALT)}${ab64(pbkdf2('sha256', SALT))}",
    "openldap sha1": f"{{PBKDF2}}1000${ab64(SALT)}${ab64(pbkdf2('sha1', SALT))}",
}


@pytest.mark.parametrize("form", IMPORTED)
def test_SEC_155_an_imported_hash_is_checked_and_replaced_by_argon2id(form: str) -> None:
    check = check_password(IMPORTED[form], PASSWORD)

    assert check.is_right
    assert check.replacement is not None
    assert read_hash(check.replacement).is_current
    assert check_password(check.replacement, PASSWORD) == PasswordCheck(is_right=True)


@pytest.mark.parametrize("form", IMPORTED)
@pytest.mark.parametrize("wrong", [PASSWORD + " ", PASSWORD[:-1], PASSWORD.upper(), "x"])
def test_another_password_does_not_match_an_imported_hash(form: str, wrong: str) -> None:
    assert check_password(IMPORTED[form], wrong) == PasswordCheck(is_right=False)


def test_hashes_that_other_programs_made_are_read() -> None:
    """Made by passlib, a bcrypt library and slappasswd."""
    for text in (
        "$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M",
        "$2b$12$GhvMmNVjRW29ulnudl.LbuAnUtN/LRfe1JsBm1Xu6LE3059z5Tr8m",
        "{SSHA}pKqkNr1tq3wtQqk+UcPyA3HnA2NsU5NJ",
    ):
        read_hash(text)
    assert check_password(
        "$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M",
        "password",
    ).is_right


def test_SEC_155_a_new_hash_is_argon2id_of_19_mebibytes_two_passes_and_16_bytes_of_salt() -> None:
    one, other = make_hash(PASSWORD), make_hash(PASSWORD)

    prefix, version, parameters, salt, digest = one.split("$")[1:]
    assert (prefix, version, parameters) == ("argon2id", "v=19", "m=19456,t=2,p=1")
    assert len(base64.b64decode(salt + "==")) == 16
    assert len(base64.b64decode(digest + "=")) == 32
    assert one != other
    assert read_hash(one).is_current


def test_a_password_matches_in_every_form_of_its_letters() -> None:
    kept = make_hash("Pa\u0308ssword")

    assert check_password(kept, "P\u00e4ssword").is_right


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ("$argon2id$v=19$m=1024,t=2,p=1$", False),
        ("$argon2id$v=19$m=19456,t=1,p=1$", False),
        ("$argon2id$v=19$m=19456,t=2,p=4$", False),
        ("$argon2i$v=19$m=19456,t=2,p=1$", False),
        ("$argon2id$v=19$m=47104,t=2,p=1$", True),
    ],
)
def test_SEC_155_weaker_parameters_are_to_be_replaced(kept: str, expected: bool) -> None:
    assert read_hash(kept + "A" * 22 + "$" + "A" * 43).is_current is expected


def test_SEC_155_an_argon2_hash_of_weaker_parameters_is_replaced_when_it_is_right() -> None:
    from argon2 import PasswordHasher  # noqa: PLC0415 - as another program would make it

    kept = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)

    check = check_password(kept, PASSWORD)

    assert check.replacement is not None
    assert read_hash(check.replacement).is_current
    assert check_password(kept, "x") == PasswordCheck(is_right=False)


@pytest.mark.parametrize(
    "text",
    [
        *("", "password", "5f4dcc3b5aa765d61d8327deb882cf99", "{MD5}X03MO1qnZdYdgyfeuILPmQ=="),
        *("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "{SSHA}%%"),
        "{SSHA}" + b64(bytes(20 + 65)),
        *("$2b$31$" + "a" * 53, "$2b$03$" + "a" * 53, "$2b$10$short", "$2x$10$" + "a" * 53),
        "$pbkdf2-sha256$2000001$" + ab64(SALT) + "$" + ab64(bytes(32)),
        "$pbkdf2-sha256$1000$" + ab64(SALT) + "$" + ab64(bytes(31)),
        "$pbkdf2-sha256$-1$" + ab64(SALT) + "$" + ab64(bytes(32)),
        "$pbkdf2-md5$1000$" + ab64(SALT) + "$" + ab64(bytes(16)),
        "$argon2id$v=19$m=1048576,t=2,p=1$" + "A" * 22 + "$" + "A" * 43,
        "$argon2id$v=19$m=262144,t=9,p=1$" + "A" * 22 + "$" + "A" * 43,
        "$argon2id$v=19$m=8,t=1,p=4$" + "A" * 22 + "$" + "A" * 43,
        "$argon2id$v=16$m=19456,t=2,p=1$" + "A" * 22 + "$" + "A" * 43,
        "$argon2d$v=19$m=19456,t=2,p=1$" + "A" * 22 + "$" + "A" * 43,
        "{SSHA}" + "A" * 2000,
        "{SSHA}\u0130",
    ],
)
def test_SEC_153_what_is_no_hash_or_asks_for_too_much_work_is_refused(text: str) -> None:
    with pytest.raises(PasswordHashRefusedError) as refused:
        read_hash(text)

    assert len(text) < 9 or text not in str(refused.value)


@pytest.mark.parametrize("password", ["", "x" * 1025, "ä" * 513, "\ud800"])
def test_SEC_153_what_is_no_password_costs_no_hash(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def computed(text: str, password: bytes) -> bool:
        raise AssertionError("a hash was computed")

    monkeypatch.setattr(argon2id, "matches", computed)

    assert check_password(NOBODYS_HASH, password) == PasswordCheck(is_right=False)
    assert check_password(None, password) == PasswordCheck(is_right=False)
    with pytest.raises(ValueError, match="1024"):
        make_hash(password)


@pytest.mark.parametrize("password", ["x" * 1024, "a\0b", "\0", " ", "ä" * 512])
def test_a_password_is_taken_whole(password: str) -> None:
    kept = make_hash(password)

    assert check_password(kept, password).is_right
    assert not check_password(kept, password[:-1] + "y").is_right
    assert not check_password(kept, password[:-1]).is_right


@pytest.mark.parametrize("password", ["x" * 72 + "y", "x\0y"])
def test_bcrypt_never_matches_the_beginning_of_a_password_alone(password: str) -> None:
    kept = bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4)).decode()
    before_nul = bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode()

    assert check_password(kept, "x" * 72).is_right
    assert not check_password(kept, password).is_right
    assert not check_password(before_nul, password).is_right


@pytest.mark.parametrize("form", ["none", *IMPORTED])
def test_SEC_151_a_wrong_password_costs_one_argon2id_whatever_is_kept(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    computed = argon2id.matches

    def count(text: str, password: bytes) -> bool:
        calls.append(text)
        return computed(text, password)

    monkeypatch.setattr(argon2id, "matches", count)

    check_password(IMPORTED.get(form), "wrong")

    assert calls == [NOBODYS_HASH]


def test_SEC_151_nobodys_hash_costs_what_ours_cost() -> None:
    assert NOBODYS_HASH.split("$")[:4] == make_hash("x").split("$")[:4]
    assert read_hash(NOBODYS_HASH).is_current
