"""The gate: may this client have, and keep, tokens now?"""

from ostiary.core.base.ids import ClientId
from ostiary.core.model.environment import Environment


def is_client_open(env: Environment, client_id: ClientId) -> bool:
    """Tell whether a client exists and is enabled.

    Asked when it authenticates, and whenever one of its tokens is used.
    """
    client = env.clients.get(client_id)
    return client is not None and client.enabled
