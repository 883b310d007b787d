"""What is read of a directory's answers, and written into its filters, without a directory."""

from typing import Any
from uuid import UUID

import pytest

from ostiary.adapters.directories.ldap import filters
from ostiary.adapters.directories.ldap.bind_answers import (
    PolicyAnswer,
    accepted,
    read_policy,
    refused,
)
from ostiary.adapters.directories.ldap.entries import Entry, read_user
from ostiary.adapters.directories.ldap.identifiers import read_id, write_id
from ostiary.core.base.ids import UserId
from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.ldap_directory import LDAPDirectory, LDAPServer
from ostiary.core.model.user import User

ID = "0d4a687c-7af3-4041-8bca-0923642fe1c2"
NOW = 1_750_000_000.0
DIRECTORY = LDAPDirectory(
    "corporate", (LDAPServer("localhost", 636),), "dc=example", must_change=("pwdReset", "TRUE")
)


def read(**members: str) -> User | None:
    """Read an entry of joe's with further attributes."""
    given = {"entryUUID": ID, "uid": "joe", **members}
    values = {name.lower(): [value.encode()] for name, value in given.items() if value}
    return read_user(DIRECTORY, Entry("uid=joe,dc=example", values), (), now=NOW)


def joe(**members: str) -> User:
    """Read an entry that is a user."""
    user = read(**members)
    assert user is not None
    return user


def test_what_means_anything_in_a_filter_is_escaped() -> None:
    assert filters.escape("a*)(\\\0é@b.c") == "a\\2a\\29\\28\\5c\\00\\c3\\a9@b.c"


def test_a_name_stands_wherever_the_template_wants_it() -> None:
    found = filters.by_username(DIRECTORY, "j*")
    assert found == "(&(objectClass=inetOrgPerson)(|(uid=j\\2a)(mail=j\\2a)))"


def test_an_id_in_bytes_is_searched_by_its_bytes() -> None:
    found = filters.by_id(DIRECTORY, b"\x01a")
    assert found == "(&(objectClass=inetOrgPerson)(entryUUID=\\01a))"


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("entryUUID", ID.encode()),
        ("entryUUID", UUID(ID).bytes),
        ("objectGUID", UUID(ID).bytes_le),
    ],
)
def test_an_id_is_the_UUID_that_the_directory_gave(attribute: str, value: bytes) -> None:
    assert read_id(attribute, value) == ID


@pytest.mark.parametrize("attribute", ["entryUUID", "objectGUID", "OBJECTGUID"])
def test_an_id_is_looked_for_as_it_is_kept(attribute: str) -> None:
    written = write_id(attribute, UserId(ID))

    assert written is not None
    assert read_id(attribute, written.encode() if isinstance(written, str) else written) == ID


@pytest.mark.parametrize("value", [b"", b"joe", b"\xff" * 15, b"\xff" * 17])
def test_what_is_no_UUID_is_no_id(value: bytes) -> None:
    assert read_id("entryUUID", value) is None
    assert read_id("objectGUID", value) is None


@pytest.mark.parametrize(
    "members", [{"entryUUID": ""}, {"entryUUID": "7"}, {"uid": ""}, {"uid": "a\0b"}]
)
def test_an_entry_without_a_usable_id_or_name_is_no_user(members: dict[str, str]) -> None:
    assert read(**members) is None


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"userAccountControl": "514"}, id="Active Directory's bit"),
        pytest.param({"accountExpires": "132539328000000000"}, id="over since 2021"),
        pytest.param({"nsAccountLock": "TRUE"}, id="389 Directory Server"),
        pytest.param({"loginDisabled": "TRUE"}, id="eDirectory"),
        pytest.param({"pwdAccountLockedTime": "000001010000Z"}, id="locked for good"),
    ],
)
def test_SEC_160_who_is_disabled_there_may_not_sign_on(members: dict[str, str]) -> None:
    assert not joe(**members).may_sign_on


@pytest.mark.parametrize(
    "members",
    [
        {"userAccountControl": "512"},
        {"accountExpires": "0"},
        {"accountExpires": "9223372036854775807"},
        {"nsAccountLock": "FALSE"},
        {"pwdAccountLockedTime": "20250101000000Z"},
    ],
)
def test_who_is_not_disabled_may_sign_on(members: dict[str, str]) -> None:
    assert joe(**members).may_sign_on


