"""Directories that are kept elsewhere: protected on the way, and named where they are."""

from collections.abc import Iterator

from ostiary.core.configuration.certificate_files import read_certificates
from ostiary.core.configuration.checks.secrets import PlacedSecret, fetch
from ostiary.core.configuration.checks.subject import (
    PlacedDirectory,
    Subject,
    directories,
    environments,
)
from ostiary.core.configuration.field_types import is_loopback
from ostiary.core.configuration.problems import Path, Problem, did_you_mean, error
from ostiary.core.configuration.schema_directories import split_server
from ostiary.core.crypto.certificate_authorities import CertificatesRefusedError
from ostiary.core.model.ldap_directory import LOCAL, ConnectionSecurity, PasswordChange

_CATALOGUE_PORTS = frozenset({3268, 3269})


def check_references(subject: Subject) -> Iterator[Problem]:
    """Refuse orders that name a directory which is not there, or one twice."""
    for path, _, environment in environments(subject):
        known = (LOCAL, *environment.directories)
        orders: list[tuple[Path, tuple[str, ...]]] = [
            ((*path, "directory_order"), environment.directory_order or ())
        ]
        for key, step in environment.steps.items():
            orders.append(((*path, "steps", key, "directories"), step.directories))
        for here, order in orders:
            yield from _check_order(here, order, known)
        if environment.directory_order == ():
            yield error((*path, "directory_order"), "must name a directory: nobody could sign on")


def check_connections(subject: Subject) -> Iterator[Problem]:
    """Refuse directories to which passwords would travel readable, or that nothing can ask."""
    for placed in directories(subject):
        if placed.key == LOCAL:
            yield error(placed.path, "has the name of the directory that is always there")
        if not subject.vocabulary.has_ldap:
            yield error(
                placed.path, "needs python-ldap", "install ostiary with its extra: ostiary[ldap]"
            )
        yield from _check_security(placed)
        yield from _check_catalogue(placed)
        yield from _check_account(subject, placed)
        yield from _check_authorities(subject, placed)


def _check_order(here: Path, order: tuple[str, ...], known: tuple[str, ...]) -> Iterator[Problem]:
    for index, key in enumerate(order):
        if key not in known:
            hint = did_you_mean(key, known)
            yield error((*here, index), f'"{key}" is not a directory of this environment', hint)
        elif key in order[:index]:
            yield error((*here, index), "is named twice")


def _check_security(placed: PlacedDirectory) -> Iterator[Problem]:
    if placed.directory.security is not ConnectionSecurity.NONE:
        return
    hosts = [split_server(server)[0] for server in placed.directory.servers]
    if not all(map(is_loopback, hosts)):
        yield error(
            (*placed.path, "security"),
            "lets everybody between here and there read passwords",
            'use "tls" or "starttls", or a server on this machine',
        )
    elif placed.directory.password_change is PasswordChange.UNICODE:
        yield error((*placed.path, "password_change"), "needs TLS: the directory refuses it else")


def _check_catalogue(placed: PlacedDirectory) -> Iterator[Problem]:
    """Refuse to change passwords where Active Directory lets nothing be changed."""
    if placed.directory.password_change is not PasswordChange.UNICODE:
        return
    for index, server in enumerate(placed.directory.servers):
        if split_server(server)[1] in _CATALOGUE_PORTS:
            yield error(
                (*placed.path, "servers", index),
                "is a global catalogue, which changes no passwords",
                "leave password_change out, or name a domain's own servers (port 636)",
            )


def _check_account(subject: Subject, placed: PlacedDirectory) -> Iterator[Problem]:
    source, path = placed.directory.bind_password, (*placed.path, "bind_password")
    if bool(placed.directory.bind_dn) != (source is not None):
        missing = "bind_password" if placed.directory.bind_dn else "bind_dn"
        yield error(
            (*placed.path, missing), "is missing: bind_dn and bind_password belong together"
        )
    if placed.directory.password_change not in (None, PasswordChange.OFF) and source is None:
        yield error((*placed.path, "password_change"), "needs an account that may change passwords")
    if source is None:
        return
    if source.generate:
        yield error(path, "cannot be generated: the directory has it, too")
    yield from fetch(subject, PlacedSecret(path, source))
    if source.value is not None:
        hint = 'refer to it: { env = "NAME" } or { file = "PATH" }'
        yield subject.plain_secret(path, "stands here in plain text", hint)


def _check_authorities(subject: Subject, placed: PlacedDirectory) -> Iterator[Problem]:
    source = placed.directory.authorities
    if source is None:
        return
    try:
        read_certificates(source, subject.surroundings)
    except CertificatesRefusedError as refusal:
        yield error((*placed.path, "authorities"), str(refusal))
