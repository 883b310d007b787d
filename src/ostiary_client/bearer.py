"""A token on the requests of a program that has an HTTP client of its own."""

import re
from collections.abc import AsyncGenerator, Generator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import anyio.to_thread

from ostiary_client.async_client import AsyncClient
from ostiary_client.client import Client
from ostiary_client.errors import ConfigurationError
from ostiary_client.protocol.metadata import check_scheme
from ostiary_client.signon.session import AsyncSession, Session
from ostiary_client.tokens import AccessToken

TokenGiver: TypeAlias = Client | AsyncClient | Session | AsyncSession
"""Whose tokens go on requests: a client's own, or those of somebody who is signed on."""
_INVALID_TOKEN = re.compile(r"""\berror\s*=\s*"?invalid_token\b""")


@dataclass(frozen=True, slots=True)
class Bearer:
    """Which token goes on a request, and when to try another one.

    A token that the service calls invalid is forgotten, and the request goes out once more with a
    new one, if its body can be sent again.

    Spec: RFC 6750 §2.1, §3.1.
    """

    client: TokenGiver
    scope: str | None = None
    resource: str | None = None
    audience: str | None = None
    insecure_http: bool = False

    def __post_init__(self) -> None:
        """Refuse to ask a session for other tokens than those of its sign-on."""
        if isinstance(self.client, Session | AsyncSession) and any(self._asked):
            raise ConfigurationError(
                "A session's tokens are for what its person signed on for",
                remedy="Leave out scope, resource and audience",
            )

    @property
    def _asked(self) -> tuple[str | None, ...]:
        return self.scope, self.resource, self.audience

    def present(self, headers: MutableMapping[str, str], url: str) -> AccessToken:
        """Put a token into the headers of a request, and return it.

        Raises: ConfigurationError for a URL without TLS; as `Client.token`.
        """
        check_scheme(url, insecure_http=self.insecure_http)
        token = self._token()
        headers["Authorization"] = token.authorization
        return token

    async def present_async(self, headers: MutableMapping[str, str], url: str) -> AccessToken:
        """Do as `present`, without holding up other tasks."""
        check_scheme(url, insecure_http=self.insecure_http)
        token = await self._token_async()
        headers["Authorization"] = token.authorization
        return token

    def _token(self) -> AccessToken:
        match self.client:
            case Session() as session:
                return session.token()
            case Client() as client:
                return client.token(self.scope, resource=self.resource, audience=self.audience)
            case AsyncClient() | AsyncSession():
                raise ConfigurationError(
                    "An AsyncClient serves no program that waits for its answers",
                    remedy="Give the auth object a Client",
                )

    async def _token_async(self) -> AccessToken:
        match self.client:
            case Client() | Session():
                return await anyio.to_thread.run_sync(self._token)
            case AsyncSession() as session:
                return await session.token()
            case AsyncClient() as client:
                return await client.token(
                    self.scope, resource=self.resource, audience=self.audience
                )

    def refused(
        self,
        token: AccessToken,
        status: int,
        challenge: str | None,
        asked_with: Mapping[str, str | bytes],
    ) -> bool:
        """Say whether the service calls the token invalid, and if so forget it.

        Args: asked_with are the headers of the request that was answered. After a redirect to
            another host the token is not among them, and what that host says of it is no reason
            to show it another one.
        """
        if status != 401 or asked_with.get("Authorization") != token.authorization:
            return False
        if not _INVALID_TOKEN.search(challenge or ""):
            return False
        self.client.forget(token)
        return True


class BearerFlows:
    """The two flows of an auth class: httpx and httpx2 each have a base class of their own."""

    byte_stream: ClassVar[type[Any]]
    """What the library calls the body of a request that can be sent again."""

    def __init__(
        self,
        client: TokenGiver,
        *,
        scope: str | None = None,
        resource: str | None = None,
        audience: str | None = None,
        insecure_http: bool = False,
    ) -> None:
        self._bearer = Bearer(client, scope, resource, audience, insecure_http)

    def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]:  # noqa: ANN401 - of either library
        """Send a request with a token, and again with another one if it is refused."""
        token = self._bearer.present(request.headers, str(request.url))
        response = yield request
        if self._refused(token, response) and isinstance(request.stream, self.byte_stream):
            self._bearer.present(request.headers, str(request.url))
            yield request

    async def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]:  # noqa: ANN401 - of either library
        """Send a request with a token, and again with another one if it is refused."""
        token = await self._bearer.present_async(request.headers, str(request.url))
        response = yield request
        if self._refused(token, response) and isinstance(request.stream, self.byte_stream):
            await self._bearer.present_async(request.headers, str(request.url))
            yield request

    def _refused(self, token: AccessToken, response: Any) -> bool:  # noqa: ANN401 - of either library
        challenge = response.headers.get("www-authenticate")
        asked_with = response.request.headers
        return self._bearer.refused(token, response.status_code, challenge, asked_with)
