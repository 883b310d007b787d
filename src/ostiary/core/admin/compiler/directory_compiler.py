"""Directories that are kept elsewhere, compiled from their documents."""

from dataclasses import dataclass

from ostiary.core.admin.bind_passwords import open_bind_password
from ostiary.core.admin.bodies import DirectoryBody
from ostiary.core.admin.contents import ConfigurationBrokenError, Contents, describe, select
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.model.ldap_directory import (
    LOCAL,
    ConnectionSecurity,
    GroupSearch,
    LDAPDirectory,
    LDAPServer,
    PasswordChange,
)
from ostiary.core.ports.configuration import DocumentId

_PORTS = {
    ConnectionSecurity.TLS: 636,
    ConnectionSecurity.STARTTLS: 389,
    ConnectionSecurity.NONE: 389,
}


@dataclass(frozen=True, slots=True)
class _Style:
    """What the fields of a directory are by default."""

    users_filter: str
    username_filter: str
    username_attribute: str
    id_attribute: str
    changed_attribute: str
    must_change: tuple[str, str]


_STANDARD = _Style(
    users_filter="(objectClass=inetOrgPerson)",
    username_filter="(|(uid={username})(mail={username}))",
    username_attribute="uid",
    id_attribute="entryUUID",
    changed_attribute="pwdChangedTime",
    must_change=("pwdReset", "TRUE"),
)
_ACTIVE_DIRECTORY = _Style(
    users_filter="(&(objectCategory=person)(objectClass=user))",
    username_filter="(|(sAMAccountName={username})(userPrincipalName={username})(mail={username}))",
    username_attribute="sAMAccountName",
    id_attribute="objectGUID",
    changed_attribute="pwdLastSet",
    must_change=("pwdLastSet", "0"),
)
_STYLES = {"standard": _STANDARD, "active_directory": _ACTIVE_DIRECTORY}


def compile_directories(documents: Contents, sealer: Sealer) -> dict[str, LDAPDirectory]:
    """Return the directories of one environment by key.

    Args: documents are those of this environment only.
    Raises: ConfigurationBrokenError, SealBrokenError.
    """
    return {
        place.key: _compile(place, body, sealer) for place, body in select(documents, DirectoryBody)
    }


def compile_order(
    order: tuple[str, ...] | None, known: dict[str, LDAPDirectory]
) -> tuple[str, ...]:
    """Return the order in which the directories of one environment are asked.

    Raises: ConfigurationBrokenError.
    """
    if order is None:
        return (LOCAL, *known)
    for key in order:
        if key != LOCAL and key not in known:
            raise ConfigurationBrokenError(f"directory_order: directory {key} does not exist")
    return order


def _compile(place: DocumentId, body: DirectoryBody, sealer: Sealer) -> LDAPDirectory:
    style = _STYLES.get(body.style)
    if style is None or not body.servers:
        raise ConfigurationBrokenError(f"{describe(place)}: has no such style, or no server")
    bind_password = open_bind_password(place, body, sealer)
    if bool(body.bind_dn) is not bool(bind_password):
        raise ConfigurationBrokenError(f"{describe(place)}: has half of an account")
    return LDAPDirectory(
        key=place.key,
        servers=tuple(_server(text, _PORTS[body.security]) for text in body.servers),
        base_dn=body.base_dn,
        security=body.security,
        authorities=body.authorities or "",
        bind_dn=body.bind_dn,
        bind_password=bind_password,
        users_filter=body.users_filter or style.users_filter,
        username_filter=body.username_filter or style.username_filter,
        username_attribute=body.username_attribute or style.username_attribute,
        id_attribute=body.id_attribute or style.id_attribute,
        attributes=body.attributes,
        groups=_groups(body),
        changed_attribute=body.changed_attribute or style.changed_attribute,
        must_change=style.must_change,
        password_change=body.password_change or PasswordChange.OFF,
        timeout_seconds=body.timeout_seconds,
        pause_seconds=body.pause_seconds,
        connections=body.connections,
    )


def _server(text: str, port: int) -> LDAPServer:
    host, colon, named = text.rpartition(":")
    if not colon or text.endswith("]"):
        return LDAPServer(text.strip("[]"), port)
    return LDAPServer(host.strip("[]"), int(named))


def _groups(body: DirectoryBody) -> GroupSearch | None:
    groups = body.groups
    if groups is None:
        return None
    return GroupSearch(groups.attribute, groups.base_dn, groups.filter, groups.name_attribute)
