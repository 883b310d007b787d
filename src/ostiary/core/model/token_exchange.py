"""What a client may exchange tokens for, and whose."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExchangePolicy:
    """One client's.

    Args:
        clients: keys of those whose access tokens it may bring, beside its own.
        issuers: keys of the trusted issuers whose tokens it may bring.
        audiences: what the new tokens may be for, of what the environment knows; empty for any.
        impersonates: without an actor token the new one says nothing of the client in between.
    """

    clients: frozenset[str] = frozenset()
    issuers: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    impersonates: bool = False
