"""Authlib on asynchronous HTTPX."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.clients.reporting import read_settings, report, visit

SETTINGS = read_settings()
LOOP = asyncio.Runner()
CLIENT = AsyncOAuth2Client(
    client_id=SETTINGS["client_id"],
    client_secret=SETTINGS["client_secret"],
    redirect_uri=SETTINGS["redirect_uri"],
    scope=SETTINGS["scope"],
    code_challenge_method="S256",
    verify=ssl.create_default_context(),  # Python's own context reads SSL_CERT_FILE
)
STATE, NONCE, VERIFIER = "state of Authlib", "nonce of Authlib", "w" * 64
FIRST: dict[str, Any] = {}


async def fetch(url: str) -> Any:
    answer = await CLIENT.request("GET", url, withhold_token=True)
    answer.raise_for_status()
    return answer.json()


SERVER = LOOP.run(fetch(get_well_known_url(SETTINGS["issuer"], external=True)))


async def metadata() -> dict[str, Any]:
    OpenIDProviderMetadata(SERVER).validate()
    return dict(SERVER)


def ask(**parameters: str) -> str:
    url, _ = CLIENT.create_authorization_url(
        SERVER["authorization_endpoint"],
        state=STATE,
        nonce=NONCE,
        code_verifier=VERIFIER,
        **parameters,
    )
    return visit(url)


async def sign_on() -> dict[str, Any]:
    token = await CLIENT.fetch_token(
        SERVER["token_endpoint"],
        authorization_response=ask(),
        state=STATE,
        code_verifier=VERIFIER,
    )
    FIRST.update(token)
    return dict(token)


async def id_token() -> dict[str, Any]:
    keys = KeySet.import_key_set(await fetch(SERVER["jwks_uri"]))
    algorithms = SERVER["id_token_signing_alg_values_supported"]
    decoded = jwt.decode(FIRST["id_token"], keys, algorithms)
    expected = {"iss": {"values": [SETTINGS["issuer"]]}}
    known = {
        "nonce": NONCE,
        "client_id": SETTINGS["client_id"],
        "access_token": FIRST["access_token"],
    }
    claims = CodeIDToken(decoded.claims, decoded.header, expected, known)
    claims.validate()
    return dict(claims)


async def userinfo() -> dict[str, Any]:
    answer = await CLIENT.get(SERVER["userinfo_endpoint"])
    answer.raise_for_status()
    return dict(answer.json())


async def refresh() -> dict[str, Any]:
    return dict(await CLIENT.refresh_token(SERVER["token_endpoint"]))


async def logout() -> dict[str, Any]:
    wish = {
        "id_token_hint": FIRST["id_token"],
        "post_logout_redirect_uri": SETTINGS["post_logout_redirect_uri"],
        "state": STATE,
    }
    arrived = visit(add_params_to_uri(SERVER["end_session_endpoint"], wish))
    await CLIENT.aclose()
    return {"arrived": arrived, "afterwards": ask(prompt="none")}


def run(check: Callable[[], Coroutine[Any, Any, dict[str, Any]]]) -> Callable[[], dict[str, Any]]:
    return lambda: LOOP.run(check())


with LOOP:
    report(
        {
            "metadata": run(metadata),
            "sign_on": run(sign_on),
            "id_token": run(id_token),
            "userinfo": run(userinfo),
            "refresh": run(refresh),
            "logout": run(logout),
        }
    )
