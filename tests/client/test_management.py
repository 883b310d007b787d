"""The SDK manages a real server's environment, waiting and awaiting."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ostiary_client import (
    Client,
    CurrentPasswordRefusedError,
    InvalidDataError,
    NewPasswordRefusedError,
    NotFoundError,
    NotUniqueError,
    PermissionMissingError,
    StillInUseError,
    TokenRefusedError,
    TokenSet,
)
from ostiary_client.management import PersonName, PostalAddress, where
from tests.client.asking import KINDS, PATIENCE_SECONDS
from tests.client.managing import managing
from tests.support.server import Server, running_server, wait_for

TENANT, OTHER = "00000000-0000-4000-8000-000000000002", "00000000-0000-4000-8000-000000000003"
SECRET = "a-secret-of-the-tests-0123456789"
PASSWORD, NEW_PASSWORD = "correct horse battery", "another staple for horses"
SELF_SCOPES = "openid p1:read:user p1:update:user p1:reset:userPassword p1:read:sessions"


def environment(id: str) -> dict[str, Any]:
    worker = {"type": "worker", "secret": SECRET, "grant_types": ["client_credentials"]}
    scopes = SELF_SCOPES.split()
    return {
        "face": "pingone",
        "id": id,
        "scopes": dict.fromkeys(scopes, "Yours"),
        "token_managers": {"default": {"style": "pingone", "algorithm": "RS256"}},
        "clients": {
            "admin": worker
            | {
                "client_id": "00000000-0000-4000-8000-00000000000a",
                "roles": [
                    "Environment Admin",
                    "Identity Data Admin",
                    "Client Application Developer",
                ],
            },
            "reader": worker
            | {
                "client_id": "00000000-0000-4000-8000-00000000000b",
                "roles": ["Identity Data Read Only"],
            },
            "portal": {
                "name": "Portal",
                "client_id": "00000000-0000-4000-8000-00000000000c",
                "type": "single_page_app",
                "auth_methods": ["none"],
                "grant_types": ["authorization_code", "refresh_token"],
                "redirect_uris": ["https://app.example.com/cb"],
                "allow_redirectless": True,
                "bypass_approval": True,
                "scopes": scopes,
            },
            "backend": {
                "name": "Backend",
                "client_id": "00000000-0000-4000-8000-00000000000d",
                "secret": {"generate": True},
                "auth_methods": ["client_secret_basic"],
                "grant_types": ["client_credentials"],
                "scopes": scopes,
            },
        },
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve two environments that are managed."""
    configuration = {
        "server": {"pingone_default": "customers"},
        "environments": {"customers": environment(TENANT), "partners": environment(OTHER)},
    }
    with running_server(tmp_path_factory.mktemp("management"), configuration) as running:
        yield running


def options(server: Server, client: str = "a", **more: Any) -> dict[str, Any]:
    return {
        "client_id": f"00000000-0000-4000-8000-00000000000{client}",
        "client_secret": SECRET,
        "verify": server.ca_path,
        "timeout_seconds": PATIENCE_SECONDS,
        **more,
    }


@pytest.fixture(params=KINDS)
def customers(request: pytest.FixtureRequest, server: Server) -> Iterator[Any]:
    """Manage the environment as its administrator, with each kind of client."""
    base_url = f"{server.base_url}/{TENANT}"
    with managing(request.param, base_url, **options(server)) as managed:
        yield managed
        for user in managed.users.list():
            managed.users.delete(user.id)


def test_a_user_is_made_read_changed_and_deleted(customers: Any) -> None:
    made = customers.users.create(
        "ann",
        email="ann@example.com",
        name={"given": "Ann", "family": "Example"},
        address={"locality": "Bern", "country_code": "CH"},
        external_id="4711",
        photo_url="https://example.com/ann.png",
    )
    assert customers.users.get(made.id) == made
    assert made.name == PersonName(given="Ann", family="Example")
    assert made.address == PostalAddress(locality="Bern", country_code="CH")
    assert (made.external_id, made.photo_url) == ("4711", "https://example.com/ann.png")
    assert made.is_enabled
    assert made.created_at is not None
    assert datetime.now(UTC) - made.created_at < timedelta(minutes=5)

    changed = customers.users.update(made.id, nickname="Annie", name={"family": None})
    assert changed.name == PersonName(given="Ann")
    assert (changed.nickname, changed.email) == ("Annie", "ann@example.com")

    replaced = customers.users.replace(made.id, "ann.b", locale="de")
    assert (replaced.username, replaced.email, replaced.locale) == ("ann.b", None, "de")

    customers.users.delete(made.id)
    with pytest.raises(NotFoundError) as gone:
        customers.users.get(made.id)
    assert (gone.value.status, gone.value.code) == (404, "NOT_FOUND")


