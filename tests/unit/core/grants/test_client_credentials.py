"""client_credentials: a decision about scopes, and nothing else."""

import pytest

from ostiary.core.base.errors import OAuthError
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.clientauth.contract import Presented
from ostiary.core.grants.client_credentials import ClientCredentials
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.client import AuthMethod, Client
from tests.support.app import run_now
from tests.support.environments import make_environment
from tests.support.tenants import make_client

SENDER = Presented("192.0.2.1", ("/as/token.oauth2",))


def _authorize(client: Client, *, scope: str = "") -> Authorization:
    params = Params.from_pairs([("scope", scope)])
    return run_now(ClientCredentials().authorize(make_environment(), client, params, SENDER))


def test_the_client_acts_for_itself_and_spends_nothing() -> None:
    client = make_client("c")
    granted = _authorize(client, scope="write read")
    assert granted.client is client
    assert str(granted.scopes) == "write read"
    assert granted.subject is None
    assert granted.redeems == ()


def test_SEC_46_a_public_client_gets_nothing() -> None:
    with pytest.raises(OAuthError) as refused:
        _authorize(make_client("p", AuthMethod.NONE))
    assert refused.value.code == "unauthorized_client"


@pytest.mark.parametrize("scope", ["offline_access", "read offline_access", ""])
def test_S4_33_offline_access_needs_a_user(scope: str) -> None:
    everything = ScopeSet.parse("read offline_access")
    client = make_client("c", scopes=frozenset(everything.names), default_scopes=everything)
    with pytest.raises(OAuthError) as refused:
        _authorize(client, scope=scope)
    assert refused.value.code == "invalid_scope"
