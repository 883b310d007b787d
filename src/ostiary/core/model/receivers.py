"""Receivers: applications that are handed attributes of people, as clients to sign on for.

Each adapter that hands attributes out has one. Like `own_pages` it is none of an environment's
`clients`: nothing but a flow that was begun for it finds it, so it never authenticates, is named by
no request, and is neither listed nor exported.
"""

from collections.abc import Iterable, Sequence

from ostiary.core.base.ids import ClientId, TokenManagerId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.client import Client
from ostiary.core.model.logout import LogoutURIs
from ostiary.core.model.reference_adapter import Direction, LogoutMode, ReferenceAdapter


def receiver_id(adapter_key: str) -> ClientId:
    """Return the id of an adapter's receiver; no configured client has a space in its id."""
    return ClientId(f"receiver {adapter_key}")


def make_receivers(
    adapters: Iterable[ReferenceAdapter], managers: Sequence[TokenManagerId]
) -> dict[ClientId, Client]:
    """Make those of an environment; one to which no browser can be sent is closed."""
    made = (_make(each, managers) for each in adapters if each.direction is Direction.SP)
    return {receiver.client_id: receiver for receiver in made}


def _make(adapter: ReferenceAdapter, managers: Sequence[TokenManagerId]) -> Client:
    """Make one: it gets attributes in place of tokens, and whoever configured it has allowed them.

    Where its flows end is a target of its adapter, which the adapter itself says.
    """
    return Client(
        id="",
        key="",
        client_id=receiver_id(adapter.key),
        name=adapter.key,
        enabled=adapter.endpoint is not None or bool(adapter.targets),
        auth_methods=frozenset(),
        grant_types=frozenset(),
        scopes=frozenset(),
        default_scopes=ScopeSet(),
        token_managers=tuple(managers),
        response_types=frozenset({"none"}),
        bypasses_approval=True,
        sends_issuer=False,
        policy=next(iter(adapter.policies), None),
        policies=adapter.policies[1:],
        logout=_logout(adapter),
        receives_at=adapter,
    )


def _logout(adapter: ReferenceAdapter) -> LogoutURIs:
    """Return where it is told of the end of a session: enough for it to take part in sessions."""
    match adapter.logout_mode:
        case LogoutMode.FRONT_CHANNEL:
            return LogoutURIs(frontchannel=adapter.logout_endpoint)
        case LogoutMode.BACK_CHANNEL:
            return LogoutURIs(backchannel=adapter.logout_endpoint)
        case LogoutMode.NONE:
            return LogoutURIs()
