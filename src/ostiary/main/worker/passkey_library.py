"""The library for passkeys: loaded beside serving, before the first person comes with one.

It takes a third of a second, in which a worker would answer nobody; most never need it.
"""

import threading
from dataclasses import dataclass, field

from ostiary.core.base.errors import UnavailableError
from ostiary.core.crypto import webauthn
from ostiary.core.model.authenticator import AuthenticatorKind
from ostiary.core.model.snapshot import Snapshot
from ostiary.core.steps.factor_situation import kinds_in
from ostiary.core.steps.second_factor import SecondFactor
from ostiary.main.worker.snapshots import SnapshotHolder


@dataclass
class PasskeyLibrary:
    """Loads the library in a thread as soon as a step asks for passkeys."""

    holder: SnapshotHolder
    _seen: Snapshot | None = field(default=None, init=False)
    _loading: threading.Thread | None = field(default=None, init=False)

    def check(self) -> None:
        """Look at the configuration, unless it is the one of the last look."""
        try:
            snapshot = self.holder.current
        except UnavailableError:
            return
        if self._loading is not None or snapshot is self._seen:
            return
        self._seen = snapshot
        if asks_for_passkeys(snapshot):
            self._loading = threading.Thread(target=webauthn.load, name="passkeys", daemon=True)
            self._loading.start()


def asks_for_passkeys(snapshot: Snapshot) -> bool:
    """Tell whether any step of a configuration does.

    The one that environments have without any configuration, and so without settings, does not
    count: most never use it, and the library takes memory in each worker.
    """
    return any(
        step.type == SecondFactor.type
        and step.settings
        and AuthenticatorKind.PASSKEY in kinds_in(step)
        for env in snapshot.environments.values()
        for step in env.steps.values()
    )
