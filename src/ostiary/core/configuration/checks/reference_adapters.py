"""Reference adapters: ways to call them that are whole, and references to what there is."""

from collections.abc import Iterable, Iterator

from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import PlacedAdapter, Subject, reference_adapters
from ostiary.core.configuration.problems import Path, Problem, did_you_mean, error, warning
from ostiary.core.model.client import AuthMethod
from ostiary.core.model.faces import FACES

_OF_TOKENS = ("clients", "required_scopes", "user_tokens")


def check_references(subject: Subject) -> Iterator[Problem]:
    """Refuse token managers, clients and scopes that the environment does not have."""
    for placed in reference_adapters(subject):
        adapter, environment, path = placed.adapter, placed.environment, placed.path
        managers = implied.token_managers(environment)
        if adapter.token_manager is not None and adapter.token_manager not in managers:
            here: Path = (*path, "token_manager")
            yield _unknown(here, adapter.token_manager, "a token manager", managers)
        for index, key in enumerate(adapter.clients):
            if key not in environment.clients:
                yield _unknown((*path, "clients", index), key, "a client", environment.clients)
        for index, scope in enumerate(adapter.required_scopes):
            if scope not in environment.scopes:
                here = (*path, "required_scopes", index)
                yield _unknown(here, scope, "a scope", environment.scopes)


def check_callers(subject: Subject) -> Iterator[Problem]:
    """Refuse ways to call that are half there, and an adapter that nobody can call."""
    for placed in reference_adapters(subject):
        adapter, path = placed.adapter, placed.path
        if not FACES[placed.environment.face].has_reference_adapters:
            yield error(path, "has no place in an environment of this face")
        yield from _check_pair(placed)
        if adapter.token_manager is not None and not adapter.clients:
            yield error((*path, "clients"), "must name who may call with an access token")
        if adapter.token_manager is None:
            for name in _OF_TOKENS:
                if getattr(adapter, name):
                    yield error((*path, name), "says something of access tokens: set token_manager")
        if not any((adapter.username, adapter.token_manager, _has_certificates(placed))):
            yield error(
                path, "can be called by nobody", "set username, subject_dn or token_manager"
            )
        if _has_certificates(placed):
            yield from _check_certificates(subject, placed)
        yield from _warn_of_public_clients(placed)


def _check_pair(placed: PlacedAdapter) -> Iterator[Problem]:
    adapter = placed.adapter
    if (adapter.username is None) is not (adapter.pass_phrase is None):
        missing = "username" if adapter.username is None else "pass_phrase"
        yield error((*placed.path, missing), "is missing: username and pass_phrase go together")
    if adapter.pass_phrase is not None and adapter.pass_phrase.generate:
        yield error(
            (*placed.path, "pass_phrase"), "cannot be generated: the application has it, too"
        )
    if adapter.username is not None and ":" in adapter.username:
        yield error(
            (*placed.path, "username"), 'must not hold ":", where HTTP Basic ends a user name'
        )


def _has_certificates(placed: PlacedAdapter) -> bool:
    return placed.adapter.subject_dn is not None or placed.adapter.issuer_dn is not None


def _check_certificates(subject: Subject, placed: PlacedAdapter) -> Iterator[Problem]:
    named = "subject_dn" if placed.adapter.subject_dn is not None else "issuer_dn"
    path: Path = (*placed.path, named)
    if not placed.environment.client_authorities:
        yield error(path, "needs certificates of an authority, and client_authorities names none")
    server = subject.configuration.server
    if server.listeners.mutual_tls is None and server.proxies.certificate_header is None:
        yield warning(
            path,
            "takes certificates, and no listener asks for any",
            'give server.listeners.mutual_tls an address, such as "127.0.0.1:9032"',
        )


def _warn_of_public_clients(placed: PlacedAdapter) -> Iterator[Problem]:
    for index, key in enumerate(placed.adapter.clients):
        client = placed.environment.clients.get(key)
        if client is not None and AuthMethod.NONE in implied.auth_methods(client):
            yield warning(
                (*placed.path, "clients", index),
                "is a public client: whoever knows its client_id can get such tokens",
                "name a client that proves who it is",
            )


def _unknown(path: Path, name: str, kind: str, known: Iterable[str]) -> Problem:
    return error(
        path, f'"{name}" is not {kind} of this environment', did_you_mean(name, tuple(known))
    )
