"""requests: no OAuth in it; whoever writes the requests by hand uses it.

Cannot: client_secret_jwt, private_key_jwt, jwt_access_token
"""

from typing import Any

import requests

from tests.clients.reporting import read_settings, report

SETTINGS = read_settings()
SESSION = requests.Session()
CREDENTIALS = (SETTINGS["client_id"], SETTINGS["client_secret"])
GRANT = {"grant_type": "client_credentials", "scope": SETTINGS["scope"]}


def discover(document: str) -> dict[str, Any]:
    answer = SESSION.get(f"{SETTINGS['issuer']}/.well-known/{document}")
    answer.raise_for_status()
    return dict(answer.json())


SERVER = discover("openid-configuration")


def post(endpoint: str, form: dict[str, str], auth: tuple[str, str] | None = CREDENTIALS) -> Any:
    answer = SESSION.post(SERVER[f"{endpoint}_endpoint"], data=form, auth=auth)
    answer.raise_for_status()
    return answer.json() if answer.content else {}


def introspection() -> dict[str, Any]:
    token = post("token", GRANT)["access_token"]
    return dict(post("introspection", {"token": token}))


def revocation() -> dict[str, Any]:
    token = post("token", GRANT)["access_token"]
    post("revocation", {"token": token})
    return dict(post("introspection", {"token": token}))


def refusal(form: dict[str, str], auth: tuple[str, str]) -> dict[str, Any]:
    answer = SESSION.post(SERVER["token_endpoint"], data=form, auth=auth)
    return {"status": answer.status_code, **answer.json()}


report(
    {
        "discovery": lambda: SERVER,
        "oauth_discovery": lambda: discover("oauth-authorization-server"),
        "secret_in_header": lambda: post("token", GRANT),
        "secret_in_body": lambda: post(
            "token",
            {**GRANT, "client_id": CREDENTIALS[0], "client_secret": CREDENTIALS[1]},
            auth=None,
        ),
        "introspection": introspection,
        "revocation": revocation,
        "wrong_secret": lambda: refusal(GRANT, (CREDENTIALS[0], "wrong")),
        "foreign_scope": lambda: refusal(
            {**GRANT, "scope": SETTINGS["foreign_scope"]}, CREDENTIALS
        ),
    }
)
