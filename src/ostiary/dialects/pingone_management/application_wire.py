"""Applications in JSON: clients with PingOne's names and upper-case words."""

from collections.abc import Mapping

from ostiary.core.model.client import PKCE, AuthMethod, Client
from ostiary.core.model.environment import Environment
from ostiary.dialects.pingone_management.filters import Getters
from ostiary.dialects.pingone_management.hal import Members, links

_CUSTOM = "CUSTOM_APP"
_GRANT_TYPES: Mapping[str, str] = {
    "authorization_code": "AUTHORIZATION_CODE",
    "client_credentials": "CLIENT_CREDENTIALS",
    "refresh_token": "REFRESH_TOKEN",
    "urn:ietf:params:oauth:grant-type:device_code": "DEVICE_CODE",
    "urn:ietf:params:oauth:grant-type:token-exchange": "TOKEN_EXCHANGE",
}
_IMPLICIT_TYPES = frozenset({"token", "id_token", "id_token token"})
_PKCE: Mapping[PKCE, str] = {
    PKCE.REQUIRED: "S256_REQUIRED",
    PKCE.OPTIONAL: "OPTIONAL",
    PKCE.PLAIN: "OPTIONAL",
}
_METHODS: tuple[AuthMethod, ...] = (
    AuthMethod.CLIENT_SECRET_BASIC,
    AuthMethod.CLIENT_SECRET_POST,
    AuthMethod.CLIENT_SECRET_JWT,
    AuthMethod.PRIVATE_KEY_JWT,
)


def application_type(client: Client) -> str:
    """Return PingOne's word for what kind of program a client is."""
    return _CUSTOM if client.type is None else client.type.upper()


GETTERS: Getters[Client] = {
    "id": lambda client: client.client_id,
    "name": lambda client: client.name,
    "enabled": lambda client: client.enabled,
    "type": application_type,
    "protocol": lambda _: "OPENID_CONNECT",
}
"""What applications may be filtered by."""


def render_application(env: Environment, client: Client, environment_url: str) -> Members:
    """Return an application as PingOne shows it. Spec: PingOne "Applications"."""
    url = f"{environment_url}/applications/{client.client_id}"
    return {
        "_links": links(self=url, environment=environment_url, secret=f"{url}/secret"),
        "id": client.client_id,
        "environment": {"id": env.id},
        "name": client.name,
        "enabled": client.enabled,
        "protocol": "OPENID_CONNECT",
        "type": application_type(client),
        "grantTypes": _grant_types(client),
        "responseTypes": _response_types(client),
        "tokenEndpointAuthMethod": _method(client),
        "pkceEnforcement": _PKCE[client.pkce],
        "redirectUris": list(client.redirect_uris),
        "postLogoutRedirectUris": list(client.post_logout_redirect_uris),
        **_refresh(client),
    }


def _grant_types(client: Client) -> list[str]:
    named = [_GRANT_TYPES.get(grant, grant) for grant in sorted(client.grant_types)]
    return [*named, "IMPLICIT"] if client.response_types & _IMPLICIT_TYPES else named


def _response_types(client: Client) -> list[str]:
    """Return every word of what it may ask for; a worker's own tokens are TOKEN."""
    words = {word for each in client.response_types for word in each.split()}
    if client.type == "worker":
        words.add("token")
    return sorted(word.upper() for word in words)


def _method(client: Client) -> str:
    """Return how it proves who it is; where it may choose, the first of PingOne's order."""
    found = next((method for method in _METHODS if method in client.auth_methods), None)
    return "NONE" if found is None else found.value.upper()


def _refresh(client: Client) -> Members:
    if "refresh_token" not in client.grant_types:
        return {}
    return {
        "refreshTokenDuration": int(client.refresh.idle_seconds),
        "refreshTokenRollingDuration": int(client.refresh.lifetime_seconds),
        "refreshTokenRollingGracePeriodDuration": int(client.refresh.grace_seconds),
    }
