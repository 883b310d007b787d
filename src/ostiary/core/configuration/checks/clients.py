"""Clients: their ids, and the names that they use."""

from collections.abc import Collection, Iterator, Sequence

from ostiary.core.base.ids import is_uuid
from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import (
    PlacedClient,
    Subject,
    Uniqueness,
    clients,
    environments,
    refuse_repeated,
)
from ostiary.core.configuration.problems import Path, Problem, did_you_mean, error
from ostiary.core.model.environment import Face

_INSTEAD = {"implicit": 'what a sign-on hands out is said by response_types = ["token"]'}
"""What to write for words of other servers."""


def check_client_ids(subject: Subject) -> Iterator[Problem]:
    """Refuse a client_id that two clients have, or that PingOne's clients would not accept."""
    for path, environment_key, environment in environments(subject):
        ids = Uniqueness()
        for key, client in environment.clients.items():
            here: Path = (*path, "clients", key, "client_id")
            client_id = implied.client_id(environment_key, environment, key, client)
            yield from refuse_repeated(ids, client_id, here, "is the client_id of")
            if environment.face is Face.PINGONE and not is_uuid(client_id):
                yield error(
                    here,
                    'must be a UUID in lower case in an environment with face = "pingone"',
                    "leave it out to have one derived from the client's name",
                )


def check_names(subject: Subject) -> Iterator[Problem]:
    """Refuse scopes, token managers, grants and methods that do not exist."""
    vocabulary = subject.vocabulary
    for placed in clients(subject):
        client, environment = placed.client, placed.environment
        managers = implied.token_managers(environment)
        yield from _known(placed, "scopes", client.scopes, environment.scopes, "scope")
        yield from _known(
            placed, "token_managers", client.token_managers, managers, "token manager"
        )
        yield from _built_in(placed, "grant_types", client.grant_types, vocabulary.grant_types)
        yield from _built_in(placed, "auth_methods", client.auth_methods, vocabulary.auth_methods)


def _known(
    placed: PlacedClient, field: str, used: Sequence[str], known: Collection[str], what: str
) -> Iterator[Problem]:
    for index, name in enumerate(used):
        if name not in known:
            yield error(
                (*placed.path, field, index),
                f'"{name}" is not a {what} of this environment',
                did_you_mean(name, known),
            )


def _built_in(
    placed: PlacedClient, field: str, used: Sequence[str] | None, known: Collection[str]
) -> Iterator[Problem]:
    for index, name in enumerate(used or ()):
        if name not in known:
            hint = _INSTEAD.get(name) or did_you_mean(name, known)
            yield error(
                (*placed.path, field, index),
                f'"{name}" is not supported',
                hint or f"supported are {', '.join(sorted(known))}",
            )


def check_default_scopes(subject: Subject) -> Iterator[Problem]:
    """Refuse default scopes that the client may not ask for."""
    for placed in clients(subject):
        for index, scope in enumerate(placed.client.default_scopes):
            if scope not in placed.client.scopes:
                yield error(
                    (*placed.path, "default_scopes", index),
                    f'"{scope}" is not one of the scopes of this client',
                    did_you_mean(scope, placed.client.scopes),
                )


def check_types(subject: Subject) -> Iterator[Problem]:
    """Refuse PingOne's application types elsewhere, and a worker with any other grant.

    Spec: PingOne "Applications": an internal client has client_credentials alone.
    """
    for placed in clients(subject):
        client = placed.client
        if client.type is None:
            continue
        if placed.environment.face is not Face.PINGONE:
            yield error(
                (*placed.path, "type"), 'belongs to an environment with face = "pingone" only'
            )
        elif client.type == "worker" and set(implied.grant_types(client)) != {implied.WORKER_GRANT}:
            yield error(
                (*placed.path, "grant_types"),
                f'must be ["{implied.WORKER_GRANT}"] for type = "worker"',
            )


def check_roles(subject: Subject) -> Iterator[Problem]:
    """Refuse roles of a client that is no worker: only a worker's own token carries them."""
    for placed in clients(subject):
        if placed.client.roles and placed.client.type != "worker":
            yield error((*placed.path, "roles"), 'belong to a client of type = "worker" only')
        if placed.client.managed_populations and not placed.client.roles:
            yield error((*placed.path, "managed_populations"), "belong to roles: it has none")
