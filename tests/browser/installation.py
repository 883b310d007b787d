"""The example configuration, with clients for what browsers are put through."""

from typing import Any
from urllib.parse import urlencode

from tests.browser.hostile import HOSTILE
from tests.browser.websites import WebSites
from tests.support.server import SEEDS, load_toml

OPEN_HOST = "id.example"
SHOWN_HOST = "shown.example"
"""Of an environment whose sign-on is shown by an authentication application on the same site."""
PASSWORD = "Password1"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""Of `VERIFIER` (RFC 7636, appendix B)."""


def make_configuration(sites: WebSites, port: int) -> dict[str, Any]:
    """Return the example's first environment, opened to the sites of the tests.

    Args: port is the server's.
    """
    example = load_toml(SEEDS)["environments"]["default"]
    return {
        "server": {"default_environment": "default"},
        "environments": {
            "default": _extend(example, sites),
            "open": _make_open(sites, port),
            "shown": _make_shown(sites, port),
        },
    }


def authorize_url(base_url: str, client_id: str, redirect_uri: str, **changed: str) -> str:
    """Return where a browser is sent to sign its user on."""
    asked = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": "openid email",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changed,
    }
    return f"{base_url}/as/authorization.oauth2?{urlencode(asked)}"


def _extend(env: dict[str, Any], sites: WebSites) -> dict[str, Any]:
    """Return the example's environment, with clients of the tests beside its own."""
    example = env["clients"]["web-client"]
    web_client = {
        **example,
        "redirect_uris": [*example["redirect_uris"], f"{sites.application}/callback"],
        "post_logout_redirect_uris": [f"{sites.application}/bye"],
    }
    clients = {
        "web-client": web_client,
        "quick": _make_client(sites, bypass_approval=True),
        "remembering": _make_client(sites, bypass_approval=True, policy="remembering"),
        **{
            f"hostile-{number}": _make_client(sites, name=name, scopes=["openid", "hostile"])
            for number, name in enumerate(HOSTILE)
        },
    }
    mallory = dict.fromkeys(("given_name", "family_name", "mail"), " ".join(HOSTILE))
    remembering = {"type": "username_password", "remember_my_username": True}
    page = {"url": f"{sites.neighbour}/sign-on", "client": "im_client"}
    return {
        **env,
        "scopes": {**env["scopes"], "hostile": " ".join(HOSTILE)},
        "clients": {**env["clients"], **clients},
        "users": {**env["users"], "mallory": {"password": PASSWORD, "attributes": mallory}},
        "steps": {**env["steps"], "remembering": remembering},
        "policies": {**env["policies"], "remembering": {"steps": ["remembering"]}},
        "authentication_applications": {"page": page},
    }


def _make_open(sites: WebSites, port: int) -> dict[str, Any]:
    """Return an environment whose endpoints pages of another site may call."""
    return {
        "face": "pingfederate",
        "base_url": f"https://{OPEN_HOST}:{port}",
        "hosts": [OPEN_HOST],
        "scopes": {"openid": "Know who you are", "email": "Read your e-mail address"},
        "algorithms": ["ES256"],
        "token_managers": {"default": {"style": "rfc9068", "algorithm": "ES256"}},
        "allowed_origins": [sites.application],
        # Chromium keeps no other cookie for pages of another site, in the profiles that tests get.
        "sessions": {"partitioned": True},
        "authentication_applications": {"page": {"url": f"{sites.application}/sign-on"}},
        "clients": {
            "asking": _make_client(sites),
            "single-page": {
                **_make_client(sites, auth_methods=["none"], bypass_approval=True),
                "redirect_uris": [f"{sites.application}/{path}" for path in ("callback", "spa")],
            },
            "redirectless": {
                "auth_methods": ["none"],
                "grant_types": ["authorization_code"],
                "response_types": ["code", "token"],
                "allow_redirectless": True,
                "scopes": ["openid"],
            },
        },
        "users": {"joe": {"password": PASSWORD, "attributes": {"mail": "joe@example.com"}}},
    }


def _make_shown(sites: WebSites, port: int) -> dict[str, Any]:
    """Return an environment that sends browsers to another program's page to sign on."""
    redirectless = {
        "auth_methods": ["none"],
        "response_types": ["token"],
        "allow_redirectless": True,
        "scopes": ["openid"],
    }
    return {
        "face": "pingfederate",
        "base_url": f"https://{SHOWN_HOST}:{port}",
        "hosts": [SHOWN_HOST],
        "scopes": {"openid": "Know who you are", "email": "Read your e-mail address"},
        "algorithms": ["ES256"],
        "token_managers": {"default": {"style": "rfc9068", "algorithm": "ES256"}},
        "steps": {
            "who": {"type": "identifier_first"},
            "form": {"type": "username_password", "remember_my_username": True},
        },
        "policies": {"form": {"steps": ["form"]}, "both": {"steps": ["who", "form"]}},
        "default_policy": "form",
        "authentication_applications": {
            "widget": {"url": f"{sites.origin(SHOWN_HOST)}/widget"},
        },
        "default_authentication_application": "widget",
        "clients": {
            "asking": _make_client(sites),
            "in-two-steps": _make_client(sites, bypass_approval=True, policy="both"),
            "redirectless": redirectless,
            "jar-less": {**redirectless, "cookieless": True},
        },
        "users": {"joe": {"password": PASSWORD}},
    }


def _make_client(sites: WebSites, **fields: Any) -> dict[str, Any]:
    secret = {} if "auth_methods" in fields else {"secret": "a-secret-of-the-tests-0123456789"}
    return {
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": [f"{sites.application}/callback"],
        "post_logout_redirect_uris": [f"{sites.application}/bye"],
        "scopes": ["openid", "email"],
        "token_managers": ["default"],
        **secret,
        **fields,
    }