def test_users_come_page_by_page_and_by_filter(customers: Any) -> None:
    names = [f"person {number:02}" for number in range(7)]
    for name in names:
        customers.users.create(name, email=f"{name[-2:]}@example.com")

    assert sorted(user.username for user in customers.users.list(page_size=3)) == names
    wanted = where("username").equals("person 03") | where("email").starts_with("05@")
    assert {user.username for user in customers.users.list(wanted, page_size=1)} == {
        "person 03",
        "person 05",
    }
    assert customers.users.count() == 7
    assert customers.users.count(~wanted) == 5
    assert customers.users.find("PERSON 06").username == "person 06"
    assert customers.users.find("nobody") is None


def test_nothing_in_a_value_ends_the_filter(customers: Any) -> None:
    odd = 'a" or username pr or username eq "b'
    customers.users.create("ann")
    customers.users.create("odd", nickname=odd, title="\\")

    assert customers.users.find(odd) is None
    found = list(customers.users.list(where("nickname").equals(odd) & where("title").equals("\\")))
    assert [user.username for user in found] == ["odd"]


def test_what_is_wrong_is_told_by_kind_and_member(customers: Any) -> None:
    customers.users.create("ann")
    with pytest.raises(NotUniqueError) as taken:
        customers.users.create("ANN")
    assert [detail.target for detail in taken.value.details] == ["username"]

    with pytest.raises(InvalidDataError) as wrong:
        customers.users.create("ben", members={"shoeSize": 44, "locale": 7})
    told = {detail.target: detail.code for detail in wrong.value.details}
    assert told == {"shoeSize": "INVALID_VALUE", "locale": "INVALID_VALUE"}
    assert "shoeSize: " in str(wrong.value)


def test_a_user_is_locked_disabled_and_moved(customers: Any) -> None:
    guests = customers.populations.create("Guests", "They come and go")
    ann = customers.users.create("ann")

    assert customers.users.lock(ann.id).is_locked
    unlocked = customers.users.unlock(ann.id)
    assert (unlocked.is_locked, unlocked.may_sign_on) == (False, True)
    customers.users.disable(ann.id)
    assert not customers.users.get(ann.id).is_enabled
    customers.users.enable(ann.id)
    customers.users.move(ann.id, guests.id)
    moved = customers.users.get(ann.id)
    assert (moved.is_enabled, moved.population_id) == (True, guests.id)

    assert customers.populations.get(guests.id).user_count == 1
    with pytest.raises(StillInUseError):
        customers.populations.delete(guests.id)
    customers.users.delete(ann.id)
    renamed = customers.populations.replace(guests.id, "Visitors")
    assert (renamed.name, renamed.description) == ("Visitors", None)
    assert "Visitors" in {each.name for each in customers.populations.list()}
    customers.populations.delete(guests.id)


def test_passwords_are_set_checked_and_replaced(customers: Any) -> None:
    ann = customers.users.import_user("ann", PASSWORD, must_change_password=True)
    assert customers.passwords.get(ann.id).status == "MUST_CHANGE_PASSWORD"

    with pytest.raises(NewPasswordRefusedError) as weak:
        customers.passwords.set(ann.id, "abc")
    assert weak.value.details[0].unmet == ("length",)

    assert customers.passwords.set(ann.id, PASSWORD + "!").status == "OK"
    assert customers.passwords.check(ann.id, PASSWORD + "!").status == "OK"
    with pytest.raises(CurrentPasswordRefusedError) as wrong:
        customers.passwords.check(ann.id, PASSWORD)
    assert wrong.value.details[0].attempts_remaining == 4
    assert PASSWORD not in str(wrong.value)

    assert customers.passwords.unlock(ann.id).status == "OK"
    replaced = customers.passwords.replace(ann.id, PASSWORD + "!", NEW_PASSWORD)
    assert (replaced.status, replaced.seconds_until_unlock) == ("OK", None)
    assert customers.passwords.force_change(ann.id).status == "MUST_CHANGE_PASSWORD"


