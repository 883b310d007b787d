"""`OAuth2Session`: device codes by the names that scripts for requests_oauthlib expect.

That package has no device codes itself; a script that calls them there runs by importing this
class in its place.
"""

from typing import Any
from urllib.parse import urlsplit

from ostiary_client.conversations import conversations
from ostiary_client.errors import ConfigurationError
from ostiary_client.protocol.device import GRANT_TYPE, DeviceCode
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.device_conversations import begin, wait
from ostiary_client.transport import SyncTransport


class OAuth2Session:
    """One client that gets tokens by device codes; its answers are the server's own members.

    Args: scope is a text with spaces or a list; options are those of `Client`, such as `verify`.
    """

    def __init__(
        self,
        client_id: str,
        *,
        scope: str | list[str] | tuple[str, ...] | None = None,
        **options: Any,  # noqa: ANN401 - those of Client
    ) -> None:
        self._options: dict[str, Any] = {**options, "client_id": client_id}
        words = scope.split() if isinstance(scope, str) else scope
        self._scopes = None if words is None else tuple(words)
        self._begun: dict[str, DeviceCode] = {}
        self.token: dict[str, Any] = {}

    def fetch_device_code(self, device_code_url: str, **parameters: str) -> dict[str, Any]:
        """Ask for codes at a device authorization endpoint, and return what it answers.

        Spec: RFC 8628 §3.1, §3.2.
        Raises: as `Client.device`.
        """
        metadata = Metadata(_issuer(device_code_url), device_authorization_endpoint=device_code_url)
        people = self._people(metadata)
        with SyncTransport(people.base.reach) as transport:
            code = transport.run(begin(people, self._scopes, parameters))
        self._begun[code.device_code] = code
        return dict(code.response)

    def fetch_token(
        self,
        token_url: str,
        client_secret: str | None = None,
        *,
        device_code: str,
        grant_type: str = GRANT_TYPE,
    ) -> dict[str, Any]:
        """Wait until somebody has let the device in, and return what the token endpoint answers.

        The ID token in it is as it came: whoever goes by it has to verify it.
        Spec: RFC 8628 §3.4, §3.5.
        Raises: AccessDeniedError, DeviceExpiredError; ConfigurationError for a device code that
            this session did not fetch; as `Client.device`.
        """
        code = self._begun.get(device_code)
        if code is None or grant_type != GRANT_TYPE:
            raise ConfigurationError(
                "This session waits for its own device codes alone",
                remedy="Call fetch_device_code first, and hand on its device_code",
            )
        metadata = Metadata(_issuer(token_url), token_endpoint=token_url)
        people = self._people(metadata, client_secret)
        with SyncTransport(people.base.reach) as transport:
            asking = wait(people, code, code.interval_seconds, verifies=False)
            self.token = dict(transport.run(asking).response)
        return self.token

    def _people(self, metadata: Metadata, client_secret: str | None = None) -> SignOnConversations:
        options = {**self._options, "metadata": metadata}
        if client_secret is not None:
            options["client_secret"] = client_secret
        return SignOnConversations(conversations(metadata.issuer, **options))


def _issuer(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
