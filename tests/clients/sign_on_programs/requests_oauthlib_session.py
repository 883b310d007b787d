"""requests-oauthlib: oauthlib's protocol on sessions of requests.

Cannot: id_token
"""

from functools import cache
from typing import Any
from urllib.parse import urlencode

from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from tests.clients.reporting import read_settings, report, visit

SETTINGS = read_settings()
CREDENTIALS = HTTPBasicAuth(SETTINGS["client_id"], SETTINGS["client_secret"])
SESSION = OAuth2Session(
    client_id=SETTINGS["client_id"],
    redirect_uri=SETTINGS["redirect_uri"],
    scope=SETTINGS["scope"].split(),
    pkce="S256",
)
DOCUMENT = f"{SETTINGS['issuer']}/.well-known/openid-configuration"
SERVER = SESSION.request("GET", DOCUMENT, withhold_token=True).json()


def ask(**parameters: str) -> str:
    url, _ = SESSION.authorization_url(SERVER["authorization_endpoint"], **parameters)
    return visit(url)


@cache
def sign_on() -> dict[str, Any]:
    token = SESSION.fetch_token(
        SERVER["token_endpoint"],
        authorization_response=ask(),
        client_secret=SETTINGS["client_secret"],
    )
    return dict(token)


def userinfo() -> dict[str, Any]:
    answer = SESSION.get(SERVER["userinfo_endpoint"])
    answer.raise_for_status()
    return dict(answer.json())


def refresh() -> dict[str, Any]:
    return dict(SESSION.refresh_token(SERVER["token_endpoint"], auth=CREDENTIALS))


def logout() -> dict[str, Any]:
    # There is nothing for this in the library: applications write it by hand.
    wish = {
        "id_token_hint": sign_on()["id_token"],
        "post_logout_redirect_uri": SETTINGS["post_logout_redirect_uri"],
        "state": "by hand",
    }
    arrived = visit(f"{SERVER['end_session_endpoint']}?{urlencode(wish)}")
    return {"arrived": arrived, "afterwards": ask(prompt="none")}


report(
    {
        "metadata": lambda: SERVER,
        "sign_on": sign_on,
        "userinfo": userinfo,
        "refresh": refresh,
        "logout": logout,
    }
)
