"""A sign-on by a device code: what to tell the person, and how it ended."""

from ostiary_client.protocol.device import DeviceCode, Pending
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.device_conversations import OnWait, ask, wait
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.transport import AsyncTransport, SyncTransport


class _Begun:
    """A sign-on that somebody has to go on with in a browser, wherever that is."""

    def __init__(self, people: SignOnConversations, code: DeviceCode) -> None:
        self._people = people
        self.code = code
        self.interval_seconds = code.interval_seconds
        """So far apart the server wants to be asked; it may ask for more."""

    @property
    def user_code(self) -> str:
        """What the person types."""
        return self.code.user_code

    @property
    def verification_uri(self) -> str:
        """Where the person types it."""
        return self.code.verification_uri

    @property
    def verification_uri_complete(self) -> str | None:
        """The same with the code in it, for a QR code or a link, where the server has that."""
        return self.code.verification_uri_complete

    def _took(self, answer: TokenSet | Pending) -> TokenSet | None:
        if isinstance(answer, Pending):
            self.interval_seconds = answer.interval_seconds
            return None
        return answer


class DeviceLogin(_Begun):
    """A sign-on by a device code, as `Client.device` begins it."""

    def __init__(
        self, people: SignOnConversations, transport: SyncTransport, code: DeviceCode
    ) -> None:
        super().__init__(people, code)
        self._transport = transport

    def poll(self) -> TokenSet | None:
        """Ask once, and return the tokens, or None while nobody has said anything.

        Spec: RFC 8628 §3.4, §3.5.
        Raises: AccessDeniedError when the person refused; DeviceExpiredError; InvalidTokenError;
            OAuthError, TransportError, RateLimitedError, ServerFailedError.
        """
        return self._took(self._transport.run(ask(self._people, self.code, self.interval_seconds)))

    def wait(self, on_wait: OnWait | None = None) -> TokenSet:
        """Ask as often as the server wants, until somebody said yes or no, and return the tokens.

        Args: on_wait is told before each question how many seconds are left.
        Raises: as `poll`; what only passes, such as a server that restarts, is waited out.
        """
        return self._transport.run(wait(self._people, self.code, self.interval_seconds, on_wait))

    def __repr__(self) -> str:
        return f"DeviceLogin({self.verification_uri!r})"


class AsyncDeviceLogin(_Begun):
    """`DeviceLogin`, awaited."""

    def __init__(
        self, people: SignOnConversations, transport: AsyncTransport, code: DeviceCode
    ) -> None:
        super().__init__(people, code)
        self._transport = transport

    async def poll(self) -> TokenSet | None:
        """Ask once, as `DeviceLogin.poll`."""
        return self._took(
            await self._transport.run(ask(self._people, self.code, self.interval_seconds))
        )

    async def wait(self, on_wait: OnWait | None = None) -> TokenSet:
        """Ask until somebody said yes or no, as `DeviceLogin.wait`."""
        return await self._transport.run(
            wait(self._people, self.code, self.interval_seconds, on_wait)
        )

    def __repr__(self) -> str:
        return f"AsyncDeviceLogin({self.verification_uri!r})"
