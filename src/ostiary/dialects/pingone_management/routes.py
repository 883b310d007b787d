"""Every path that the management API serves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ostiary.core.admin.callers import Callers
from ostiary.core.admin.client_secrets import ClientSecrets
from ostiary.core.admin.populations import PopulationAdministration
from ostiary.core.admin.recovery_codes import RecoveryCodes
from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.admin.user_editing import UserEditing
from ostiary.core.admin.user_passwords import UserPasswords
from ostiary.core.admin.user_search import UserSearch
from ostiary.core.admin.user_sessions import UserSessions
from ostiary.core.ports.configuration import Snapshots
from ostiary.dialects.pingone.paths import ENVIRONMENT_VARIABLE
from ostiary.dialects.pingone.tenancy import Tenancy
from ostiary.dialects.pingone_management.access import Access
from ostiary.dialects.pingone_management.applications import (
    APPLICATION_VARIABLE,
    ApplicationsEndpoint,
)
from ostiary.dialects.pingone_management.environments import EnvironmentsEndpoint
from ostiary.dialects.pingone_management.errors import render_error
from ostiary.dialects.pingone_management.known_users import USER_VARIABLE, KnownUsers
from ostiary.dialects.pingone_management.password_policies import (
    POLICY_VARIABLE,
    PasswordPoliciesEndpoint,
)
from ostiary.dialects.pingone_management.passwords import PasswordsEndpoint
from ostiary.dialects.pingone_management.populations import (
    POPULATION_VARIABLE,
    PopulationsEndpoint,
)
from ostiary.dialects.pingone_management.sessions import SESSION_VARIABLE, SessionsEndpoint
from ostiary.dialects.pingone_management.users import UsersEndpoint
from ostiary.http.route import BodyKind, CorsPolicy, Handler, RenderError, Route

ERRORS_BELOW: Mapping[str, RenderError] = MappingProxyType({"v1": render_error})
"""What is not there is refused in the shape of the rest."""
ENVIRONMENTS = "/v1/environments"
ENVIRONMENT = f"{ENVIRONMENTS}/{{{ENVIRONMENT_VARIABLE}}}"
USER = f"{ENVIRONMENT}/users/{{{USER_VARIABLE}}}"
_APPLICATION = f"/applications/{{{APPLICATION_VARIABLE}}}"
_SESSION = f"/sessions/{{{SESSION_VARIABLE}}}"
_Handlers = Mapping[str, Handler]


@dataclass(frozen=True, slots=True)
class PingOneManagement:
    """What the API stands on."""

    snapshots: Snapshots
    callers: Callers
    managed_users: UserAdministration
    user_editing: UserEditing
    user_passwords: UserPasswords
    recovery_codes: RecoveryCodes
    user_search: UserSearch
    user_sessions: UserSessions
    populations: PopulationAdministration
    client_secrets: ClientSecrets

    def routes(self) -> tuple[Route, ...]:
        """Return the table of endpoints.

        Spec: PingOne "Platform API".
        """
        tenancy = Tenancy(self.snapshots)
        access = Access(tenancy, self.callers)
        environments = EnvironmentsEndpoint(access)
        return (
            Route(
                ENVIRONMENTS,
                {"GET": environments.get_all},
                render_error,
                summary="The environment of the token",
            ),
            *(
                Route(
                    path,
                    handlers,
                    render_error,
                    body=BodyKind.ANY,
                    cors=CorsPolicy.CONFIGURED,
                    origins=tenancy.find_origins,
                    summary=summary,
                )
                for path, handlers, summary in (
                    (ENVIRONMENT, {"GET": environments.get}, "An environment"),
                    *self._of_environment(access),
                    *self._of_users(access),
                )
            ),
        )

    def _of_environment(self, access: Access) -> Iterator[tuple[str, _Handlers, str]]:
        populations = PopulationsEndpoint(access, self.populations)
        policies = PasswordPoliciesEndpoint(access)
        applications = ApplicationsEndpoint(access, self.client_secrets)
        yield (
            f"{ENVIRONMENT}/populations",
            {"GET": populations.get_all, "POST": populations.post},
            "Populations, and new ones",
        )
        yield (
            f"{ENVIRONMENT}/populations/{{{POPULATION_VARIABLE}}}",
            {"GET": populations.get, "PUT": populations.put, "DELETE": populations.delete},
            "A population",
        )
        yield (
            f"{ENVIRONMENT}/passwordPolicies",
            {"GET": policies.get_all},
            "What new passwords must be",
        )
        yield (
            f"{ENVIRONMENT}/passwordPolicies/{{{POLICY_VARIABLE}}}",
            {"GET": policies.get},
            "A password policy",
        )
        yield f"{ENVIRONMENT}/applications", {"GET": applications.get_all}, "Applications"
        yield ENVIRONMENT + _APPLICATION, {"GET": applications.get}, "An application"
        yield (
            f"{ENVIRONMENT}{_APPLICATION}/secret",
            {"GET": applications.get_secret, "POST": applications.post_secret},
            "An application's secret, and a new one",
        )

    def _of_users(self, access: Access) -> Iterator[tuple[str, _Handlers, str]]:
        known = KnownUsers(access, self.managed_users)
        users = UsersEndpoint(
            known, self.managed_users, self.user_editing, self.user_search, self.populations
        )
        passwords = PasswordsEndpoint(
            known, self.user_passwords, self.user_editing, self.recovery_codes
        )
        sessions = SessionsEndpoint(known, self.user_sessions)
        yield (
            f"{ENVIRONMENT}/users",
            {"GET": users.get_all, "POST": users.post},
            "Users, and new ones",
        )
        yield (
            USER,
            {
                "GET": users.get,
                "PUT": users.put,
                "PATCH": users.patch,
                "POST": users.post_action,
                "DELETE": users.delete,
            },
            "A user; POST locks and unlocks",
        )
        yield (
            f"{USER}/enabled",
            {"GET": users.get_enabled, "PUT": users.put_enabled},
            "Whether a user may sign on",
        )
        yield (
            f"{USER}/population",
            {"GET": users.get_population, "PUT": users.put_population},
            "The population of a user",
        )
        yield (
            f"{USER}/password",
            {"GET": passwords.get, "PUT": passwords.put, "POST": passwords.post},
            "A user's password: its state, set, reset, checked, unlocked",
        )
        yield (
            f"{USER}/sessions",
            {"GET": sessions.get_all, "DELETE": sessions.delete_all},
            "Where a user is signed on",
        )
        yield (
            USER + _SESSION,
            {"GET": sessions.get, "DELETE": sessions.delete},
            "A session of a user",
        )
