"""The library for passkeys: loaded beside serving where a step asks for them, and only there."""

import subprocess
import sys
from collections.abc import Mapping

import pytest

from ostiary.core.model.policy import StepInstance
from ostiary.core.model.snapshot import Snapshot
from ostiary.main.worker.passkey_library import asks_for_passkeys
from tests.support.flows import make_signon_environment

SHOWS = """
import sys, threading, time
from tests.unit.main.test_passkey_library import snapshot
from ostiary.main.worker.passkey_library import PasskeyLibrary
from ostiary.main.worker.snapshots import SnapshotHolder
holder = SnapshotHolder()
library = PasskeyLibrary(holder)
library.check()
for settings in ({"methods": ("totp",)}, {"methods": ("totp", "passkey")}):
    holder.swap(snapshot(settings))
    library.check()
    library.check()
    names = [each.name for each in threading.enumerate()]
    print("passkeys" in names or "webauthn" in sys.modules)
for each in threading.enumerate():
    if each.name == "passkeys":
        each.join()
print("webauthn" in sys.modules)
"""


def snapshot(settings: Mapping[str, object]) -> Snapshot:
    """Make a configuration whose second factor has these settings."""
    more = StepInstance("more", "second_factor", settings)
    env = make_signon_environment(steps={"more": more})
    return Snapshot(1, {env.id: env})


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({"methods": ("passkey",)}, True), ({"methods": ("totp", "email")}, False)],
)
def test_a_step_asks_for_passkeys_unless_its_methods_say_otherwise(
    settings: Mapping[str, object], expected: bool
) -> None:
    assert asks_for_passkeys(snapshot(settings)) is expected


def test_passwords_alone_ask_for_none() -> None:
    env = make_signon_environment()
    assert not asks_for_passkeys(Snapshot(1, {env.id: env}))


def test_the_second_factor_that_nobody_configured_loads_nothing() -> None:
    env = make_signon_environment(steps={"more": StepInstance("more", "second_factor")})
    assert not asks_for_passkeys(Snapshot(1, {env.id: env}))


def test_it_is_loaded_in_a_thread_of_its_own_once_it_is_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", SHOWS], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True", "True"]
