"""Which manager issues, and for whom the token is."""

import pytest

from ostiary.core.base.errors import OAuthError
from ostiary.core.base.ids import TokenManagerId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.authorization import Authorization, Person
from ostiary.core.model.resource import Resource
from ostiary.core.model.session import Authentication
from ostiary.core.tokens.targets import (
    NO_TARGET,
    TokenTarget,
    choose_audiences,
    choose_manager,
    settle_target,
)
from tests.support.environments import make_environment
from tests.support.tenants import make_client, make_manager
from tests.support.users import NOW, make_user

API = "https://api.example.com"
ORDERS = f"{API}/orders"
MANAGERS = (
    make_manager("default"),
    make_manager("api", resources=(API,)),
    make_manager("orders", resources=(ORDERS, "urn:orders")),
    make_manager("closed", resources=("https://closed.example.com",)),
)
RESOURCES = (
    Resource("1", "bills", "https://bills.example.com", frozenset({"bills:read"})),
    Resource("2", "mail", "https://mail.example.com", frozenset({"mail:send"})),
)
ENV = make_environment(
    token_managers={manager.id: manager for manager in MANAGERS}, resources=RESOURCES
)
CLIENT = make_client(
    "many", token_managers=tuple(TokenManagerId(id) for id in ("default", "api", "orders"))
)


def _choose(*resources: str) -> str:
    return choose_manager(ENV, CLIENT, TokenTarget(resources=resources)).id


def test_X_2_without_a_target_the_clients_first_manager_issues() -> None:
    assert choose_manager(ENV, CLIENT, NO_TARGET).id == "default"
    other = make_client("other", token_managers=(TokenManagerId("orders"),))
    assert choose_manager(ENV, other, NO_TARGET).id == "orders"


def test_a_manager_is_chosen_by_its_id() -> None:
    assert choose_manager(ENV, CLIENT, TokenTarget(manager_id="orders")).id == "orders"


@pytest.mark.parametrize("id", ["closed", "unknown", "Orders", ""])
def test_a_manager_that_is_not_open_to_the_client_is_refused_like_an_unknown_one(id: str) -> None:
    with pytest.raises(OAuthError) as refused:
        choose_manager(ENV, CLIENT, TokenTarget(manager_id=id))
    assert refused.value.code == "invalid_target"
    assert "not open to this client" in refused.value.description


@pytest.mark.parametrize(
    ("resource", "manager"),
    [
        pytest.param(API, "api", id="exactly"),
        pytest.param(ORDERS, "orders", id="exactly, though another one is a prefix"),
        pytest.param(f"{ORDERS}/7", "orders", id="the longest prefix"),
        pytest.param(f"{ORDERS}/7/a%20b;v=1", "orders", id="path characters"),
        pytest.param(f"{API}/users", "api", id="a prefix"),
        pytest.param(f"{API}/ordersfoo", "api", id="no prefix at a boundary"),
        pytest.param("urn:orders", "orders", id="a URN"),
        pytest.param("https://bills.example.com", "default", id="known to the environment only"),
    ],
)
def test_a_resource_chooses_the_manager_that_lists_it(resource: str, manager: str) -> None:
    assert _choose(resource) == manager


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param("https://unknown.example.com", id="unknown"),
        pytest.param("https://closed.example.com", id="of a manager that is closed"),
        pytest.param(f"{API}.evil.com", id="another host"),
        pytest.param("https://api.example.com@evil.com/", id="user information"),
        pytest.param("HTTPS://api.example.com", id="another spelling"),
        pytest.param(f"{API}/../admin", id="a way back up"),
        pytest.param(f"{API}/x/./y", id="a segment that is a dot"),
        pytest.param(f"{API}/%2e%2e/admin", id="an escaped way back up"),
        pytest.param(f"{API}/x%2f..%2fadmin", id="an escaped slash"),
        pytest.param(f"{API}/..\\admin", id="a backslash"),
        pytest.param(f"{API}/x%5Cadmin", id="an escaped backslash"),
        pytest.param(f"{API}/x#y", id="a fragment"),
        pytest.param(f"{API}/#", id="an empty fragment"),
        pytest.param(f"{API}/x?y", id="a query"),
        pytest.param(f"{API}?y", id="a query at once"),
        pytest.param(f"{API}/x y", id="a space"),
        pytest.param(f"{API}/x\n", id="a line end"),
        pytest.param(f"{API}/\t", id="a tab"),
        pytest.param(f"{API}/é", id="no ASCII"),
        pytest.param(f"{API}/%zz", id="a broken escape"),
        pytest.param("", id="nothing"),
        pytest.param("orders", id="no URI"),
    ],
)
def test_another_resource_is_no_target(resource: str) -> None:
    """RFC 8707 §2: an absolute URI without fragment; what is unknown is `invalid_target`."""
    with pytest.raises(OAuthError) as refused:
        _choose(resource)
    assert refused.value.code == "invalid_target"


