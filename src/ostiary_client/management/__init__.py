"""Managing an environment with PingOne's management API: PingOne's own, or Ostiary's."""

from ostiary_client.management.async_calls import (
    AsyncApplications,
    AsyncPasswords,
    AsyncPopulations,
    AsyncUsers,
    AsyncUserSessions,
)
from ostiary_client.management.calls import (
    Applications,
    Passwords,
    Populations,
    Users,
    UserSessions,
)
from ostiary_client.management.filters import Attribute, Filter, where
from ostiary_client.management.management import AsyncManagement, Management
from ostiary_client.management.people import (
    PasswordState,
    PersonName,
    PostalAddress,
    User,
    UserSession,
)
from ostiary_client.management.resources import (
    Application,
    ApplicationSecret,
    Environment,
    PasswordPolicy,
    Population,
)
from ostiary_client.management.user_members import AddressMembers, NameMembers, UserMembers

__all__ = [
    "AddressMembers",
    "Application",
    "ApplicationSecret",
    "Applications",
    "AsyncApplications",
    "AsyncManagement",
    "AsyncPasswords",
    "AsyncPopulations",
    "AsyncUserSessions",
    "AsyncUsers",
    "Attribute",
    "Environment",
    "Filter",
    "Management",
    "NameMembers",
    "PasswordPolicy",
    "PasswordState",
    "Passwords",
    "PersonName",
    "Population",
    "Populations",
    "PostalAddress",
    "User",
    "UserMembers",
    "UserSession",
    "UserSessions",
    "Users",
    "where",
]
