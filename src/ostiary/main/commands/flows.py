"""`ostiary flows`: where a server's flow log is asked for."""

import sys
from pathlib import Path

from ostiary.main.commands.check import read_checked


def find_address(config: Path) -> str | None:
    """Return the address of the admin listener, or None; why there is none is said."""
    configuration = read_checked(config, warns=False)
    if configuration is None:
        return None
    address = configuration.server.listeners.admin
    if address is None:
        sys.stderr.write("The admin listener is off; see [server.listeners] admin.\n")
    return address
