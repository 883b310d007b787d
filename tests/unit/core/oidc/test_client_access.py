"""What clients may do, summed up of grants and consents."""

from dataclasses import replace

from ostiary.core.base.ids import ClientId
from ostiary.core.base.phrases import Phrase
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.environment import Environment, Face
from ostiary.core.oidc.client_access import sum_up
from tests.support.stored_sign_on import CLIENT, make_consent, make_grant
from tests.support.tenants import make_client, make_tenant, pingfederate_managers

EARLIER, LATER = 1000.0, 2000.0


def make_env() -> Environment:
    """Make an environment with a client that may ask for an e-mail address by name."""
    env = make_tenant(
        "default",
        Face.PINGFEDERATE,
        "https://id.example",
        managers=pingfederate_managers(),
        clients=[make_client(CLIENT, scopes=frozenset({"openid", "email"}))],
    )
    return replace(env, scope_descriptions={"openid": "Know who you are"})


def test_grants_and_the_consent_of_a_client_are_one_access_since_the_first() -> None:
    grants = [
        make_grant(1, scopes=ScopeSet(("openid",)), created_at=LATER, resources=()),
        make_grant(2, scopes=ScopeSet(("read",)), created_at=LATER + 1, resources=()),
    ]
    consent = make_consent(
        scopes=frozenset({"openid", "write"}),
        resources=frozenset({"https://api.example"}),
        claims=frozenset({"phone_number"}),
        granted_at=EARLIER,
    )

    (access,) = sum_up(make_env(), grants, [consent])

    assert access.client_id == CLIENT
    assert access.since == EARLIER
    assert access.allows == (
        "Know who you are",
        "read",
        "write",
        Phrase("Read about you: {claim}", claim="email"),
        Phrase("Read about you: {claim}", claim="phone number"),
        Phrase("for {resource}", resource="https://api.example"),
    )


def test_a_client_that_is_not_configured_any_more_has_its_id_for_a_name() -> None:
    gone = make_grant(1, client_id=ClientId("gone"))
    assert [each.name for each in sum_up(make_env(), [gone], [])] == ["gone"]


def test_accesses_are_in_the_order_of_the_clients_names() -> None:
    grants = [make_grant(n, client_id=ClientId(name)) for n, name in enumerate(("b", "A", "c"))]
    assert [each.name for each in sum_up(make_env(), grants, [])] == ["A", "b", "c"]


def test_without_grants_and_consents_nobody_has_access() -> None:
    assert sum_up(make_env(), [], []) == ()
