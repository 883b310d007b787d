"""Tokens for programs that use httpx: an auth class for its clients, sync and async."""

from typing import ClassVar

import httpx

from ostiary_client.bearer import BearerFlows


class BearerAuth(BearerFlows, httpx.Auth):
    """Puts a client's token on each request, and renews it when the service refuses it.

        import httpx
        from ostiary_client import Client
        from ostiary_client.httpx import BearerAuth

        with (
            Client(
                "https://localhost:9031",
                client_id="sdk-client-id",
                client_secret="sdk-client-secret",
            ) as client,
            httpx.Client(auth=BearerAuth(client, scope="api:read")) as http,
        ):
            print(http.get("https://localhost:9031/pf/JWKS").status_code)

    Args: client is a `Client` or, for an `httpx.AsyncClient`, better an `AsyncClient`; or a
        session of somebody who is signed on. What is left out of scope, resource and audience is
        as that was set up; insecure_http sends tokens without TLS.
    Raises: on each request, as `Client.token`; ConfigurationError for a URL without TLS.
    """

    byte_stream: ClassVar = httpx.ByteStream
