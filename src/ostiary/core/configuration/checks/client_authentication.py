"""Clients as wholes: whether what they may do and how they prove themselves fit together."""

from collections.abc import Iterator

from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import PlacedClient, Subject, clients
from ostiary.core.configuration.problems import Path, Problem, error, warning
from ostiary.core.model.client import AuthMethod

OFFLINE_ACCESS = "offline_access"
REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a grant's name
_BY_SECRET = frozenset(
    {
        AuthMethod.CLIENT_SECRET_BASIC,
        AuthMethod.CLIENT_SECRET_POST,
        AuthMethod.CLIENT_SECRET_JWT,
    }
)
_BY_ASSERTION = frozenset({AuthMethod.CLIENT_SECRET_JWT, AuthMethod.PRIVATE_KEY_JWT})


def check_methods(subject: Subject) -> Iterator[Problem]:
    """Refuse methods that exclude each other, and clients that lack what a method needs."""
    for placed in clients(subject):
        client = placed.client
        methods = frozenset(implied.auth_methods(client))
        path: Path = (*placed.path, "auth_methods")
        if not methods:
            yield error(path, "must not be empty", 'a public client has ["none"]')
        if AuthMethod.NONE in methods and len(methods) > 1:
            yield error(path, '"none" cannot stand beside another method')
        if (by_secret := sorted(methods & _BY_SECRET)) and client.secret is None:
            yield error((*placed.path, "secret"), f"is missing: {by_secret[0]} needs it")
        if AuthMethod.PRIVATE_KEY_JWT in methods and client.jwks is None:
            yield error((*placed.path, "jwks"), "is missing: private_key_jwt needs it")
        yield from _check_idle(placed, methods)


def _check_idle(placed: PlacedClient, methods: frozenset[str]) -> Iterator[Problem]:
    """Point out credentials that no method asks for."""
    client, path = placed.client, placed.path
    if client.secret is not None and not methods & _BY_SECRET:
        yield warning((*path, "secret"), "is never asked for by the methods of this client")
    if client.jwks is not None and AuthMethod.PRIVATE_KEY_JWT not in methods:
        yield warning((*path, "jwks"), "is never asked for by the methods of this client")
    if client.previous_secret is not None and client.secret is None:
        yield error((*path, "previous_secret"), "needs a secret that replaces it")
    if client.issuer_audience_only and not methods & _BY_ASSERTION:
        yield warning((*path, "issuer_audience_only"), "has no effect without assertions")


def check_client_credentials(subject: Subject) -> Iterator[Problem]:
    """Refuse client_credentials, and introspection, to a client that proves nothing.

    Spec: RFC 6749 §4.4 (confidential clients only); PingOne "Applications",
    tokenEndpointAuthMethod; RFC 7662 §2.1.
    """
    for placed in clients(subject):
        client = placed.client
        if AuthMethod.NONE not in implied.auth_methods(client):
            continue
        hint = "give it a secret or jwks"
        field = "grant_types" if client.auth_methods is None else "auth_methods"
        if implied.WORKER_GRANT in implied.grant_types(client):
            yield error(
                (*placed.path, field),
                'client_credentials needs a client that authenticates; "none" does not',
                hint,
            )
        if client.may_introspect:
            yield error((*placed.path, "may_introspect"), "needs a client that authenticates", hint)


def check_offline_access(subject: Subject) -> Iterator[Problem]:
    """Refuse offline_access to a client without refresh tokens.

    Spec: OpenID Connect Core §11; PingOne "Applications".
    """
    for placed in clients(subject):
        scopes = placed.client.scopes
        if OFFLINE_ACCESS in scopes and REFRESH_TOKEN not in implied.grant_types(placed.client):
            yield error(
                (*placed.path, "scopes", scopes.index(OFFLINE_ACCESS)),
                f'"{OFFLINE_ACCESS}" is valid with the grant type {REFRESH_TOKEN} only',
            )


def check_purpose(subject: Subject) -> Iterator[Problem]:
    """Point out clients that can do nothing."""
    for placed in clients(subject):
        client = placed.client
        does_something = implied.grant_types(client) or implied.response_types(client)
        if not does_something and not client.may_introspect:
            grant = implied.CODE_GRANT if client.redirect_uris else implied.WORKER_GRANT
            yield warning(
                placed.path,
                "can do nothing: it has no grant_types and may not introspect",
                f'give it grant_types = ["{grant}"], for example',
            )
