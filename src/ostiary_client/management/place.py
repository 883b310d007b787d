"""Where the management API of an environment is, and what its paths may be."""

import re
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from ostiary_client.errors import ConfigurationError
from ostiary_client.printable import printable
from ostiary_client.protocol.discovery import check_base_url, trim
from ostiary_client.protocol.metadata import check_scheme, origin_of

_PINGONE = re.compile(r"https://auth\.pingone\.(com|eu|ca|asia|com\.au|sg)")
"""Where PingOne signs people on; it is managed at another host of the same region."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,255}")


@dataclass(frozen=True, slots=True)
class ManagedEnvironment:
    """An environment, and the base URL of the API that manages it."""

    api_url: str
    id: str

    def url(self, path: str) -> str:
        """Return where a part of the environment is."""
        return f"{self.api_url}/environments/{self.id}{path}"

    @property
    def environments_url(self) -> str:
        """Where all environments are."""
        return f"{self.api_url}/environments"


def managed_environment(
    base_url: str, api_url: str | None, environment_id: str | None, *, insecure_http: bool
) -> ManagedEnvironment:
    """Return the environment that a client's base URL is of, as far as nothing else is said.

    Raises: ConfigurationError when neither says which it is; for an API without TLS.
    """
    base = trim(base_url)
    url = _usual_api(base) if api_url is None else api_url.strip().rstrip("/")
    check_base_url(url)
    check_scheme(url, insecure_http=insecure_http)
    id = environment_id or _environment_of(base)
    if id is None:
        raise ConfigurationError(
            f"{printable(base)} does not say which environment is managed",
            remedy="Give environment_id=…, or the base URL https://HOST/{environmentId}",
        )
    return ManagedEnvironment(url, segment(id))


def segment(id: str) -> str:
    """Return an id as a part of a path: none leads elsewhere, or means a whole collection.

    Raises: ConfigurationError for what is no id.
    """
    if not _ID.fullmatch(id):
        raise ConfigurationError(f"{printable(id)!r} is no id of the management API")
    return id


def _usual_api(base: str) -> str:
    origin = origin_of(base)
    region = _PINGONE.fullmatch(origin)
    return f"https://api.pingone.{region[1]}/v1" if region else f"{origin}/v1"


def _environment_of(base: str) -> str | None:
    first = urlsplit(base).path.strip("/").partition("/")[0]
    try:
        return str(uuid.UUID(first))
    except ValueError:
        return None
