"""Authlib on requests."""

from functools import cache
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.clients.reporting import read_settings, report, visit

SETTINGS = read_settings()
SESSION = OAuth2Session(
    client_id=SETTINGS["client_id"],
    client_secret=SETTINGS["client_secret"],
    redirect_uri=SETTINGS["redirect_uri"],
    scope=SETTINGS["scope"],
    code_challenge_method="S256",
)
STATE, NONCE, VERIFIER = "state of Authlib", "nonce of Authlib", "v" * 64


def fetch(url: str) -> Any:
    answer = SESSION.request("GET", url, withhold_token=True)
    answer.raise_for_status()
    return answer.json()


SERVER = fetch(get_well_known_url(SETTINGS["issuer"], external=True))


def metadata() -> dict[str, Any]:
    OpenIDProviderMetadata(SERVER).validate()
    return dict(SERVER)


def ask(**parameters: str) -> str:
    url, _ = SESSION.create_authorization_url(
        SERVER["authorization_endpoint"],
        state=STATE,
        nonce=NONCE,
        code_verifier=VERIFIER,
        **parameters,
    )
    return visit(url)


@cache
def sign_on() -> dict[str, Any]:
    token = SESSION.fetch_token(
        SERVER["token_endpoint"],
        authorization_response=ask(),
        state=STATE,
        code_verifier=VERIFIER,
    )
    return dict(token)


def id_token() -> dict[str, Any]:
    keys = KeySet.import_key_set(fetch(SERVER["jwks_uri"]))
    algorithms = SERVER["id_token_signing_alg_values_supported"]
    decoded = jwt.decode(sign_on()["id_token"], keys, algorithms)
    expected = {"iss": {"values": [SETTINGS["issuer"]]}}
    known = {
        "nonce": NONCE,
        "client_id": SETTINGS["client_id"],
        "access_token": sign_on()["access_token"],
    }
    claims = CodeIDToken(decoded.claims, decoded.header, expected, known)
    claims.validate()
    return dict(claims)


def userinfo() -> dict[str, Any]:
    answer = SESSION.get(SERVER["userinfo_endpoint"])
    answer.raise_for_status()
    return dict(answer.json())


def refresh() -> dict[str, Any]:
    return dict(SESSION.refresh_token(SERVER["token_endpoint"]))


def logout() -> dict[str, Any]:
    wish = {
        "id_token_hint": sign_on()["id_token"],
        "post_logout_redirect_uri": SETTINGS["post_logout_redirect_uri"],
        "state": STATE,
    }
    url = add_params_to_uri(SERVER["end_session_endpoint"], wish)
    return {"arrived": visit(url), "afterwards": ask(prompt="none")}


report(
    {
        "metadata": metadata,
        "sign_on": sign_on,
        "id_token": id_token,
        "userinfo": userinfo,
        "refresh": refresh,
        "logout": logout,
    }
)
