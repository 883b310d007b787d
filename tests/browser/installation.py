"""The example configuration, with clients for what browsers are put through."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ostiary.core.model.device_request import DEVICE_GRANT
from tests.browser.hostile import HOSTILE
from tests.browser.websites import WebSites
from tests.support.markdown import ROOT
from tests.support.server import SEEDS, load_toml

OPEN_HOST = "id.example"
SHOWN_HOST = "shown.example"
"""Of an environment whose sign-on is shown by an authentication application on the same site."""
THEMED_HOST = "bakery.example"
"""Of an environment whose pages look like those of its owner."""
CLOUD_ID = "00000000-0000-4000-8000-00000000c10d"
"""Of the environment with PingOne's face."""
CLOUD_PAGE_ID = "00000000-0000-4000-8000-0000000000c1"
PASSWORD = "Password1"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""Of `VERIFIER` (RFC 7636, appendix B)."""

DEVICE_ID = "00000000-0000-4000-8000-0000000000c2"
"""Of a program without a browser, in two environments."""

AUTHORIZATION_PATH = "/as/authorization.oauth2"
CLOUD_AUTHORIZATION_PATH = f"/{CLOUD_ID}/as/authorize"

FACTORS = ("totp", "passkey", "email", "sms", "any", "kept")
"""Clients, each with a policy and a step of the same name: which second factors count there."""
EVERYBODY = 19
"""How many users there are without a second factor: `person-0` and so on, and `new-0`."""
_STEPS: dict[str, dict[str, Any]] = {
    "accounts": {
        "type": "username_password",
        "recovery": True,
        "registration": True,
        "password_change": True,
    },
    "links": {"type": "username_password", "recovery": True, "recovery_by": "link"},
    **{name: {"type": "second_factor", "methods": [name]} for name in FACTORS},
    "any": {"type": "second_factor"},
    "kept": {"type": "second_factor", "methods": ["email"], "remember_minutes": 60},
}


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
            "cloud": _make_cloud(sites),
            "bakery": _make_bakery(sites, port),
        },
    }


def authorize_url(
    base_url: str,
    client_id: str,
    redirect_uri: str,
    *,
    path: str = AUTHORIZATION_PATH,
    **changed: str,
) -> str:
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
    return f"{base_url}{path}?{urlencode(asked)}"


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
        "asking": _make_client(sites, name="Web application"),
        "quick": _make_client(sites, bypass_approval=True),
        **{
            name: _make_client(sites, bypass_approval=True, policy=name)
            for name in ("remembering", "accounts", "links", *FACTORS)
        },
        "explored": _make_client(
            sites, auth_methods=["none"], allow_redirectless=True, policy="accounts"
        ),
        "framed": _make_client(
            sites,
            bypass_approval=True,
            response_types=["id_token"],
            frontchannel_logout_uri=f"{sites.application}/frame",
        ),
        **{
            f"hostile-{number}": _make_client(sites, name=name, scopes=["openid", "hostile"])
            for number, name in enumerate(HOSTILE)
        },
    }
    mallory = dict.fromkeys(("given_name", "family_name", "mail"), " ".join(HOSTILE))
    remembering = {"type": "username_password", "remember_my_username": True}
    page = {"url": f"{sites.neighbour}/sign-on", "client": "im_client"}
    users = {**_make_people(), "mallory": {"password": PASSWORD, "attributes": mallory}}
    steps = {"remembering": remembering, **_STEPS}
    policies = {name: {"steps": [name]} for name in ("remembering", "accounts", "links")}
    factors = {name: {"steps": ["accounts", name]} for name in FACTORS}
    return {
        **env,
        "scopes": {**env["scopes"], "hostile": " ".join(HOSTILE)},
        "lockout": {"spray_users": 0},  # every test's wrong passwords come from one address
        "clients": {**env["clients"], **clients},
        "users": {**env["users"], **users},
        "steps": {**env["steps"], **steps},
        "policies": {**env["policies"], **policies, **factors},
        "authentication_applications": {"page": page},
    }


def _make_people() -> dict[str, Any]:
    """Return one user for each test that gives one something to sign on with."""
    people = {
        f"person-{number}": {
            "password": PASSWORD,
            "attributes": {"mail": f"person-{number}@example.com"},
        }
        for number in range(EVERYBODY)
    }
    new = {"password": PASSWORD, "must_change_password": True}
    return {**people, **{f"new-{number}": new for number in range(2)}}


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
            "television": _make_television(),
        },
        "users": {"joe": {"password": PASSWORD, "attributes": {"mail": "joe@example.com"}}},
    }


def _make_bakery(sites: WebSites, port: int) -> dict[str, Any]:
    """Return an environment with the theme of the example."""
    asking = {
        **_make_client(sites),
        "name": "Breakfast",
        "logo_uri": f"{sites.application}/logo.svg",
        "policy_uri": f"{sites.application}/privacy",
        "tos_uri": f"{sites.application}/terms",
    }
    return {
        "face": "pingfederate",
        "name": "Northwind Bakery",
        "base_url": f"https://{THEMED_HOST}:{port}",
        "hosts": [THEMED_HOST],
        "scopes": {"openid": "Know who you are", "email": "Read your e-mail address"},
        "algorithms": ["ES256"],
        "token_managers": {"default": {"style": "rfc9068", "algorithm": "ES256"}},
        "steps": {"form": _STEPS["accounts"], "more": {"type": "second_factor"}},
        "policies": {"form": {"steps": ["form"]}, "more": {"steps": ["form", "more"]}},
        "default_policy": "form",
        "clients": {
            "asking": asking,
            "guarded": _make_client(sites, bypass_approval=True, policy="more"),
        },
        "users": {"joe": {"password": PASSWORD, "attributes": {"mail": "joe@example.com"}}},
        "theme": _read_theme(),
    }


def _read_theme() -> dict[str, Any]:
    """Return the theme of the example, its files found from wherever the server runs."""
    theme = load_toml(Path("examples/theme/ostiary.toml"))["environments"]["bakery"]["theme"]
    files = {name: str(ROOT / theme[name]) for name in ("logo", "dark_logo", "stylesheet")}
    return {**theme, **files}


def _make_cloud(sites: WebSites) -> dict[str, Any]:
    """Return an environment with PingOne's face whose endpoints pages of another site may call."""
    client = _make_client(sites, auth_methods=["none"], bypass_approval=True)
    page = {
        **client,
        "client_id": CLOUD_PAGE_ID,
        "redirect_uris": [f"{sites.application}/{path}" for path in ("callback", "spa")],
        "allow_redirectless": True,
        "idp_signoff": True,
        "response_types": ["code", "id_token"],
        "claims_in_id_token": True,
    }
    return {
        "face": "pingone",
        "id": CLOUD_ID,
        "scopes": {"openid": "Know who you are", "email": "Read your e-mail address"},
        "allowed_origins": [sites.application],
        "sessions": {"partitioned": True},
        "steps": _STEPS,
        "policies": {
            "Single_Factor": {"steps": ["accounts"]},
            **{name: {"steps": ["accounts", name]} for name in ("totp", "passkey")},
        },
        "default_policy": "Single_Factor",
        "clients": {
            "single-page": page,
            "asking": _make_client(sites, name="Web application"),
            "accounts": _make_client(sites, bypass_approval=True),
            "television": _make_television(),
            **{
                name: _make_client(sites, bypass_approval=True, policy=name)
                for name in ("totp", "passkey")
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
            "more": {"type": "second_factor", "methods": ["totp", "passkey"]},
        },
        "policies": {
            "form": {"steps": ["form"]},
            "both": {"steps": ["who", "form"]},
            "more": {"steps": ["form", "more"]},
        },
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
            "guarded": {**redirectless, "policy": "more"},
        },
        "users": {name: {"password": PASSWORD} for name in ("joe", "ann", "ben")},
    }


def _make_television() -> dict[str, Any]:
    return {
        "client_id": DEVICE_ID,
        "name": "Television",
        "auth_methods": ["none"],
        "grant_types": [DEVICE_GRANT],
        "scopes": ["openid", "email"],
        "token_managers": ["default"],
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
