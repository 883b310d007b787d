"""The server's own pages as a client: what people sign on for where no application asks.

The flows that it begins go their usual way, through the same policies, pages and events. It is none
of an environment's `clients`: nothing finds it there, so it never authenticates, is named by no
request, and is neither listed nor exported.
"""

from collections.abc import Iterable, Sequence

from ostiary.core.base.ids import ClientId, TokenManagerId
from ostiary.core.base.phrases import Phrase
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.client import Client
from ostiary.core.model.device_request import DEVICE_GRANT

OWN_PAGES = ClientId("own pages")
"""No configured client has a space in its id."""
NAME = Phrase("your account")


def make_own_pages(clients: Iterable[Client], managers: Sequence[TokenManagerId]) -> Client:
    """Make it for an environment; it is closed where no client signs anybody on either.

    It has no tokens, and nobody is asked whether it may have what it does not get. Where a flow of
    it ends is said by whoever begins it: a path, since that is our own.
    """
    return Client(
        id="",
        key="",
        client_id=OWN_PAGES,
        name=NAME,
        enabled=any(client.enabled and _signs_on(client) for client in clients),
        auth_methods=frozenset(),
        grant_types=frozenset(),
        scopes=frozenset(),
        default_scopes=ScopeSet(),
        token_managers=tuple(managers),
        response_types=frozenset({"none"}),
        is_redirectless=True,
        bypasses_approval=True,
        sends_issuer=False,
    )


def _signs_on(client: Client) -> bool:
    return bool(client.response_types) or DEVICE_GRANT in client.grant_types
