"""Claims about a user: which are asked for, where they come from, and how they are typed."""

from collections.abc import Mapping
from typing import Any

import pytest

from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.authorization_request import ClaimWish
from ostiary.core.model.environment import SubjectKind
from ostiary.core.model.user import User
from ostiary.core.tokens.user_claims import (
    attribute_of,
    claims_of_scopes,
    claims_wished,
    subject_of,
)
from tests.support.environments import make_environment
from tests.support.tenants import make_client
from tests.support.users import make_user

ENV = make_environment()


def _user(**attributes: object) -> User:
    return make_user(1, attributes=attributes)


def _claims(user: User, scopes: str, **fields: Any) -> dict[str, object]:
    return claims_of_scopes(make_environment(**fields), user, ScopeSet.parse(scopes))


def test_sub_is_the_id_or_by_configuration_the_username() -> None:
    user = _user()
    assert subject_of(ENV, user) == user.id
    assert subject_of(make_environment(subject=SubjectKind.USERNAME), user) == user.username


def test_only_what_a_scope_asks_for_is_told() -> None:
    user = _user(mail="a@example.com", givenName="A", ssn="1")
    assert _claims(user, "openid") == {}
    assert _claims(user, "email") == {"email": "a@example.com"}
    assert _claims(user, "openid unknown") == {}


def test_an_attribute_of_the_claims_name_goes_before_its_usual_other_names() -> None:
    assert _claims(_user(email="one", mail="two"), "email") == {"email": "one"}
    assert _claims(_user(email=None, mail="two"), "email") == {"email": "two"}


def test_a_configured_attribute_goes_before_everything_and_nothing_stands_in_for_it() -> None:
    configured = {"claim_attributes": {"email": "workMail"}}
    assert _claims(_user(email="one", workMail="w"), "email", **configured) == {"email": "w"}
    assert _claims(_user(email="one"), "email", **configured) == {}


def test_a_scope_may_ask_for_claims_of_its_own() -> None:
    user = _user(team="blue", mail="a@example.com")
    scopes = {"scope_claims": {"work": ("team", "login"), "email": ("team",)}}
    named = {"claim_attributes": {"login": "username"}}
    assert _claims(user, "work", **scopes, **named) == {"team": "blue", "login": user.username}
    assert _claims(user, "email", **scopes) == {"email": "a@example.com", "team": "blue"}


@pytest.mark.parametrize(
    ("value", "told"),
    [(True, True), (False, False), ("true", True), ("false", False)],
)
def test_verified_is_a_boolean(value: object, told: bool) -> None:
    assert _claims(_user(email_verified=value), "email") == {"email_verified": told}


@pytest.mark.parametrize("value", ["yes", "", 1, 0, None, [True], {}])
def test_what_is_no_boolean_does_not_say_that_something_is_verified(value: object) -> None:
    assert _claims(_user(email_verified=value), "email") == {}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("1 Way", {"formatted": "1 Way"}),
        ({"country": "CH", "region": None}, {"country": "CH"}),
        ({}, None),
        ({"region": None}, None),
        (7, None),
    ],
)
def test_an_address_is_an_object_or_left_out(
    value: object, told: Mapping[str, object] | None
) -> None:
    assert _claims(_user(address=value), "address").get("address") == told


def test_updated_at_is_a_whole_number() -> None:
    user = make_user(1, updated_at=12.75)
    assert _claims(user, "profile")["updated_at"] == 12


def test_a_request_may_name_what_a_scope_of_its_client_would_give() -> None:
    env = make_environment(scope_claims={"work": ("team",)})
    user = _user(mail="a@example.com", team="blue", ssn="1", telephoneNumber="2")
    client = make_client("c", scopes=frozenset({"openid", "email", "work"}))
    wishes = dict.fromkeys(("email", "team", "ssn", "phone_number", "username"), ClaimWish())
    assert claims_wished(env, user, client, wishes) == {"email": "a@example.com", "team": "blue"}


def test_what_every_user_has_can_be_had_by_name_too() -> None:
    user = _user(population="by hand")
    assert attribute_of(user, "id") == user.id
    assert attribute_of(user, "username") == user.username
    assert attribute_of(user, "population") == "by hand"
    assert attribute_of(make_user(1), "population") == "staff"
    assert attribute_of(user, "unknown") is None
