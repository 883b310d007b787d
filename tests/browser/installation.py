"""The example configuration, with clients for what browsers are put through."""

from typing import Any
from urllib.parse import urlencode

from tests.browser.websites import WebSites
from tests.support.server import SEEDS, load_toml

PASSWORD = "Password1"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""Of `VERIFIER` (RFC 7636, appendix B)."""


def make_configuration(sites: WebSites) -> dict[str, Any]:
    """Return the example configuration, opened to the sites of the tests."""
    configuration = load_toml(SEEDS)
    del configuration["server"]["public_url"]
    env = configuration["environments"]["default"]
    env["allowed_origins"] = [sites.application]
    env["clients"]["web-client"]["redirect_uris"].append(f"{sites.application}/callback")
    env["clients"]["web-client"]["post_logout_redirect_uris"].append(f"{sites.application}/bye")
    env["clients"] |= {
        "quick": _make_client(sites, bypass_approval=True),
        "remembering": _make_client(sites, bypass_approval=True, policy="remembering"),
        "single-page": _make_client(sites, auth_methods=["none"], bypass_approval=True),
    }
    env["steps"]["remembering"] = {"type": "username_password", "remember_my_username": True}
    env["policies"]["remembering"] = {"steps": ["remembering"]}
    env["authentication_applications"] = {
        "page": {"url": f"{sites.neighbour}/sign-on", "client": "im_client"},
    }
    return configuration


def authorize_url(base_url: str, client_id: str, redirect_uri: str, **changed: str) -> str:
    """Return where a browser is sent to sign its user on."""
    asked = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": "openid profile",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changed,
    }
    return f"{base_url}/as/authorization.oauth2?{urlencode(asked)}"


def _make_client(sites: WebSites, **fields: Any) -> dict[str, Any]:
    secret = {} if "auth_methods" in fields else {"secret": "a-secret-of-the-tests-0123456789"}
    return {
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": [f"{sites.application}/callback"],
        "post_logout_redirect_uris": [f"{sites.application}/bye"],
        "scopes": ["openid", "profile", "email"],
        "default_scopes": ["openid"],
        "token_managers": ["default"],
        **secret,
        **fields,
    }
