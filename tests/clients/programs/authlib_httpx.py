"""Authlib on asynchronous HTTPX.

Cannot: jwt_access_token
"""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urljoin

from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from authlib.oauth2.rfc8414 import get_well_known_url
from authlib.oidc.discovery import get_well_known_url as get_openid_url
from joserfc.jwk import ECKey

from tests.clients.reporting import read_settings, report

SETTINGS = read_settings()
Facts = dict[str, Any]


def open_client(method: str = "client_secret_basic", **how: Any) -> AsyncOAuth2Client:
    given = {
        "client_id": SETTINGS["client_id"],
        "client_secret": SETTINGS["client_secret"],
        "scope": SETTINGS["scope"],
        **how,
    }
    # Python's own context reads SSL_CERT_FILE.
    return AsyncOAuth2Client(
        token_endpoint_auth_method=method, verify=ssl.create_default_context(), **given
    )


async def discover(url: str) -> Facts:
    async with open_client() as client:
        found = await client.request("GET", url, withhold_token=True)
    found.raise_for_status()
    return dict(found.json())


SERVER = asyncio.run(discover(get_openid_url(SETTINGS["issuer"], external=True)))


async def get_token(client: AsyncOAuth2Client) -> Facts:
    url = SERVER["token_endpoint"]
    return dict(await client.fetch_token(url, grant_type="client_credentials"))


async def get_one_token(client: AsyncOAuth2Client, *methods: ClientSecretJWT) -> Facts:
    async with client:
        for method in methods:
            client.register_client_auth_method(method)
        return await get_token(client)


async def introspect(client: AsyncOAuth2Client, token: str) -> Facts:
    answer = await client.introspect_token(SERVER["introspection_endpoint"], token=token)
    return dict(answer.json())


async def introspection() -> Facts:
    async with open_client() as client:
        return await introspect(client, (await get_token(client))["access_token"])


async def revocation() -> Facts:
    async with open_client() as client:
        token = (await get_token(client))["access_token"]
        answer = await client.revoke_token(SERVER["revocation_endpoint"], token=token)  # type: ignore[no-untyped-call]
        answer.raise_for_status()
        return await introspect(client, token)


async def refusal(client: AsyncOAuth2Client) -> Facts:
    statuses: list[int] = []

    def note_status(answer: Any) -> Any:
        statuses.append(answer.status_code)
        return answer

    client.register_compliance_hook("access_token_response", note_status)
    async with client:
        try:
            await get_token(client)
        except OAuthError as error:
            return {"error": error.error, "status": statuses[0]}
    raise AssertionError("this was not refused")


def run(check: Callable[..., Coroutine[Any, Any, Facts]], *arguments: Any) -> Callable[[], Facts]:
    return lambda: asyncio.run(check(*arguments))


TOKEN_URL = SERVER["token_endpoint"]
KEY_CLIENT = open_client(
    "private_key_jwt",
    client_id=SETTINGS["key_client_id"],
    client_secret=ECKey.import_key(SETTINGS["private_key"]),
)

report(
    {
        "discovery": lambda: SERVER,
        "oauth_discovery": run(
            discover, urljoin(SETTINGS["issuer"], get_well_known_url(SETTINGS["issuer"]))
        ),
        "secret_in_header": run(get_one_token, open_client()),
        "secret_in_body": run(get_one_token, open_client("client_secret_post")),
        "client_secret_jwt": run(
            get_one_token, open_client("client_secret_jwt"), ClientSecretJWT(TOKEN_URL)
        ),
        "private_key_jwt": run(get_one_token, KEY_CLIENT, PrivateKeyJWT(TOKEN_URL, alg="ES256")),
        "introspection": run(introspection),
        "revocation": run(revocation),
        "wrong_secret": run(refusal, open_client(client_secret="wrong")),
        "foreign_scope": run(refusal, open_client(scope=SETTINGS["foreign_scope"])),
    }
)
