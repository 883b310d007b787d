"""How to reach a server."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ostiary_client.errors import ConfigurationError

Verify: TypeAlias = bool | str | Path | ssl.SSLContext
"""Whom to believe: the system's authorities (True), a PEM file of others, or a context."""


Cert: TypeAlias = str | Path | tuple[str | Path, str | Path]
"""A client's own certificate: a PEM file with its key, or a file of each."""


@dataclass(frozen=True, slots=True)
class TransportOptions:
    """How to reach a server: `timeout_seconds` holds for connecting and for the answer."""

    verify: Verify = True
    timeout_seconds: float = 10.0
    cert: Cert | None = None

    def __post_init__(self) -> None:
        """Refuse a time in which nothing can be answered."""
        if not self.timeout_seconds > 0:
            raise ConfigurationError("timeout_seconds must be more than nothing")
