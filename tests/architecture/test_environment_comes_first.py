"""No tenant is forgotten: whatever keeps or counts something asks for the environment first."""

import inspect
from collections.abc import Iterator

import pytest

from ostiary.core.admin.callers import Callers
from ostiary.core.admin.client_secrets import ClientSecrets
from ostiary.core.admin.populations import PopulationAdministration
from ostiary.core.admin.user_editing import UserEditing
from ostiary.core.admin.user_passwords import UserPasswords
from ostiary.core.admin.user_search import UserSearch
from ostiary.core.admin.user_sessions import UserSessions
from ostiary.core.federation.reference_callers import ReferenceCallers
from ostiary.core.federation.reference_id import ReferenceBackChannel
from ostiary.core.flow.approvals import Approvals
from ostiary.core.flow.browsers import BrowserSessions
from ostiary.core.flow.completion import Completion
from ostiary.core.flow.engine import FlowEngine
from ostiary.core.flow.walker import PolicyWalker
from ostiary.core.oauth.introspect import Introspection
from ostiary.core.oauth.metadata import Metadata
from ostiary.core.oauth.revocation import Revocation
from ostiary.core.oauth.token import TokenEndpoint
from ostiary.core.oidc.logout import Logout
from ostiary.core.oidc.logout_notices import LogoutNotifier
from ostiary.core.ports.authenticators import Authenticators
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.fetcher import Fetcher
from ostiary.core.ports.flows import Flows
from ostiary.core.ports.limiter import Limiter
from ostiary.core.ports.logout import LogoutNotices
from ostiary.core.ports.references import References
from ostiary.core.ports.sessions import Sessions
from ostiary.core.ports.stores import AccessTokens, Issuances
from ostiary.core.ports.user_grants import AuthorizationCodes, Consents, UserGrants
from ostiary.core.ports.users import PasswordAttempts, Users
from ostiary.core.signon.devices import Devices
from ostiary.core.signon.password import PasswordSignOn
from ostiary.core.signon.reference import ReferenceHandover
from ostiary.core.signon.second_factors import SecondFactors
from ostiary.core.tokens.inspect import TokenInspector
from ostiary.core.tokens.issue import TokenIssuer

ASKED = (
    AccessTokens,
    Approvals,
    Authenticators,
    AuthorizationCodes,
    BrowserSessions,
    Callers,
    ClientSecrets,
    Completion,
    Consents,
    Devices,
    Directory,
    Fetcher,
    FlowEngine,
    Flows,
    Introspection,
    Issuances,
    Limiter,
    Logout,
    LogoutNotices,
    LogoutNotifier,
    Metadata,
    PasswordAttempts,
    PasswordSignOn,
    PolicyWalker,
    PopulationAdministration,
    ReferenceBackChannel,
    ReferenceCallers,
    ReferenceHandover,
    References,
    Revocation,
    SecondFactors,
    Sessions,
    TokenEndpoint,
    TokenInspector,
    TokenIssuer,
    UserEditing,
    UserGrants,
    UserPasswords,
    UserSearch,
    UserSessions,
    Users,
)


def _methods() -> Iterator[object]:
    for owner in ASKED:
        for name, method in inspect.getmembers(owner, inspect.isfunction):
            if not name.startswith("_"):
                yield pytest.param(method, id=f"{owner.__name__}.{name}")


@pytest.mark.parametrize("method", list(_methods()))
def test_SEC_226_SEC_231_the_environment_is_the_first_parameter_and_has_no_default(
    method: object,
) -> None:
    assert callable(method)
    _, first, *_ = inspect.signature(method).parameters.values()
    assert first.name == "env"
    assert first.default is inspect.Parameter.empty