def test_a_forgotten_password_is_replaced_by_the_code_that_is_sent(
    customers: Any, server: Server
) -> None:
    ann = customers.users.import_user("ann", PASSWORD, email="ann@example.com")
    before = len(sent_codes(server))
    customers.passwords.send_recovery_code(ann.id)
    wait_for(lambda: len(sent_codes(server)) > before)
    with pytest.raises(InvalidDataError) as wrong:
        customers.passwords.recover(ann.id, "NOTTHIS1", NEW_PASSWORD)
    assert wrong.value.details[0].target == "recoveryCode"

    customers.passwords.recover(ann.id, sent_codes(server)[-1], NEW_PASSWORD)
    assert customers.passwords.check(ann.id, NEW_PASSWORD).status == "OK"


def test_environment_policies_and_applications_are_read(customers: Any) -> None:
    assert customers.environment().id == TENANT
    assert [each.id for each in customers.environments()] == [TENANT]
    (policy,) = customers.password_policies()
    assert customers.password_policy(policy.id) == policy
    assert (policy.name, policy.is_default, policy.min_length) == ("Standard", True, 15)
    (portal,) = customers.applications.list(where("name").equals("Portal"))
    assert customers.applications.get(portal.id) == portal
    assert portal.grant_types == ("AUTHORIZATION_CODE", "REFRESH_TOKEN")
    assert (portal.auth_method, portal.pkce) == ("NONE", "S256_REQUIRED")


def test_a_secret_is_read_and_renewed_while_the_one_before_goes_on(customers: Any) -> None:
    id = options_id("d")
    before = customers.applications.secret(id)
    until = datetime.now(UTC) + timedelta(hours=1)
    made = customers.applications.renew_secret(id, keep_previous_until=until)

    assert made.secret != before.secret
    assert made.previous == before.secret
    assert made.previous_expires_at is not None
    assert abs(made.previous_expires_at - until) < timedelta(seconds=1)
    assert made.secret.reveal() not in repr(made)


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_that_lacks_is_told_from_what_is_not_there(kind: str, server: Server) -> None:
    base_url = f"{server.base_url}/{TENANT}/as"
    with managing(kind, base_url, **options(server, "b")) as managed:
        assert list(managed.users.list()) == []
        with pytest.raises(PermissionMissingError) as refused:
            managed.users.create("ann")
    assert (refused.value.status, refused.value.details[0].code) == (
        403,
        "INSUFFICIENT_PERMISSIONS",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_SEC_223_a_token_manages_no_other_environment(kind: str, server: Server) -> None:
    elsewhere = options(server, management={"environment_id": OTHER})
    with (
        managing(kind, f"{server.base_url}/{TENANT}", **elsewhere) as managed,
        pytest.raises(TokenRefusedError),
    ):
        list(managed.users.list())


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_who_is_signed_on_manages_the_own_account_alone(kind: str, server: Server) -> None:
    base_url = f"{server.base_url}/{TENANT}"
    with managing("threads", base_url, **options(server)) as admin:
        ann = admin.users.import_user("ann", PASSWORD)
        ben = admin.users.create("ben")
        tokens = sign_on(server, base_url)
        own = options(server, "c", client_secret=None, session=tokens)
        with managing(kind, base_url, **own) as managed:
            assert managed.users.update(ann.id, nickname="Annie").nickname == "Annie"
            (session,) = managed.sessions.list(ann.id)
            assert managed.sessions.get(ann.id, session.id) == session
            assert session.authenticators == ("pwd",)
            for id in (ben.id, ann.id):
                with pytest.raises(PermissionMissingError):
                    managed.users.delete(id)

        admin.sessions.end(ann.id, session.id)
        admin.sessions.end_all(ann.id)
        assert list(admin.sessions.list(ann.id)) == []
        for user in (ann, ben):
            admin.users.delete(user.id)


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_is_revoked_is_replaced_without_a_word(kind: str, server: Server) -> None:
    base_url = f"{server.base_url}/{TENANT}"
    with managing(kind, base_url, **options(server, now=lambda: 0.0)) as managed:
        managed.environment()
        held = held_token(managed)
        with Client(base_url, **options(server)) as other:
            other.revoke(held)
        assert managed.environment().id == TENANT
        assert held_token(managed) != held


def sign_on(server: Server, base_url: str) -> TokenSet:
    with Client(base_url, **options(server, "c", client_secret=None)) as client:
        return client.sign_on("ann", PASSWORD, SELF_SCOPES)


def sent_codes(server: Server) -> list[str]:
    return [event["code"] for event in server.events("delivery") if "code" in event]


def held_token(managed: Any) -> str:
    """Return the token that the next call presents."""
    whole = getattr(managed, "object", managed)
    found = whole._caller.token
    return str((found() if whole is managed else managed.portal.call(found)).value)


def options_id(client: str) -> str:
    return f"00000000-0000-4000-8000-00000000000{client}"
