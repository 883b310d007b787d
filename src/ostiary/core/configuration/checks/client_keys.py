"""Clients' public keys: strong, public, few, and told apart by their ids."""

from collections.abc import Iterator

from ostiary.core.configuration.checks.subject import Subject, clients
from ostiary.core.configuration.problems import Path, Problem, error
from ostiary.core.crypto.jwk_sets import KeyOfSetRefusedError, parse_public_keys
from ostiary.core.crypto.keys import KeyRefusedError


def check_jwks(subject: Subject) -> Iterator[Problem]:
    """Refuse key sets that `private_key_jwt` could not trust."""
    for placed in clients(subject):
        if placed.client.jwks is None:
            continue
        path: Path = (*placed.path, "jwks", "keys")
        if not placed.client.jwks.keys:
            yield error(path, "must have at least one key")
        try:
            parse_public_keys(placed.client.jwks.keys)
        except KeyOfSetRefusedError as refusal:
            yield error((*path, refusal.index), str(refusal))
        except KeyRefusedError as refusal:
            yield error(path, str(refusal))
