"""Directories of users that are kept elsewhere, as the configuration has them."""

import re
from itertools import accumulate
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictInt

from ostiary.core.configuration.field_types import MAX_PORT, KeyName, is_host
from ostiary.core.configuration.schema_certificates import CertificateSource
from ostiary.core.configuration.schema_secrets import Secret, Settings
from ostiary.core.model.ldap_directory import USUAL_ATTRIBUTES, ConnectionSecurity, PasswordChange

MAX_FILTER_CHARACTERS = 2048
MAX_ATTRIBUTE_CHARACTERS = 128
_TYPE_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-")
_SECRETS = frozenset(
    {
        *("userpassword", "2.5.4.35", "authpassword", "1.3.6.1.4.1.4203.1.3.4", "pwdhistory"),
        *("unicodepwd", "1.2.840.113556.1.4.90", "sambantpassword", "krbprincipalkey"),
    }
)
_ESCAPE = re.compile(r"\\(?![0-9A-Fa-f]{2})")


def _check_server(text: str) -> str:
    host, port = split_server(text)
    if not is_host(f"[{host}]" if ":" in host else host):
        raise ValueError('must be a host in lower case, "ldap.example.com" or "10.0.0.1:636"')
    if port is not None and not 0 < port <= MAX_PORT:
        raise ValueError("must have a port between 1 and 65535")
    return text


