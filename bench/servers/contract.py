"""What the benchmark needs to know of a server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bench.work import Endpoint, Work


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start a server, and where it then answers.

    Args:
        url: plain HTTP.
        tls_url: HTTPS, of a server that is measured over TLS too.
        authority: certificate of the authority for `tls_url`; there once the server runs.
    """

    command: Sequence[str]
    url: str
    environ: Mapping[str, str] = field(default_factory=dict)
    tls_url: str = ""
    authority: Path | None = None


class MeasuredServer(Protocol):
    """A server that the benchmark can install, start and ask."""

    @property
    def key(self) -> str:
        """Its name on the command line."""

    @property
    def title(self) -> str:
        """Its name in the report."""

    @property
    def setting(self) -> str:
        """What it runs on and what it does beside the work."""

    @property
    def persistence(self) -> str:
        """Where its tokens are kept."""

    @property
    def jwks_path(self) -> str:
        """Where its public keys are."""

    @property
    def works(self) -> frozenset[Work]:
        """What it can do."""

    def install(self) -> None:
        """Bring onto the machine what is missing."""

    def launch(self, directory: Path, *, workers: int = 1) -> Launch:
        """Prepare a start with files in a directory, which may be that of an earlier start."""

    def endpoint(self, work: Work) -> Endpoint:
        """Return where it does a work."""

    def versions(self) -> Mapping[str, str]:
        """Return the versions of what it runs on."""
