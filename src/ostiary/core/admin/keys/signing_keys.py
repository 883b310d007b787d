"""Signing keys as documents: made for whoever needs one, named once, forgotten late."""

from dataclasses import dataclass

import msgspec

from ostiary.core.admin.bodies import (
    EnvironmentBody,
    RetiredKeyIdBody,
    SigningKeyBody,
    seal_context,
)
from ostiary.core.admin.contents import Contents, Draft, identify, select
from ostiary.core.admin.keys.key_needs import KeyNeed, find_needs, keys_of
from ostiary.core.base import b64
from ostiary.core.crypto.certificates import self_signed
from ostiary.core.crypto.keys import PrivateKey, dump_private_pem, generate, thumbprint
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.ports.configuration import DocumentId

FORGET_AFTER_SECONDS = 86_400
"""An expired key stays this long, so that a node whose clock is wrong forgets none too early."""
MARGIN_SECONDS = 300
FROM_THE_BEGINNING = 0.0
"""When the first key of its kind starts to sign: no clock of any node may be too slow for it."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A private key on its way into the configuration."""

    private_key: PrivateKey
    name: str | None
    active_from: float


def ensure_keys(draft: Draft, sealer: Sealer, *, now: float) -> None:
    """Make the keys that environments and managers lack, and let the others last long enough.

    Stores: new keys sign at once, since nothing could be signed before them.
    """
    for place, _ in tuple(select(draft, EnvironmentBody)):
        for need in find_needs(draft, place.key):
            if all(body.published_until is not None for _, body in keys_of(draft, need)):
                new = NewKey(generate(need.algorithm), need.name, FROM_THE_BEGINNING)
                add_key(draft, sealer, need, new, now=now)
            _prolong(draft, need, now=now)


def add_key(
    draft: Draft, sealer: Sealer, need: KeyNeed, new: NewKey, *, now: float
) -> SigningKeyBody:
    """Seal a key into the draft, under a kid that no other key has or had.

    Spec: RFC 7638 (the kid, unless the operator names it).
    """
    print_ = thumbprint(new.private_key.public_key())
    kid = print_ if new.name is None else free_kid(draft, new.name)
    place = identify(SigningKeyBody, need.environment, f"{need.key_set}/{kid}")
    certificate = self_signed(new.private_key, f"{need.environment} {need.key_set}", now=now)
    added = SigningKeyBody(
        set=need.key_set,
        algorithm=need.algorithm,
        kid=kid,
        thumbprint=print_,
        name=new.name,
        private_key=sealer.seal(
            dump_private_pem(new.private_key), context=seal_context(place, "private_key")
        ),
        certificate=b64.encode(certificate),
        created_at=now,
        active_from=new.active_from,
        longest_lifetime_seconds=need.lifetime_seconds,
    )
    draft[place] = added
    return added


def free_kid(contents: Contents, name: str) -> str:
    """Return `name`, or with the first number behind it that makes it new."""
    taken = taken_kids(contents)
    kid, number = name, 1
    while kid in taken:
        number += 1
        kid = f"{name}-{number}"
    return kid


def taken_kids(contents: Contents) -> frozenset[str]:
    """Return every kid of the installation that has or had a key."""
    living = {body.kid for _, body in select(contents, SigningKeyBody)}
    return frozenset(living | {place.key for place, _ in select(contents, RetiredKeyIdBody)})


def forget_key(draft: Draft, place: DocumentId) -> None:
    """Take a key out of the draft; a kid that is no thumbprint stays blocked."""
    body = draft.pop(place)
    if isinstance(body, SigningKeyBody) and body.kid != body.thumbprint:
        draft[identify(RetiredKeyIdBody, "", body.kid)] = RetiredKeyIdBody(
            thumbprint=body.thumbprint
        )


def forget_expired_keys(draft: Draft, *, now: float) -> None:
    """Take out the keys whose last token is long over."""
    for place, body in tuple(select(draft, SigningKeyBody)):
        until = body.published_until
        if until is not None and until + FORGET_AFTER_SECONDS <= now:
            forget_key(draft, place)


def published_until(successor_active_from: float, lifetime_seconds: int) -> float:
    """Return when the last token of a key is over, whose successor signs from a moment on.

    The margin is for verifiers and nodes whose clocks differ.
    """
    return successor_active_from + lifetime_seconds + MARGIN_SECONDS


def _prolong(draft: Draft, need: KeyNeed, *, now: float) -> None:
    """Let keys that sign now, or will, outlive tokens of a lifetime that grew."""
    present = keys_of(draft, need)
    for (place, body), later in zip(present, (*present[1:], None), strict=True):
        lifetime = max(body.longest_lifetime_seconds, need.lifetime_seconds)
        if later is None or body.published_until is None:
            until = body.published_until
        elif later[1].active_from > now:
            until = max(body.published_until, published_until(later[1].active_from, lifetime))
        else:
            continue
        draft[place] = msgspec.structs.replace(
            body, longest_lifetime_seconds=lifetime, published_until=until
        )
