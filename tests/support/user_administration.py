"""What administrators do with users, over the ports of a test."""

from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.base.clock import Clock
from ostiary.core.ports.delivery import Delivery
from ostiary.core.ports.events import Events
from ostiary.core.ports.password_hashing import PasswordHashing
from tests.support.outbox import Outbox


def make_user_administration(
    store: StoreBackend,
    hashing: PasswordHashing,
    events: Events,
    clock: Clock,
    delivery: Delivery | None = None,
) -> UserAdministration:
    """Make what changes the users of a store; its source is `test`."""
    return UserAdministration(
        directory=LocalDirectory(store.users, hashing),
        attempts=store.attempts,
        authenticators=store.authenticators,
        sessions=store.sessions,
        user_grants=store.user_grants,
        hashing=hashing,
        delivery=delivery or Outbox(),
        events=events,
        clock=clock,
        source="test",
    )