def test_what_is_known_of_a_password_is_when_it_was_changed_and_whether_it_must_be() -> None:
    password = joe(pwdChangedTime="20250101000000.5Z", pwdReset="TRUE").password

    assert password is not None
    assert (password.changed_at, password.must_change) == (1_735_689_600.5, True)


def test_a_failed_attempt_that_the_directory_notes_changes_no_credential() -> None:
    before = joe(createTimestamp="20250101000000Z", modifyTimestamp="20250101000000Z")
    after = joe(createTimestamp="20250101000000Z", modifyTimestamp="20250601000000Z")

    assert before.credential == after.credential


@pytest.mark.parametrize("text", ["", "0", "soon", "20251399000000Z", "9" * 40])
def test_a_time_that_cannot_be_read_is_none(text: str) -> None:
    password = joe(pwdChangedTime=text).password

    assert password is not None
    assert password.changed_at == 0.0


@pytest.mark.parametrize(
    ("encoded", "answer"),
    [
        (None, PolicyAnswer()),
        (b"", PolicyAnswer()),
        (b"\x30\x00", PolicyAnswer()),
        (b"\x30\x03\x81\x01\x01", PolicyAnswer(error=1)),
        (b"\x30\x05\xa0\x03\x80\x01\x09", PolicyAnswer()),
        (b"\x30\x05\xa0\x03\x81\x01\x02", PolicyAnswer(has_grace=True)),
        (b"\x30\x03\x81\x05\x01", PolicyAnswer()),
        (b"\x31\x03\x81\x01\x01", PolicyAnswer()),
        (b"\x30\x80\x00\x00", PolicyAnswer()),
    ],
)
def test_the_control_of_a_password_policy_is_read(
    encoded: bytes | None, answer: PolicyAnswer
) -> None:
    assert read_policy(encoded) == answer


@pytest.mark.parametrize(
    ("answer", "must_change"),
    [
        (PolicyAnswer(), False),
        (PolicyAnswer(error=2), True),
        (PolicyAnswer(has_grace=True), True),
    ],
)
def test_SEC_160_a_bind_that_succeeds_may_still_want_another_password(
    answer: PolicyAnswer, *, must_change: bool
) -> None:
    assert accepted(answer) == PasswordCheck(is_right=True, must_change=must_change)


@pytest.mark.parametrize(
    ("answer", "message", "refusal"),
    [
        (PolicyAnswer(), "", ""),
        (PolicyAnswer(error=0), "", "expired"),
        (PolicyAnswer(error=1), "", "locked"),
        (PolicyAnswer(), "80090308: LdapErr: DSID-0C090439, comment: x, data 52e, v4563", ""),
        (
            PolicyAnswer(),
            "80090308: LdapErr: DSID-0C090439, comment: x, data 532, v4563",
            "expired",
        ),
        (PolicyAnswer(), "AcceptSecurityContext error, data 533, v4563", "disabled"),
        (PolicyAnswer(), "AcceptSecurityContext error, data 775, v4563", "locked"),
        (PolicyAnswer(), "AcceptSecurityContext error, data 701, v4563", "account_expired"),
        (PolicyAnswer(), "AcceptSecurityContext error, data beef, v4563", ""),
    ],
)
def test_SEC_160_a_bind_that_is_refused_lets_nobody_in(
    answer: PolicyAnswer, message: str, refusal: str
) -> None:
    check = refused(answer, message, may_choose=False)
    assert check == PasswordCheck(is_right=False, refusal=refusal)


@pytest.mark.parametrize("code", ["532", "773"])
def test_SEC_160_who_knows_an_expired_password_may_choose_another_one(code: str) -> None:
    check = refused(PolicyAnswer(), f"error, data {code}, v4563", may_choose=True)
    assert check == PasswordCheck(is_right=True, must_change=True)


@pytest.mark.parametrize("code", ["52e", "533", "775", "701"])
def test_SEC_160_nobody_else_may(code: str) -> None:
    assert not refused(PolicyAnswer(), f"error, data {code}, v4563", may_choose=True).is_right


def test_a_server_is_written_with_its_port() -> None:
    servers: list[Any] = [LDAPServer("ldap.example.com", 636), LDAPServer("::1", 389)]
    assert list(map(str, servers)) == ["ldap.example.com:636", "[::1]:389"]
