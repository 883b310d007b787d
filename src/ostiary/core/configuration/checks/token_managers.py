"""Token managers: what tells them apart, how hard their tokens are to guess, what has no effect."""

import math
from collections.abc import Iterator, Mapping

from ostiary.core.base.ids import ALPHABET, MIN_ENTROPY_BITS, TIME_CHARACTERS
from ostiary.core.configuration import implied
from ostiary.core.configuration.checks.subject import (
    PlacedManager,
    Subject,
    Uniqueness,
    environments,
    managers,
    refuse_repeated,
)
from ostiary.core.configuration.problems import Path, Problem, error, warning
from ostiary.core.model.token_manager import ClaimStyle, TokenKind

MIN_RANDOM_CHARACTERS = math.ceil(MIN_ENTROPY_BITS / math.log2(len(ALPHABET)))
MIN_JTI_BYTES = MIN_ENTROPY_BITS // 8
STANDARD_CLAIMS = frozenset(
    {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "act", "auth_time", "acr", "amr"}
    | {"sid", "env", "org", "acc", "environment_id", "organization_id", "p1.rid"}
    | {"authorization_details"}
)
_OF_JWT_ONLY = (
    "style", "algorithm", "jwks_path", "key_id", "scope_format", "manager_header",
    "authorization_details", "legacy_claims",
)  # fmt: skip
_OF_REFERENCE_ONLY = ("selector", "length")
_OF_ONE_STYLE: Mapping[str, ClaimStyle] = {
    "jwks_path": ClaimStyle.PINGFEDERATE,
    "authorization_details": ClaimStyle.PINGFEDERATE,
    "legacy_claims": ClaimStyle.PINGONE,
}


def check_keys_apart(subject: Subject) -> Iterator[Problem]:
    """Refuse two managers at one path, and a key id that is given twice in the whole file.

    The key alone tells manager and environment of a token apart.
    """
    key_ids = Uniqueness()
    for path, _, environment in environments(subject):
        paths = Uniqueness()
        for key, manager in environment.token_managers.items():
            here: Path = (*path, "token_managers", key)
            published = implied.jwks_path(environment, key, manager)
            if published is not None:
                message = f"publishes its keys at /ext/{published} like"
                yield from refuse_repeated(paths, published, (*here, "jwks_path"), message)
            if manager.key_id is not None:
                message = "names a key that belongs to"
                yield from refuse_repeated(key_ids, manager.key_id, (*here, "key_id"), message)


def check_selectors(subject: Subject) -> Iterator[Problem]:
    """Refuse reference tokens of which it cannot be told whose they are."""
    for path, _, environment in environments(subject):
        seen: dict[str, str] = {}
        for key, manager in environment.token_managers.items():
            if manager.kind is not TokenKind.REFERENCE:
                continue
            for other, selector in seen.items():
                if manager.selector.startswith(selector) or selector.startswith(manager.selector):
                    yield error(
                        (*path, "token_managers", key, "selector"),
                        f'"{manager.selector}" cannot be told from "{selector}" of {other}',
                        "no selector may be the beginning of another one",
                    )
            seen[key] = manager.selector


def check_resources(subject: Subject) -> Iterator[Problem]:
    """Refuse a resource that chooses two managers."""
    for path, _, environment in environments(subject):
        resources = Uniqueness()
        for key, manager in environment.token_managers.items():
            for index, uri in enumerate(manager.resources):
                here: Path = (*path, "token_managers", key, "resources", index)
                yield from refuse_repeated(resources, uri, here, "chooses another manager too:")


def check_entropy(subject: Subject) -> Iterator[Problem]:
    """Refuse tokens that could be guessed."""
    for placed in managers(subject):
        manager = placed.manager
        least = len(manager.selector) + TIME_CHARACTERS + MIN_RANDOM_CHARACTERS
        if manager.kind is TokenKind.REFERENCE and manager.length < least:
            yield error(
                (*placed.path, "length"),
                f"must be at least {least}: fewer characters carry less than "
                f"{MIN_ENTROPY_BITS} random bits",
            )
        if manager.jti_bytes < MIN_JTI_BYTES:
            yield error(
                (*placed.path, "jti_bytes"),
                f"must be at least {MIN_JTI_BYTES}: fewer carry less than "
                f"{MIN_ENTROPY_BITS} random bits",
            )


def check_claims(subject: Subject) -> Iterator[Problem]:
    """Refuse claims that would overwrite one another."""
    for placed in managers(subject):
        manager = placed.manager
        names = Uniqueness()
        for field in ("client_claim", "scope_claim", "grant_claim"):
            name = getattr(manager, field)
            if name in STANDARD_CLAIMS:
                yield error((*placed.path, field), f'"{name}" is a claim of its own')
            yield from refuse_repeated(names, name, (*placed.path, field), "is the claim of")
        for field in ("attributes", "user_attributes"):
            for name in getattr(manager, field):
                here: Path = (*placed.path, field, name)
                if name in STANDARD_CLAIMS:
                    yield error(here, "is a claim that the server writes itself")
                yield from refuse_repeated(names, name, here, "is the claim of")


def check_lifetimes(subject: Subject) -> Iterator[Problem]:
    """Refuse a lifetime given twice."""
    for placed in managers(subject):
        if None not in (placed.manager.lifetime_minutes, placed.manager.lifetime_seconds):
            yield error(
                (*placed.path, "lifetime_seconds"), "stands beside lifetime_minutes; give one"
            )


def check_effects(subject: Subject) -> Iterator[Problem]:
    """Point out fields that do nothing for this kind or style of token."""
    for placed in managers(subject):
        given = placed.manager.model_fields_set
        is_jwt = placed.manager.kind is TokenKind.JWT
        idle = _OF_REFERENCE_ONLY if is_jwt else _OF_JWT_ONLY
        for field in sorted(given.intersection(idle)):
            yield warning(
                (*placed.path, field), f'has no effect with kind = "{placed.manager.kind}"'
            )
        if is_jwt:
            yield from _check_style(placed)


def _check_style(placed: PlacedManager) -> Iterator[Problem]:
    style = implied.style(placed.environment, placed.manager)
    for field, needed in _OF_ONE_STYLE.items():
        if field in placed.manager.model_fields_set and style is not needed:
            yield error((*placed.path, field), f'needs style = "{needed}"; this has "{style}"')
    if style is ClaimStyle.PINGONE and placed.manager.client_claim != "client_id":
        yield error((*placed.path, "client_claim"), 'must be "client_id" in style "pingone"')
