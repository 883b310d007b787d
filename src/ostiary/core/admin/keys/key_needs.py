"""Who must be able to sign: every JWT token manager, and each environment for all the rest."""

from collections.abc import Iterator
from dataclasses import dataclass

from ostiary.core.admin.bodies import (
    EnvironmentBody,
    SigningKeyBody,
    TokenManagerBody,
    own_key_set,
)
from ostiary.core.admin.contents import Contents, find, select
from ostiary.core.crypto.keys import Algorithm
from ostiary.core.model.environment import ENVIRONMENT_KEYS
from ostiary.core.model.token_manager import TokenKind
from ostiary.core.ports.configuration import DocumentId


class UnknownKeySetError(LookupError):
    """No such environment, key set or algorithm; the message says which."""


@dataclass(frozen=True, slots=True)
class KeyNeed:
    """One algorithm that one key set must be able to sign with.

    Args:
        name: what the operator wants the first key to be called.
        lifetime_seconds: of the tokens that are signed so.
    """

    environment: str
    key_set: str
    algorithm: Algorithm
    name: str | None = None
    lifetime_seconds: int = 0


def find_needs(contents: Contents, environment: str) -> tuple[KeyNeed, ...]:
    """Return what an environment and its managers must be able to sign with.

    No two managers share a key set: the key alone tells which of them issued a token.
    """
    return (
        *_needs_of_environment(contents, environment),
        *_needs_of_managers(contents, environment),
    )


def choose_needs(
    contents: Contents,
    environment: str,
    key_set: str | None = None,
    algorithm: str | None = None,
) -> tuple[KeyNeed, ...]:
    """Return what of an environment shall rotate: everything, or one set or algorithm of it.

    Raises: UnknownKeySetError.
    """
    if find(contents, EnvironmentBody, environment, environment) is None:
        raise UnknownKeySetError(f'there is no environment "{environment}"')
    chosen = tuple(
        need
        for need in find_needs(contents, environment)
        if key_set in (None, need.key_set) and algorithm in (None, need.algorithm)
    )
    if not chosen:
        raise UnknownKeySetError(
            f'environment "{environment}" has no {algorithm or "signing"} keys'
            + (f' in a key set "{key_set}"' if key_set else "")
        )
    return chosen


def keys_of(contents: Contents, need: KeyNeed) -> tuple[tuple[DocumentId, SigningKeyBody], ...]:
    """Return the keys that a need has now, in the order in which they sign."""
    found = (
        (place, body)
        for place, body in select(contents, SigningKeyBody, need.environment)
        if body.set == need.key_set and body.algorithm == need.algorithm
    )
    return tuple(sorted(found, key=lambda item: item[1].active_from))


def _needs_of_environment(contents: Contents, environment: str) -> Iterator[KeyNeed]:
    for _, body in select(contents, EnvironmentBody, environment):
        for algorithm in body.algorithms:
            yield KeyNeed(environment, ENVIRONMENT_KEYS, algorithm)


def _needs_of_managers(contents: Contents, environment: str) -> Iterator[KeyNeed]:
    for place, manager in select(contents, TokenManagerBody, environment):
        if manager.kind is TokenKind.JWT:
            yield KeyNeed(
                environment,
                own_key_set(place.key),
                manager.algorithm,
                manager.key_id,
                manager.lifetime_seconds,
            )
