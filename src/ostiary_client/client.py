"""The client for programs that wait for their answers."""

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack

from ostiary_client.caching.source import TokenSource
from ostiary_client.caching.token_request import TokenRequest
from ostiary_client.conversations import conversations
from ostiary_client.options import ClientOptions
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.signon.calls import SignOnCalls
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.device_calls import DeviceCalls
from ostiary_client.signon.grant_calls import GrantCalls
from ostiary_client.signon.session import Session
from ostiary_client.tokens import AccessToken, BackendToken, Introspection, text_of
from ostiary_client.transport import SyncTransport

if TYPE_CHECKING:
    from ostiary_client.management.management import Management


class Client(SignOnCalls, GrantCalls, DeviceCalls):
    """A client of one identity server: PingFederate, PingOne, Ostiary or any other.

    Its tokens are kept and renewed early; threads may share it, and many that need the same token
    at once cause one request. Nothing is sent before the first call.

        from ostiary_client import Client

        with Client(
            "https://localhost:9031", client_id="sdk-client-id", client_secret="sdk-client-secret"
        ) as client:
            token = client.token("api:read")
            print(token.authorization)

    Args: base_url is PingFederate's base URL, PingOne's `https://auth.pingone.com/{environmentId}`
        or any issuer; `ClientOptions` says what there is beside it.
    Raises: ConfigurationError for what cannot work; every call besides an `OstiaryClientError`.
    """

    def __init__(self, base_url: str, **options: Unpack[ClientOptions]) -> None:
        self._conversations = conversations(base_url, **options)
        self._people = SignOnConversations(self._conversations)
        self._transport = SyncTransport(self._conversations.reach)
        self._tokens = TokenSource(
            self._conversations.refresh, self._conversations.now, self._fetch
        )

    @classmethod
    def from_profile(
        cls,
        name: str | None = None,
        *,
        base_url: str | None = None,
        **options: Unpack[ClientOptions],
    ) -> Self:
        """Return a client that is set up by a profile and by `OSTIARY_…` variables.

        What is given here counts before the environment, and that before the profile.

        Args: name is by default `OSTIARY_PROFILE`, else the default of the file of profiles.
        Raises: ConfigurationError; also for a secret that would go to another server than its own.
        """
        from ostiary_client.profiles.load import set_up  # noqa: PLC0415 - most do without

        url, settings = set_up(name, base_url, options)
        return cls(url, **settings)

    def metadata(self) -> Metadata:
        """Return what the server says about itself; it is asked once."""
        return self._transport.run(self._conversations.metadata())

    def token(
        self,
        scope: str | tuple[str, ...] | None = None,
        *,
        resource: str | None = None,
        audience: str | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> AccessToken:
        """Return an access token for the client itself, a new one only when one is due.

        Spec: RFC 6749 §4.4; RFC 8707 §2.
        Args: what is left out is as the client was set up; parameters are any further ones.
        Raises: OAuthError, InvalidClientError, AccessTokenMissingError, DiscoveryError,
            TransportError, RateLimitedError, ServerFailedError, UnreadableResponseError.
        """
        return self._tokens.get(self._conversations.request(scope, resource, audience, parameters))

    def forget(self, token: AccessToken | str | None = None) -> None:
        """Do not use a token again, or none of those that are held."""
        self._tokens.forget(None if token is None else text_of(token))

    def introspect(self, token: AccessToken | str) -> Introspection:
        """Ask the server whether a token is valid, and what it permits.

        Spec: RFC 7662 §2.
        """
        return self._transport.run(self._conversations.introspect(text_of(token)))

    def revoke(self, token: AccessToken | str, *, hint: str | None = None) -> None:
        """Have the server revoke a token, and forget it; an unknown one is no error.

        Spec: RFC 7009 §2.
        Args: hint is `access_token` or `refresh_token`.
        """
        self.forget(token)
        self._transport.run(self._conversations.revoke(text_of(token), hint))

    def backend_token(
        self,
        url: str,
        *,
        token: AccessToken | None = None,
        method: str = "POST",
        member: str | None = None,
    ) -> BackendToken:
        """Present a token to a backend that hands out tokens of its own, and take that.

        Args: token is the client's own unless given; member is the name under which the backend
            answers its token, by default `token` or `secret_token`.
        Raises: BackendUnreachableError, BackendRefusedError, SecretTokenMissingError; as `token`.
        """
        presented = token or self.token()
        return self._transport.run(
            self._conversations.exchange_at_backend(url, presented, method=method, member=member)
        )

    def management(
        self,
        *,
        api_url: str | None = None,
        environment_id: str | None = None,
        session: Session | None = None,
    ) -> "Management":
        """Return the environment that the client manages by PingOne's management API.

        Nothing is sent before the first call of what is returned.

        Spec: PingOne "Platform API".
        Args: api_url is `https://api.pingone.com/v1` by the region for PingOne's own hosts, and
            `/v1` beside the base URL elsewhere; environment_id is that of the base URL; session is
            of somebody who is signed on, and manages the own account alone.
        Raises: ConfigurationError when it cannot be said which environment that is.
        """
        from ostiary_client.management.caller import Caller  # noqa: PLC0415 - most do without
        from ostiary_client.management.management import Management  # noqa: PLC0415
        from ostiary_client.management.place import managed_environment  # noqa: PLC0415

        mine = self._conversations
        place = managed_environment(
            mine.base_url, api_url, environment_id, insecure_http=mine.insecure_http
        )
        owner = self if session is None else session
        return Management(place, Caller(self._transport, mine.retries, owner.token, owner.forget))

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self._conversations.base_url!r})"

    def _fetch(self, request: TokenRequest) -> AccessToken:
        return self._transport.run(self._conversations.client_credentials(request))