def test_resources_of_two_managers_cannot_be_served_by_one_token() -> None:
    assert _choose(ORDERS, f"{ORDERS}/7") == "orders"
    with pytest.raises(OAuthError) as refused:
        _choose(API, ORDERS)
    assert refused.value.code == "invalid_target"


def test_one_unknown_resource_among_known_ones_is_refused() -> None:
    with pytest.raises(OAuthError):
        _choose(ORDERS, "https://unknown.example.com")


def test_S4_16_without_a_resource_the_owners_of_the_scopes_are_the_audience() -> None:
    manager = make_manager("m", audiences=("https://fallback.example.com",))
    scopes = ScopeSet.parse("mail:send bills:read openid")
    assert choose_audiences(ENV, manager, scopes, ()) == (
        "https://bills.example.com",
        "https://mail.example.com",
    )
    assert choose_audiences(ENV, manager, ScopeSet.parse("openid"), ()) == manager.audiences


def test_a_scope_of_another_resource_than_the_one_asked_for_is_refused() -> None:
    manager, mail = make_manager("m"), ScopeSet.parse("mail:send")
    assert choose_audiences(ENV, manager, mail, ("https://mail.example.com",))
    with pytest.raises(OAuthError) as refused:
        choose_audiences(ENV, manager, mail, ("https://bills.example.com",))
    assert refused.value.code == "invalid_scope"


def test_the_resources_asked_for_are_the_audience() -> None:
    audiences = choose_audiences(ENV, MANAGERS[2], ScopeSet(), (ORDERS, "urn:orders"))
    assert audiences == (ORDERS, "urn:orders")


def _granted(manager_id: str | None = None, *resources: str) -> Authorization:
    return Authorization("g", CLIENT, ScopeSet(), manager_id=manager_id, resources=resources)


def test_a_token_of_a_grant_is_for_all_of_it_unless_the_request_names_less() -> None:
    granted = _granted("orders", ORDERS, "urn:orders")
    everything = TokenTarget("orders", (ORDERS, "urn:orders"))
    assert settle_target(ENV, granted, NO_TARGET) == everything
    assert settle_target(ENV, granted, TokenTarget("orders")) == everything
    assert settle_target(ENV, granted, TokenTarget(resources=(ORDERS,))).resources == (ORDERS,)


@pytest.mark.parametrize(
    "target",
    [TokenTarget("api"), TokenTarget(resources=(API,)), TokenTarget(resources=("", ORDERS))],
)
def test_a_token_of_a_grant_is_for_nothing_that_was_not_granted(target: TokenTarget) -> None:
    with pytest.raises(OAuthError) as refused:
        settle_target(ENV, _granted("orders", ORDERS), target)
    assert refused.value.code == "invalid_target"


def test_a_grant_that_names_nothing_leaves_the_choice_to_the_request() -> None:
    for target in (NO_TARGET, TokenTarget("api"), TokenTarget(resources=(ORDERS,))):
        assert settle_target(ENV, _granted(), target) == target


def test_a_users_grant_is_good_for_no_resource_that_the_user_has_not_heard_of() -> None:
    person = Person(make_user(), "subject", Authentication(make_user().id, at=NOW))
    granted = Authorization("g", CLIENT, ScopeSet(("bills:read",)), person=person)
    bills, mail = (TokenTarget(resources=(known.audience,)) for known in RESOURCES)
    assert settle_target(ENV, granted, bills) == bills
    with pytest.raises(OAuthError) as refused:
        settle_target(ENV, granted, mail)
    assert refused.value.code == "invalid_target"
