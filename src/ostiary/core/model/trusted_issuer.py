"""Issuers beside ourselves whose tokens are taken, and what is made of what they say."""

from dataclasses import dataclass, field
from enum import StrEnum

from ostiary.core.crypto.keys import VerificationKey


class SubjectRule(StrEnum):
    """Whom a token of theirs is about, here."""

    ID = "id"
    """The user of that id."""
    USERNAME = "username"
    """The user of that username."""
    FOREIGN = "foreign"
    """Nobody of ours: the new token names whom they named, after the issuer's name here."""
    CLIENT = "client"
    """Nobody at all: the client that brings it gets a token for itself."""


@dataclass(frozen=True, slots=True, eq=False)
class TrustedIssuer:
    """One of them.

    Args:
        issuer: `iss` of its tokens, letter by letter.
        keys: its public keys; empty where they are read at `jwks_url`.
        algorithms: signatures that it is believed by.
        audiences: by which its tokens may name us beside our issuer and our token endpoint.
        scopes: the most that its tokens may lead to.
        subject: what becomes of its subjects, which stand in `subject_claim`.
        clients: keys of those that may bring its tokens; empty for all with the grant.
        max_lifetime_seconds: a token that is good for longer is refused.
    """

    key: str
    issuer: str
    keys: tuple[VerificationKey, ...] = field(default=(), repr=False)
    jwks_url: str | None = None
    algorithms: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    subject: SubjectRule = SubjectRule.USERNAME
    subject_claim: str = "sub"
    clients: frozenset[str] = frozenset()
    max_lifetime_seconds: float = 3600.0

    def is_open_to(self, client_key: str) -> bool:
        """Tell whether a client may bring its tokens."""
        return not self.clients or client_key in self.clients
