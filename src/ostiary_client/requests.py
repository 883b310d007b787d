"""Tokens for programs that use requests: an auth object for its calls and sessions."""

from typing import Any

import requests
import requests.auth

from ostiary_client.bearer import Bearer
from ostiary_client.client import Client
from ostiary_client.signon.session import Session
from ostiary_client.tokens import AccessToken


class BearerAuth(requests.auth.AuthBase):
    """Puts a client's token on each request, and renews it when the service refuses it.

        import requests
        from ostiary_client import Client
        from ostiary_client.requests import BearerAuth

        with Client(
            "https://localhost:9031", client_id="sdk-client-id", client_secret="sdk-client-secret"
        ) as client:
            auth = BearerAuth(client, scope="api:read")
            print(requests.get("https://localhost:9031/pf/JWKS", auth=auth).status_code)

    Args: client is a `Client`, or a `Session` of somebody who is signed on; what is left out of
        scope, resource and audience is as the client was set up; insecure_http sends tokens
        without TLS.
    Raises: on each request, as `Client.token`; ConfigurationError for a URL without TLS.
    """

    def __init__(
        self,
        client: Client | Session,
        *,
        scope: str | None = None,
        resource: str | None = None,
        audience: str | None = None,
        insecure_http: bool = False,
    ) -> None:
        self._bearer = Bearer(client, scope, resource, audience, insecure_http)

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put a token on a request that is about to be sent."""
        token = self._bearer.present(r.headers, str(r.url))

        def send_again(
            response: requests.Response,
            *args: object,
            **kwargs: Any,  # noqa: ANN401 - as requests calls its hooks
        ) -> requests.Response:
            return self._send_again(response, token, kwargs)

        r.register_hook("response", send_again)  # type: ignore[no-untyped-call]
        return r

    def _send_again(
        self, response: requests.Response, token: AccessToken, options: dict[str, Any]
    ) -> requests.Response:
        """Send a request once more with another token, if this one was refused."""
        challenge = response.headers.get("WWW-Authenticate")
        asked_with = response.request.headers
        if not self._bearer.refused(token, response.status_code, challenge, asked_with):
            return response
        again = response.request.copy()
        body: object = again.body
        if not isinstance(body, bytes | str | None):
            return response
        response.content  # noqa: B018 - read to its end, so that the connection can be used again
        response.close()
        self._bearer.present(again.headers, str(again.url))
        second: requests.Response = response.connection.send(again, **options)
        second.history.append(response)
        second.request = again
        return second