def split_server(text: str) -> tuple[str, int | None]:
    """Split a server into its host, without brackets, and its port, if it names one."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]") or not port.isdecimal():
        return text.strip("[]"), None
    return host.strip("[]"), int(port)


def _check_attribute(text: str) -> str:
    is_short = 0 < len(text) <= MAX_ATTRIBUTE_CHARACTERS
    if not is_short or not set(text) <= _TYPE_CHARACTERS or not text[0].isalnum():
        raise ValueError("must be the name of an attribute: letters, digits and dashes")
    if text.lower() in _SECRETS:
        raise ValueError("must not be an attribute that holds passwords")
    return text


def _check_dn(text: str) -> str:
    kind, _, value = text.partition("=")
    if not kind.strip() or not set(kind.strip()) <= _TYPE_CHARACTERS or not value or "\0" in value:
        raise ValueError('must be the name of an entry, such as "ou=people,dc=example,dc=com"')
    return text


def _check_filter(text: str) -> str:
    """Refuse what is no filter; what is written in it is for the directory to understand.

    Spec: RFC 4515 §3.
    """
    depths = list(accumulate((each == "(") - (each == ")") for each in text))
    is_one = text.startswith("(") and depths[-1] == 0 and all(depths[:-1])
    if not is_one or _ESCAPE.search(text) or "\0" in text:
        raise ValueError('must be one filter with all its parentheses: "(objectClass=person)"')
    if len(text) > MAX_FILTER_CHARACTERS:
        raise ValueError(f"must have at most {MAX_FILTER_CHARACTERS} characters")
    return text


def _check_plain_filter(text: str) -> str:
    if "{" in text:
        raise ValueError("must not hold a name in braces: nothing is put in its place")
    return _check_filter(text)


def _check_username_filter(text: str) -> str:
    return _check_filter(_check_placeholder(text, "{username}"))


def _check_group_filter(text: str) -> str:
    return _check_filter(_check_placeholder(text, "{dn}"))


def _check_placeholder(text: str, name: str) -> str:
    if name not in text or "{" in text.replace(name, ""):
        raise ValueError(f"must hold {name}, and no other name in braces")
    return text


AttributeType = Annotated[str, AfterValidator(_check_attribute)]
DirectoryName = Annotated[str, Field(max_length=1024), AfterValidator(_check_dn)]
ServerName = Annotated[str, AfterValidator(_check_server)]


class GroupSearchSettings(Settings):
    """How the groups are found that a user is in."""

    base_dn: DirectoryName = Field(description="Below which entry they are looked for.")
    filter: Annotated[str, AfterValidator(_check_group_filter)] = Field(
        default="(&(objectClass=groupOfNames)(member={dn}))",
        description="What they match; `{dn}` stands for the name of the user's entry.",
    )
    name_attribute: AttributeType = Field(
        default="cn", description="Attribute of a group that has its name."
    )
    attribute: Annotated[str, Field(min_length=1, max_length=128)] = Field(
        default="groups", description="Attribute of the user, here, that gets the names."
    )


class DirectorySettings(Settings):
    """A directory that is reached by LDAP, and whose users sign on here.

    Needs the extra `ldap` of the package.
    """

    servers: tuple[ServerName, ...] = Field(
        min_length=1,
        max_length=8,
        description="Its servers, `host` or `host:port`, in the order in which they are asked: the "
        "next one when one is out of order; default port: 636, with `starttls` and `none` 389.",
    )
    security: ConnectionSecurity = Field(
        default=ConnectionSecurity.TLS,
        description="`tls` and `starttls` verify the server's certificate and name; without TLS "
        "nothing is said to it. `none` is for a server on this machine.",
    )
    authorities: CertificateSource | None = Field(
        default=None,
        description="Path of the certificates in PEM form that the servers' come from; default: "
        "those that the system trusts.",
    )
    style: Literal["standard", "active_directory"] = Field(
        default="standard",
        description="What the other fields are by default: as OpenLDAP and its like have it, or "
        "as Active Directory does.",
    )
    bind_dn: Annotated[str, Field(max_length=1024)] = Field(
        default="",
        description="Name of the account by which users are looked for; Active Directory also "
        "takes `user@domain`. Default: nobody's.",
    )
    bind_password: Secret | None = Field(default=None, description="The password of that account.")
    base_dn: DirectoryName = Field(description="Below which entry users are looked for.")
    users_filter: Annotated[str, AfterValidator(_check_plain_filter)] | None = Field(
        default=None,
        description="What every user matches; default: `(objectClass=inetOrgPerson)`, of Active "
        "Directory `(&(objectCategory=person)(objectClass=user))`.",
    )
    username_filter: Annotated[str, AfterValidator(_check_username_filter)] | None = Field(
        default=None,
        description="What a user matches who is meant by a name; `{username}` stands for what was "
        "typed. Default: `(|(uid={username})(mail={username}))`, of Active Directory "
        "`(|(sAMAccountName={username})(userPrincipalName={username})(mail={username}))`.",
    )
    username_attribute: AttributeType | None = Field(
        default=None,
        description="Attribute that has the username; default: `uid`, of Active Directory "
        "`sAMAccountName`.",
    )
    id_attribute: AttributeType | None = Field(
        default=None,
        description="Attribute with a UUID that no second entry ever gets; default: `entryUUID`, "
        "of Active Directory `objectGUID`.",
    )
    attributes: dict[Annotated[str, Field(min_length=1, max_length=128)], AttributeType] = Field(
        default_factory=lambda: dict(USUAL_ATTRIBUTES),
        description="Attributes of users here, each with its name there.",
    )
    groups: GroupSearchSettings | None = Field(
        default=None,
        description="How groups are looked for; default: not at all. Where users have them in an "
        'attribute, that is quicker: `attributes = { groups = "memberOf" }`.',
    )
    changed_attribute: AttributeType | None = Field(
        default=None,
        description="Attribute that says when the password was last changed; whoever signed on "
        "before signs on again. Default: `pwdChangedTime`, of Active Directory `pwdLastSet`.",
    )
    password_change: PasswordChange | None = Field(
        default=None,
        description="How passwords are changed: `off`, `extended` (RFC 3062), `modify` "
        "(`userPassword`) or `unicode` (`unicodePwd`); default: `off`.",
    )
    timeout_seconds: StrictInt = Field(
        default=2,
        ge=1,
        le=30,
        description="Whoever wants something of it waits so long at most.",
    )
    pause_seconds: StrictInt = Field(
        default=10,
        ge=1,
        le=3600,
        description="A server that has failed is not asked again for so long.",
    )
    connections: StrictInt = Field(
        default=4,
        ge=1,
        le=32,
        description="So many requests of one worker are with it at one time; a few more wait.",
    )


DirectoryKeys = Annotated[tuple[KeyName, ...], Field(max_length=16)]
