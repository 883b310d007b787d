"""Users of a directory behind LDAP: nobody gets in by what is typed, lost or said on the way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.ldap_directory import ConnectionSecurity, GroupSearch, LDAPServer
from ostiary.core.model.policy import Criterion, End, Selector, StepNode
from ostiary.core.signon.outcomes import Accepted, MustChange, Rejected
from tests.support.app import canary_free, make_snapshot
from tests.support.certificates import make_authority
from tests.support.directory_sign_on import Entrances, opened
from tests.support.odd_ldap_server import (
    STARTTLS_DONE,
    STARTTLS_DONE_AT_LENGTH,
    STARTTLS_REFUSED,
    STARTTLS_REFUSED_AT_LENGTH,
    answer_then_listen,
    answer_then_relay,
    keep_silent,
    odd_server,
)
from tests.support.password_grant import Legacy, make_legacy
from tests.support.slapd import BASE_DN, PASSWORD, PEOPLE, SERVICE_PASSWORD, Slapd, person
from tests.support.users import make_user

LONG_AGO = "20200101000000Z"
FOR_GOOD = "000001010000Z"
FULL_WIDTH = {
    name: "".join(chr(ord(each) + 0xFEE0) if each.isalpha() else each for each in name)
    for name in ("joe", "person.9")
}
"""Letters that a directory takes for the usual ones."""


@pytest.fixture(scope="module")
def slapd() -> Iterator[Slapd]:
    people = [person(f"person.{number}") for number in range(20)]
    people.append(person("inbound", employeeType="I"))
    people.append(person("outbound", employeeType="O"))
    people.append(person("joe"))
    running = Slapd(people)
    yield running
    running.close()


@pytest.fixture
def entrances(slapd: Slapd) -> Iterator[Entrances]:
    with opened(slapd) as made:
        yield made


@pytest.fixture
async def legacy(slapd: Slapd) -> Legacy:
    made = await make_legacy()
    corporate = {"corporate": slapd.configured()}
    changed = replace(made.env, directories=corporate, directory_order=("local", "corporate"))
    others = made.app.snapshots.current.environments.values()
    made.app.snapshots.current = make_snapshot(
        changed if other.key == "default" else other for other in others
    )
    return made


async def test_S2_3_the_password_grant_asks_the_directory(legacy: Legacy) -> None:
    right = await legacy.ask(username="person.1@example.com")
    wrong = await legacy.ask(username="person.1@example.com", password="wrong")

    assert right.status == 200
    assert wrong.error == (400, "invalid_grant")


async def test_S2_2_a_users_tokens_can_be_refreshed(legacy: Legacy) -> None:
    tokens = await legacy.tokens(username="person.1", scope="sso")

    assert (await legacy.refresh(tokens["refresh_token"])).status == 200


async def test_who_is_deleted_in_the_directory_gets_no_further_tokens(
    legacy: Legacy, slapd: Slapd
) -> None:
    slapd.add(person("leaver"))
    tokens = await legacy.tokens(username="leaver", scope="sso")

    slapd.delete("leaver")

    refused = await legacy.refresh(tokens["refresh_token"])
    assert refused.error == (400, "invalid_grant")


async def test_another_password_in_the_directory_ends_what_the_old_one_let_in(
    legacy: Legacy, slapd: Slapd
) -> None:
    slapd.add(person("changer", pwdChangedTime=LONG_AGO, createTimestamp=LONG_AGO))
    tokens = await legacy.tokens(username="changer", scope="sso")

    slapd.modify("changer", "userPassword", "another password")

    assert (await legacy.refresh(tokens["refresh_token"])).error == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("username", "status"), [("outbound", 200), ("inbound", 400), ("person.2", 400)]
)
async def test_S2_26_an_attribute_decides_who_may_use_the_password_grant(
    legacy: Legacy, username: str, status: int
) -> None:
    by_type = Selector(
        Criterion.ATTRIBUTE, {"O": End.DONE, "I": End.FAIL}, End.FAIL, "AuthenticationType"
    )
    legacy.ask_by_policy(StepNode("form", by_type))

    assert (await legacy.ask(username=username)).status == status


@pytest.mark.parametrize(
    "username",
    ["*", "*)(uid=*", "person.1)(uid=*", "*)(|(uid=*", "person.1\\2a", "(", ")", "\\", "per*", "&"],
)
async def test_SEC_156_what_is_typed_is_no_part_of_a_filter(legacy: Legacy, username: str) -> None:
    assert (await legacy.ask(username=username)).error == (400, "invalid_grant")


async def test_SEC_157_a_name_with_signs_of_a_DN_is_one_entrys_own(
    entrances: Entrances, slapd: Slapd
) -> None:
    slapd.run(
        "ldapadd",
        f"dn: uid=o\\,ou\\=people\\,(x),{PEOPLE}\nobjectClass: inetOrgPerson\n"
        "uid: o,ou=people,(x)\n"
        f"cn: x\nsn: x\nuserPassword: {PASSWORD}\n",
    )

    assert isinstance(await entrances.attempt("o,ou=people,(x)"), Accepted)
    assert isinstance(await entrances.attempt("person.3,ou=people,dc=example,dc=com"), Rejected)


@pytest.mark.parametrize("password", ["", "\0", "\0secret"])
async def test_SEC_158_an_empty_password_signs_nobody_on(
    legacy: Legacy, entrances: Entrances, password: str
) -> None:
    answer = await legacy.ask(username="person.4", password=password)

    assert answer.status == 400
    assert isinstance(await entrances.attempt("person.4", password), Rejected)


async def test_SEC_159_a_server_of_another_authority_is_told_no_password(
    entrances: Entrances, tmp_path: Any
) -> None:
    other = make_authority(tmp_path / "other.pem")
    entrances.configure(authorities=other.path.read_text())

    with pytest.raises(UnavailableError):
        await entrances.attempt("person.5")
    assert entrances.failures == ["certificate"]


async def test_SEC_159_a_server_of_another_name_is_told_no_password(
    entrances: Entrances, slapd: Slapd
) -> None:
    entrances.configure(servers=(LDAPServer("127.0.0.1", slapd.tls_port),))

    with pytest.raises(UnavailableError):
        await entrances.attempt("person.5")
    assert entrances.failures == ["certificate"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(STARTTLS_REFUSED, "no_starttls", id="refused"),
        pytest.param(STARTTLS_REFUSED_AT_LENGTH, "no_starttls", id="refused at length"),
        pytest.param(b"\x30\x04\x02\x01\x01\x78", "no_starttls", id="no answer"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", "no_starttls", id="no LDAP"),
        pytest.param(STARTTLS_DONE * 2, "tls", id="more than asked for"),
        pytest.param(b"\x30\x84\xff\xff\xff\xff", "no_starttls", id="endless"),
    ],
)
async def test_SEC_159_without_TLS_nothing_is_said(
    entrances: Entrances, answer: bytes, reason: str
) -> None:
    with odd_server(answer_then_listen(answer)) as (port, received):
        entrances.configure(
            security=ConnectionSecurity.STARTTLS, servers=(LDAPServer("localhost", port),)
        )
        with pytest.raises(UnavailableError):
            await entrances.attempt("person.5")

    assert entrances.failures == [reason]
    assert b"password-of-the-service" not in b"".join(received)


async def test_a_server_may_write_its_consent_to_TLS_at_length(
    entrances: Entrances, slapd: Slapd
) -> None:
    with odd_server(answer_then_relay(STARTTLS_DONE_AT_LENGTH, slapd.tls_port)) as (port, _):
        entrances.configure(
            security=ConnectionSecurity.STARTTLS, servers=(LDAPServer("localhost", port),)
        )
        assert isinstance(await entrances.attempt("person.5"), Accepted)


async def test_SEC_159_a_pointer_to_another_server_is_not_followed(
    entrances: Entrances, slapd: Slapd
) -> None:
    with odd_server(keep_silent) as (port, received):
        slapd.run(
            "ldapadd",
            f"dn: ou=elsewhere,{PEOPLE}\nobjectClass: referral\nobjectClass: extensibleObject\n"
            f"ou: elsewhere\nref: ldap://127.0.0.1:{port}/{PEOPLE}\n",
        )

        assert isinstance(await entrances.attempt("person.6"), Accepted)
        assert isinstance(await entrances.attempt("somebody-elsewhere"), Rejected)

    assert received == []


async def test_SEC_160_an_expired_password_is_good_for_choosing_another_one_only(
    entrances: Entrances, slapd: Slapd
) -> None:
    slapd.add(
        person(
            "expired",
            pwdPolicySubentry="cn=short-lived,dc=example,dc=com",
            pwdChangedTime=LONG_AGO,
        )
    )

    assert isinstance(await entrances.attempt("expired"), MustChange)
    assert isinstance(await entrances.attempt("expired", "wrong"), Rejected)


async def test_SEC_160_an_expired_password_is_changed_by_who_knows_it(
    entrances: Entrances, slapd: Slapd
) -> None:
    slapd.add(
        person(
            "overdue",
            pwdPolicySubentry="cn=short-lived,dc=example,dc=com",
            pwdChangedTime=LONG_AGO,
        )
    )
    outcome = await entrances.attempt("overdue")
    assert isinstance(outcome, MustChange)

    await entrances.directory.set_password(
        entrances.env, outcome.user, "a new one", must_change=False, now=0.0, current=PASSWORD
    )

    assert isinstance(await entrances.attempt("overdue", "a new one"), Accepted)


async def test_SEC_160_a_password_that_was_reset_must_be_changed(
    entrances: Entrances, slapd: Slapd
) -> None:
    slapd.add(person("reset", pwdReset="TRUE"))

    assert isinstance(await entrances.attempt("reset"), MustChange)


@pytest.mark.parametrize(
    ("name", "since", "reason"), [("locked", "now", "locked"), ("barred", FOR_GOOD, "disabled")]
)
async def test_SEC_160_who_is_locked_there_is_not_let_in_here(
    entrances: Entrances, slapd: Slapd, name: str, since: str, reason: str
) -> None:
    at = f"{datetime.now(UTC):%Y%m%d%H%M%SZ}" if since == "now" else since
    slapd.add(person(name, pwdAccountLockedTime=at))

    assert isinstance(await entrances.attempt(name), Rejected)
    assert entrances.reasons == [reason]


async def test_SEC_151_one_hash_is_computed_wherever_a_user_is_kept(entrances: Entrances) -> None:
    await entrances.store.users.create(entrances.env, [make_user(1, username="joe")])

    for name in ("joe", "person.7", "nobody"):
        entrances.hashing.kept.clear()
        await entrances.attempt(name, "wrong")
        assert len(entrances.hashing.kept) == 1


async def test_SEC_151_failed_attempts_at_the_directorys_users_are_counted_here(
    entrances: Entrances,
) -> None:
    remaining = [await entrances.attempt("person.8", "wrong") for _ in range(2)]

    assert [each.remaining for each in remaining if isinstance(each, Rejected)] == [4, 3]


async def test_SEC_147_all_spellings_of_a_directorys_user_count_together(
    entrances: Entrances,
) -> None:
    spellings = ("person.9", " PERSON.9 ", "Person.9@example.com", FULL_WIDTH["person.9"])

    remaining = [await entrances.attempt(name, "wrong") for name in spellings]

    assert [each.remaining for each in remaining if isinstance(each, Rejected)] == [4, 3, 2, 1]


async def test_SEC_147_all_spellings_of_a_name_that_nobody_has_count_together(
    entrances: Entrances,
) -> None:
    spellings = ("stranger", " Stranger", "STRANGER ")

    remaining = [await entrances.attempt(name, "wrong") for name in spellings]

    assert [each.remaining for each in remaining if isinstance(each, Rejected)] == [4, 3, 2]


@pytest.mark.parametrize("name", ["JOE", " joe", FULL_WIDTH["joe"], "joe@example.com"])
async def test_SEC_159_an_entry_with_the_username_of_a_user_before_it_signs_nobody_on(
    entrances: Entrances, name: str
) -> None:
    assert isinstance(await entrances.attempt(name), Accepted)
    await entrances.add(make_user(1, username="Joe", password=None))

    assert isinstance(await entrances.attempt(name), Rejected)


async def test_a_step_of_one_directory_does_not_mind_who_has_the_name_elsewhere(
    entrances: Entrances,
) -> None:
    await entrances.add(make_user(1, username="joe", password=None))

    outcome = await entrances.attempt("joe", directories=("corporate",))

    assert isinstance(outcome, Accepted)


async def test_SEC_159_a_tree_that_is_a_pointer_to_another_server_is_not_looked_for_there(
    entrances: Entrances, slapd: Slapd
) -> None:
    with odd_server(keep_silent) as (port, received):
        slapd.run(
            "ldapadd",
            f"dn: ou=gone,{PEOPLE}\nobjectClass: referral\nobjectClass: extensibleObject\n"
            f"ou: gone\nref: ldap://127.0.0.1:{port}/{PEOPLE}\n",
        )
        entrances.configure(base_dn=f"ou=gone,{PEOPLE}")

        with pytest.raises(UnavailableError):
            await entrances.attempt("person.6")

    assert received == []


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
async def test_nobody_is_looked_for_on_a_connection_that_a_user_has_signed_on_at(
    entrances: Entrances, slapd: Slapd, password: str
) -> None:
    """A person may read itself alone: whoever looked as one would find nobody else."""
    entrances.configure(connections=1)

    await entrances.attempt("person.10", password)

    user = await entrances.directory.find_by_username(entrances.env, "person.11")
    assert user is not None
    assert await entrances.directory.find(entrances.env, user.id) == user


async def test_a_right_password_makes_no_wrong_one_right_after_it(
    entrances: Entrances,
) -> None:
    entrances.configure(connections=1)

    for name, password, kind in (
        ("person.12", PASSWORD, Accepted),
        ("person.12", "wrong", Rejected),
        ("person.13", "wrong", Rejected),
        ("nobody", PASSWORD, Rejected),
    ):
        assert isinstance(await entrances.attempt(name, password), kind)


async def test_SEC_244_no_password_of_a_directory_gets_into_events_or_reports(
    legacy: Legacy, slapd: Slapd
) -> None:
    for name in ("person.14", "nobody"):
        await legacy.ask(username=name, password="canary-of-a-user")
    slapd.stop()
    try:
        await legacy.ask(username="person.14", password="canary-of-a-user")
    finally:
        slapd.start()

    assert legacy.app.events.log
    canary_free(legacy.app, "canary-of-a-user", SERVICE_PASSWORD)


async def test_SEC_157_signs_in_an_entrys_name_find_its_own_groups_alone(
    entrances: Entrances, slapd: Slapd
) -> None:
    name = f"uid=a*)(cn=*,{PEOPLE}"
    slapd.run(
        "ldapadd",
        f"dn: {name}\nobjectClass: inetOrgPerson\nuid: a*)(cn=*\n"
        f"cn: x\nsn: x\nuserPassword: {PASSWORD}\n",
    )
    for group, member in (("its own", name), ("others", f"uid=person.1,{PEOPLE}")):
        slapd.run(
            "ldapadd",
            f"dn: cn={group},ou=groups,{BASE_DN}\nobjectClass: groupOfNames\ncn: {group}\n"
            f"member: {member}\n",
        )
    groups = GroupSearch("groups", f"ou=groups,{BASE_DN}", "(member={dn})", "cn")
    entrances.configure(groups=groups)

    outcome = await entrances.attempt("a*)(cn=*")

    assert isinstance(outcome, Accepted)
    assert outcome.user.attributes["groups"] == ["its own"]
