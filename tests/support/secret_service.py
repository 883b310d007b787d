"""A desktop's keyring without a desktop: GNOME's, behind a message bus of its own."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import secretstorage
from jeepney.io.blocking import DBusConnection, open_dbus_connection

_LIFELINE = Path(__file__).with_name("lifeline.py")
_START_SECONDS = 30
_COMMAND = """
dbus-daemon --config-file="$HOME/bus.conf" --fork &&
printf password | exec gnome-keyring-daemon --foreground --unlock --components=secrets
"""
"""The bus goes on by itself, as an orphan that ends with the rest."""
_BUS = """<busconfig>
<type>session</type>
<listen>{address}</listen>
<policy context="default">
<allow send_destination="*"/>
<allow receive_sender="*"/>
<allow own="*"/>
</policy>
</busconfig>
"""
"""It starts no services by itself: what it found would be a second keyring, and a closed one."""


@dataclass(frozen=True, slots=True)
class SecretService:
    """A keyring that is open, and where programs find it."""

    address: str

    @property
    def variables(self) -> dict[str, str]:
        """Return what a program needs in its environment to find it."""
        return {"DBUS_SESSION_BUS_ADDRESS": self.address}

    def entries(self) -> dict[str, bytes]:
        """Return everything in it by user name."""
        with self._connect() as bus:
            collection = secretstorage.get_default_collection(bus)
            return {
                item.get_attributes()["username"]: item.get_secret()
                for item in collection.get_all_items()
            }

    def spoil(self, text: str) -> None:
        """Put another text into everything in it."""
        with self._connect() as bus:
            for item in secretstorage.get_default_collection(bus).get_all_items():
                item.set_secret(text.encode())

    def close(self) -> None:
        """Close it: nobody is there who would open it again."""
        with self._connect() as bus:
            secretstorage.get_default_collection(bus).lock()

    def is_there(self) -> bool:
        """Tell whether it answers and is open."""
        try:
            with self._connect() as bus:
                if not secretstorage.check_service_availability(bus):
                    return False
                return not secretstorage.get_default_collection(bus).is_locked()
        except (OSError, secretstorage.SecretStorageException):
            return False

    def _connect(self) -> "closing[DBusConnection]":
        return closing(open_dbus_connection(self.address))


@contextmanager
def running_secret_service() -> Iterator[SecretService]:
    """Run an open keyring for the length of the block, with its bus and its files."""
    # Not in the test's own folder: a socket's path has to be short.
    with tempfile.TemporaryDirectory(prefix="keyring-") as folder:
        service = SecretService(f"unix:path={folder}/bus")
        (Path(folder) / "bus.conf").write_text(_BUS.format(address=service.address))
        keeper = subprocess.Popen(
            [sys.executable, "-I", str(_LIFELINE), "--", "sh", "-c", _COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={
                "PATH": os.environ["PATH"],
                "HOME": folder,
                "XDG_RUNTIME_DIR": folder,
                **service.variables,
            },
            start_new_session=True,
        )
        with keeper:
            _wait_for(service, keeper)
            yield service
            assert keeper.stdin is not None
            keeper.stdin.close()  # which ends both


def _wait_for(service: SecretService, keeper: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_SECONDS
    while not service.is_there():
        if keeper.poll() is not None or time.monotonic() > until:
            raise RuntimeError("no keyring came up; gnome-keyring and dbus-daemon are needed")
        time.sleep(0.05)
