"""Refusals as events: one for every request that an OAuth endpoint turns away."""

from ostiary.core.base.errors import ProtocolError
from ostiary.core.base.ids import ClientId
from ostiary.core.clientauth.contract import Presented
from ostiary.core.model.audit.tokens import RequestRefused
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment

MAX_CLAIMED_CHARACTERS = 64


def describe_refusal(
    env: Environment,
    endpoint: str,
    error: ProtocolError,
    *,
    client: Client | None,
    presented: Presented,
) -> RequestRefused:
    """Return the event of a refusal.

    Args: client is None while nobody has proved who calls; then the event keeps what was claimed,
        cut short, since a stranger wrote it.
    """
    claimed = error.detail.get("claimed", "")[:MAX_CLAIMED_CHARACTERS]
    return RequestRefused(
        environment=env.id,
        endpoint=endpoint,
        code=error.code,
        reason=error.detail.get("reason", error.description),
        client=client.client_id if client else None,
        claimed=ClientId(claimed),
        address=presented.address,
    )


def refused_authorization(
    env: Environment, error: ProtocolError, claimed: str, address: str
) -> RequestRefused:
    """Return the event of a refused authorization request: its client has only been claimed."""
    return RequestRefused(
        environment=env.id,
        endpoint="authorize",
        code=error.code,
        reason=error.detail.get("reason", error.description),
        client=None,
        claimed=ClientId(claimed[:MAX_CLAIMED_CHARACTERS]),
        address=address,
    )
