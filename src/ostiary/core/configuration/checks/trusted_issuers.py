"""Trusted issuers: told apart, with keys that can be had, and leading to what there is."""

from collections.abc import Iterable, Iterator

from ostiary.core.base.outbound import OutboundRefusedError, make_rules
from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import (
    Subject,
    Uniqueness,
    clients,
    environments,
    refuse_repeated,
)
from ostiary.core.configuration.problems import Path, Problem, did_you_mean, error, warning
from ostiary.core.configuration.schema import EnvironmentSettings
from ostiary.core.configuration.schema_issuers import TrustedIssuerSettings
from ostiary.core.crypto.foreign_jws import PUBLIC_KEY_ALGORITHMS
from ostiary.core.crypto.jwk_sets import KeyOfSetRefusedError, parse_public_keys
from ostiary.core.crypto.keys import KeyRefusedError
from ostiary.core.model.client import AuthMethod
from ostiary.core.model.environment import Face, SubjectKind
from ostiary.core.model.trusted_issuer import SubjectRule

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a grant's name


def check_issuers(subject: Subject) -> Iterator[Problem]:
    """Refuse issuers that could not be told apart, and scopes and clients that do not exist."""
    for path, key, environment in environments(subject):
        names, ours = Uniqueness(), _own_issuer(subject, key, environment)
        for name, issuer in environment.trusted_issuers.items():
            here: Path = (*path, "trusted_issuers", name)
            yield from refuse_repeated(names, issuer.issuer, (*here, "issuer"), "is the issuer of")
            if issuer.issuer == ours:
                yield error((*here, "issuer"), "is this environment itself")
            yield from _known(here, "scopes", issuer.scopes, environment.scopes, "a scope")
            yield from _known(here, "clients", issuer.clients, environment.clients, "a client")
            yield from _known(
                here, "algorithms", issuer.algorithms, PUBLIC_KEY_ALGORITHMS, "an algorithm", ""
            )
            if issuer.subject is SubjectRule.FOREIGN and (
                environment.subject is SubjectKind.USERNAME
            ):
                yield error(
                    (*here, "subject"),
                    'cannot be "foreign" where subject = "username": a user could have its name',
                )


def check_keys(subject: Subject) -> Iterator[Problem]:
    """Refuse issuers without keys, with both kinds, and keys that nobody may fetch or trust."""
    outbound = subject.configuration.server.outbound
    rules = make_rules(outbound.allow, outbound.ports, is_dev=subject.is_dev)
    for path, _, environment in environments(subject):
        for name, issuer in environment.trusted_issuers.items():
            here: Path = (*path, "trusted_issuers", name)
            if (issuer.jwks is None) is (issuer.jwks_url is None):
                yield error(here, "needs its keys: give either jwks or jwks_url")
            yield from _check_static(here, issuer)
            if issuer.jwks_url is not None:
                try:
                    rules.read(issuer.jwks_url)
                except OutboundRefusedError as refusal:
                    yield error((*here, "jwks_url"), refusal.message, "see [server.outbound]")


def check_effects(subject: Subject) -> Iterator[Problem]:
    """Refuse exchanges of what does not exist; point out settings that lead nowhere."""
    for path, _, environment in environments(subject):
        used = {
            grant
            for client in environment.clients.values()
            for grant in implied.grant_types(client)
        }
        if environment.trusted_issuers and used.isdisjoint({JWT_BEARER, TOKEN_EXCHANGE}):
            message = "have no effect: no client has a grant for their tokens"
            yield warning((*path, "trusted_issuers"), message, f'add "{JWT_BEARER}" to one')
    for placed in clients(subject):
        exchange, environment = placed.client.token_exchange, placed.environment
        here: Path = (*placed.path, "token_exchange")
        grants = implied.grant_types(placed.client)
        issuers = environment.trusted_issuers
        yield from _known(here, "clients", exchange.clients, environment.clients, "a client")
        yield from _known(here, "issuers", exchange.issuers, issuers, "a trusted issuer")
        audiences = [resource.audience for resource in environment.resources.values()]
        yield from _known(here, "audiences", exchange.audiences, audiences, "an audience")
        if TOKEN_EXCHANGE not in grants:
            if "token_exchange" in placed.client.model_fields_set:
                yield warning(here, f"has no effect without the grant type {TOKEN_EXCHANGE}")
        elif AuthMethod.NONE in implied.auth_methods(placed.client):
            yield error(
                (*placed.path, "grant_types"),
                f'"{TOKEN_EXCHANGE}" is for clients that prove who they are',
                "give it a secret or a key",
            )


def _check_static(here: Path, issuer: TrustedIssuerSettings) -> Iterator[Problem]:
    if issuer.jwks is None:
        return
    path: Path = (*here, "jwks", "keys")
    if not issuer.jwks.keys:
        yield error(path, "must have at least one key")
    try:
        parse_public_keys(issuer.jwks.keys)
    except KeyOfSetRefusedError as refusal:
        yield error((*path, refusal.index), str(refusal))
    except KeyRefusedError as refusal:
        yield error(path, str(refusal))


def _own_issuer(subject: Subject, key: str, environment: EnvironmentSettings) -> str:
    base = implied.base_url(subject.configuration, environment)
    if environment.face is not Face.PINGONE:
        return base
    return f"{base}/{implied.environment_id(key, environment)}/as"


def _known(  # noqa: PLR0913, PLR0917 - one parameter a fact
    here: Path,
    field: str,
    used: Iterable[str],
    known: Iterable[str],
    what: str,
    where: str = " of this environment",
) -> Iterator[Problem]:
    names = tuple(known)
    for index, name in enumerate(used):
        if name not in names:
            path: Path = (*here, field, index)
            yield error(path, f'"{name}" is not {what}{where}', did_you_mean(name, names))
