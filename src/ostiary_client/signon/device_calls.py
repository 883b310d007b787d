"""What a client can do to sign people on without a browser of its own."""

from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.device_conversations import begin
from ostiary_client.signon.device_login import AsyncDeviceLogin, DeviceLogin
from ostiary_client.transport import AsyncTransport, SyncTransport


class DeviceCalls:
    """Sign-ons by device codes: a part of `Client`."""

    _people: SignOnConversations
    _transport: SyncTransport

    def device(self, scopes: str | tuple[str, ...] | None = None, **parameters: str) -> DeviceLogin:
        """Begin a sign-on that a person goes on with in a browser, wherever that is.

        Spec: RFC 8628 §3.1.
        Args: scopes are `openid` when neither this nor the client says any.
        Raises: OAuthError, InvalidClientError, DiscoveryError, TransportError, RateLimitedError,
            ServerFailedError, UnreadableResponseError.
        """
        code = self._transport.run(begin(self._people, scopes, parameters))
        return DeviceLogin(self._people, self._transport, code)


class AsyncDeviceCalls:
    """The same as a part of `AsyncClient`."""

    _people: SignOnConversations
    _transport: AsyncTransport

    async def device(
        self, scopes: str | tuple[str, ...] | None = None, **parameters: str
    ) -> AsyncDeviceLogin:
        """Begin a sign-on as `Client.device`."""
        code = await self._transport.run(begin(self._people, scopes, parameters))
        return AsyncDeviceLogin(self._people, self._transport, code)
