"""requests-oauthlib: oauthlib's protocol on sessions of requests.

Cannot: client_secret_jwt, private_key_jwt, jwt_access_token
"""

from typing import Any

from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from tests.clients.reporting import read_settings, report

SETTINGS = read_settings()
CREDENTIALS = HTTPBasicAuth(SETTINGS["client_id"], SETTINGS["client_secret"])


CLIENT = BackendApplicationClient(client_id=SETTINGS["client_id"])


def open_session(scope: str = SETTINGS["scope"]) -> OAuth2Session:
    client = BackendApplicationClient(client_id=SETTINGS["client_id"], scope=scope)
    return OAuth2Session(client=client)


def discover(document: str) -> dict[str, Any]:
    url = f"{SETTINGS['issuer']}/.well-known/{document}"
    return dict(open_session().request("GET", url, withhold_token=True).json())


SERVER = discover("openid-configuration")


def get_token(session: OAuth2Session, **how: Any) -> dict[str, Any]:
    return dict(session.fetch_token(SERVER["token_endpoint"], **how))


def introspect(session: OAuth2Session, token: str) -> dict[str, Any]:
    url = SERVER["introspection_endpoint"]
    answer = session.request(
        "POST", url, data={"token": token}, auth=CREDENTIALS, withhold_token=True
    )
    return dict(answer.json())


def introspection() -> dict[str, Any]:
    session = open_session()
    return introspect(session, get_token(session, auth=CREDENTIALS)["access_token"])


def revocation() -> dict[str, Any]:
    session = open_session()
    token = get_token(session, auth=CREDENTIALS)["access_token"]
    url, headers, body = CLIENT.prepare_token_revocation_request(
        SERVER["revocation_endpoint"], token
    )
    session.request("POST", url, data=body, headers=headers, auth=CREDENTIALS, withhold_token=True)
    return introspect(session, token)


def refusal(session: OAuth2Session, **how: Any) -> dict[str, Any]:
    try:
        get_token(session, **how)
    except OAuth2Error as error:
        return {"error": error.error, "status": error.status_code}
    raise AssertionError("this was not refused")


report(
    {
        "discovery": lambda: SERVER,
        "oauth_discovery": lambda: discover("oauth-authorization-server"),
        "secret_in_header": lambda: get_token(
            open_session(), client_secret=SETTINGS["client_secret"]
        ),
        "secret_in_body": lambda: get_token(
            open_session(), client_secret=SETTINGS["client_secret"], include_client_id=True
        ),
        "introspection": introspection,
        "revocation": revocation,
        "wrong_secret": lambda: refusal(open_session(), client_secret="wrong"),
        "foreign_scope": lambda: refusal(open_session(SETTINGS["foreign_scope"]), auth=CREDENTIALS),
    }
)
