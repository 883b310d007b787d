"""Refresh tokens: minted, rotated, and known again.

A token is 18 characters that its family shares, of which six say when it began, and 24 of its own.
The next one's own characters follow from the one presented, under a key of the environment: so
whoever asks again, because the answer got lost, gets the same token again, and nothing has to be
kept for that.

Spec: RFC 9700 §4.14.
"""

import hashlib
from enum import Enum

from msgspec.structs import replace

from ostiary.core.base.ids import TIME_CHARACTERS, mint_handle, spell
from ostiary.core.model.client import Client, RefreshPolicy
from ostiary.core.model.environment import Environment
from ostiary.core.model.user_grant import RefreshState

FAMILY_CHARACTERS = 18
OWN_CHARACTERS = 24
CHARACTERS = FAMILY_CHARACTERS + OWN_CHARACTERS
"""42, as PingFederate's."""


class Standing(Enum):
    """What a refresh token of a known family is good for."""

    CURRENT = "current"
    """It is the one that is good now."""
    REPEATED = "repeated"
    """It was spent a moment ago; the answer may have got lost."""
    IDLE = "idle"
    """It would be good, had it not lain unused for too long."""
    SPENT = "spent"
    """Two parties have had tokens of this family."""


def mint(now: float) -> str:
    """Mint the first token of a new family."""
    return mint_handle(CHARACTERS, now)


def is_well_formed(presented: str) -> bool:
    """Tell whether a text can be a refresh token."""
    return len(presented) == CHARACTERS and presented.isascii() and presented.isalnum()


def next_of(env: Environment, presented: str) -> str:
    """Return the token that takes the place of `presented`: always the same one."""
    mark = env.client_secrets.mark("refresh token", presented)
    return presented[:FAMILY_CHARACTERS] + spell(mark[:OWN_CHARACTERS])


def family_of(presented: str) -> bytes:
    """Return what is kept of the part that a family shares: its time, then a hash.

    The time in front makes a store's index grow at its end.
    """
    time, digest = presented[:TIME_CHARACTERS], _digest(presented[:FAMILY_CHARACTERS])
    return time.encode() + digest[: len(digest) - TIME_CHARACTERS]


def is_rolling(client: Client) -> bool:
    """Tell whether each use gives the next token; a public client's always does.

    Spec: RFC 9700 §2.2.2.
    """
    return client.is_public or client.refresh.is_rolling


def begin(token: str, policy: RefreshPolicy, now: float) -> RefreshState:
    """Return what is kept of the first token of a family."""
    return RefreshState(
        family=family_of(token), current=_digest(token), idle_expires_at=now + policy.idle_seconds
    )


def go_on(
    state: RefreshState, next_token: str | None, policy: RefreshPolicy, now: float
) -> RefreshState:
    """Return what is kept once the current token was used: rotated, or only seen again."""
    idle_expires_at = now + policy.idle_seconds
    if next_token is None:
        return replace(state, idle_expires_at=idle_expires_at)
    return RefreshState(
        family=state.family,
        current=_digest(next_token),
        idle_expires_at=idle_expires_at,
        previous=state.current,
        rotated_at=now,
    )


def judge(state: RefreshState, presented: str, policy: RefreshPolicy, now: float) -> Standing:
    """Say how a token of this family stands.

    Only hashes are compared, so the time that it takes tells nothing of a token.
    """
    digest = _digest(presented)
    if digest == state.current:
        return Standing.CURRENT if now < state.idle_expires_at else Standing.IDLE
    if digest == state.previous and now < state.rotated_at + policy.grace_seconds:
        return Standing.REPEATED
    return Standing.SPENT


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
