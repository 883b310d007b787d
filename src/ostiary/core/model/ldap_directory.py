"""A directory that is reached by LDAP: where it is, whom it knows, and how they are found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

LOCAL = "local"
"""Key of the directory that every environment has: the users in the store."""


USUAL_ATTRIBUTES: Mapping[str, str] = {
    "email": "mail",
    "given_name": "givenName",
    "family_name": "sn",
    "name": "cn",
    "phone_number": "telephoneNumber",
}
"""Names that a directory of people has for what standard claims are about, by those of ours."""


class ConnectionSecurity(StrEnum):
    """What protects what is said to a directory's server."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    """Nothing does: for a server on this machine."""


class PasswordChange(StrEnum):
    """How a directory is given another password for one of its users.

    Spec: RFC 3062 (`extended`).
    """

    OFF = "off"
    EXTENDED = "extended"
    MODIFY = "modify"
    """The attribute `userPassword` is replaced."""
    UNICODE = "unicode"
    """The attribute `unicodePwd` is, as Active Directory wants it."""


class LDAPServer(NamedTuple):
    """One of the servers that all know the same."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class GroupSearch:
    """How the groups of a user are found.

    Args:
        attribute: of ours, which gets their names.
        filter: with `{dn}` in the place of the user's name in the directory.
        name: attribute of a group that has its name.
    """

    attribute: str
    base_dn: str
    filter: str
    name: str


@dataclass(frozen=True, slots=True)
class LDAPDirectory:
    """Everything that is configured of one directory.

    Args:
        servers: in the order in which they are asked.
        authorities: certificates in PEM form that theirs come from; "" for the system's.
        bind_dn, bind_password: as whom users are looked for; "" for as nobody.
        users_filter: what every user matches.
        username_filter: with `{username}` in the place of what a person has typed.
        id_attribute: holds a UUID, as text or in sixteen bytes.
        attributes: the directory's name of an attribute by ours.
        changed_attribute: says when the password was last changed.
        must_change: attribute and value that let a password be good only for choosing another one;
            None where there is no such thing.
        timeout_seconds: until then it has answered, or counts as out of order.
        connections: threads of a worker that speak with it, each with connections of its own.
        pause_seconds: a server that has failed is left alone for so long.
    """

    key: str
    servers: tuple[LDAPServer, ...]
    base_dn: str
    security: ConnectionSecurity = ConnectionSecurity.TLS
    authorities: str = field(default="", repr=False)
    bind_dn: str = ""
    bind_password: str = field(default="", repr=False)
    users_filter: str = "(objectClass=inetOrgPerson)"
    username_filter: str = "(|(uid={username})(mail={username}))"
    username_attribute: str = "uid"
    id_attribute: str = "entryUUID"
    attributes: Mapping[str, str] = field(default_factory=dict)
    groups: GroupSearch | None = None
    changed_attribute: str = "pwdChangedTime"
    must_change: tuple[str, str] | None = None
    password_change: PasswordChange = PasswordChange.OFF
    timeout_seconds: float = 2.0
    connections: int = 4
    pause_seconds: float = 10.0
