"""Rotation: a new key is published before it signs, the old one stays for its last token.

Spec: OpenID Connect Core §10.1.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from ostiary.core.admin.bodies import SigningKeyBody
from ostiary.core.admin.contents import Contents, Draft, select
from ostiary.core.admin.keys.key_needs import KeyNeed, UnknownKeySetError, choose_needs, keys_of
from ostiary.core.admin.keys.signing_keys import (
    FROM_THE_BEGINNING,
    NewKey,
    add_key,
    forget_expired_keys,
    published_until,
    taken_kids,
)
from ostiary.core.base.ids import KeyId
from ostiary.core.crypto.keys import (
    Algorithm,
    KeyRefusedError,
    PrivateKey,
    check_fits,
    generate,
    thumbprint,
)
from ostiary.core.crypto.sealing import Sealer

LEAD_SECONDS = 360
"""How long a new key is published before it signs: the 300 seconds that verifiers may keep a JWK
Set, and 60 until every worker publishes the new one, by clocks that may be fast."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation of one key set and algorithm came to.

    Args:
        is_new: False when another rotation was under way: its key is named here.
    """

    environment: str
    key_set: str
    algorithm: Algorithm
    kid: KeyId
    active_from: float
    is_new: bool


def rotate(
    draft: Draft,
    sealer: Sealer,
    needs: Sequence[KeyNeed],
    *,
    now: float,
    lead_seconds: float = LEAD_SECONDS,
) -> tuple[Rotation, ...]:
    """Give each of `needs` a new key, unless one is on its way already."""
    forget_expired_keys(draft, now=now)
    return tuple(_rotate_one(draft, sealer, need, now, lead_seconds) for need in needs)


def import_key(
    draft: Draft, sealer: Sealer, need: KeyNeed, private_key: PrivateKey, *, now: float
) -> Rotation:
    """Take a key from elsewhere into a key set, as the successor of the one there.

    Args: need says where; its `name` becomes the kid, without one it is the thumbprint.
    Raises: KeyRefusedError for a key that is too weak, of another kind, or known here already; for
        a kid that was given before; while a rotation is under way.
    """
    check_fits(private_key, need.algorithm)
    print_ = thumbprint(private_key.public_key())
    if any(body.thumbprint == print_ for _, body in select(draft, SigningKeyBody)):
        raise KeyRefusedError("this key is in use here already; a key has one use only")
    if (need.name or print_) in taken_kids(draft):
        raise KeyRefusedError(f"the key id {need.name or print_} was given to another key before")
    if (pending := _find_pending(draft, need, now)) is not None:
        raise KeyRefusedError(f"the key {pending.kid} is about to take over; import after that")
    forget_expired_keys(draft, now=now)
    return _succeed(draft, sealer, need, NewKey(private_key, need.name, now + LEAD_SECONDS), now)


def find_place(
    contents: Contents,
    environment: str,
    private_key: PrivateKey,
    *,
    key_set: str | None = None,
    algorithm: str | None = None,
) -> KeyNeed:
    """Return where in an environment a key belongs: what it fits, if that is one place only.

    Raises: UnknownKeySetError, also when there are several places; KeyRefusedError.
    """
    fitting = [
        need
        for need in choose_needs(contents, environment, key_set, algorithm)
        if _fits(private_key, need.algorithm)
    ]
    if not fitting:
        raise KeyRefusedError("nothing there signs with a key of this kind")
    if len(fitting) > 1:
        places = ", ".join(f"{need.key_set} {need.algorithm}" for need in fitting)
        raise UnknownKeySetError(f"name the key set and algorithm; this key fits {places}")
    return fitting[0]


def _fits(private_key: PrivateKey, algorithm: Algorithm) -> bool:
    try:
        check_fits(private_key, algorithm)
    except KeyRefusedError:
        return False
    return True


def _rotate_one(
    draft: Draft, sealer: Sealer, need: KeyNeed, now: float, lead_seconds: float
) -> Rotation:
    pending = _find_pending(draft, need, now)
    if pending is not None:
        return _describe(need, pending, is_new=False)
    names = [body.name for _, body in keys_of(draft, need) if body.name]
    name = need.name or (names[-1] if names else None)
    new = NewKey(generate(need.algorithm), name, now + lead_seconds)
    return _succeed(draft, sealer, need, new, now)


def _succeed(draft: Draft, sealer: Sealer, need: KeyNeed, new: NewKey, now: float) -> Rotation:
    """Add a key, and let the present ones go when their last token is over."""
    present = keys_of(draft, need)
    if not present:
        new = replace(new, active_from=FROM_THE_BEGINNING)
    for place, body in present:
        if body.published_until is None:
            lifetime = max(body.longest_lifetime_seconds, need.lifetime_seconds)
            draft[place] = msgspec.structs.replace(
                body, published_until=published_until(new.active_from, lifetime)
            )
    return _describe(need, add_key(draft, sealer, need, new, now=now), is_new=True)


def _find_pending(draft: Draft, need: KeyNeed, now: float) -> SigningKeyBody | None:
    for _, body in keys_of(draft, need):
        if body.active_from > now:
            return body
    return None


def _describe(need: KeyNeed, body: SigningKeyBody, *, is_new: bool) -> Rotation:
    return Rotation(
        need.environment,
        need.key_set,
        need.algorithm,
        KeyId(body.kid),
        body.active_from,
        is_new,
    )
