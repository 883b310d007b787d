"""Authlib on requests, and its verification of access tokens for resource servers."""

from typing import Any
from urllib.parse import urljoin

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from authlib.oidc.discovery import get_well_known_url as get_openid_url
from joserfc.jwk import ECKey

from tests.clients.reporting import read_settings, report

SETTINGS = read_settings()


def open_session(method: str = "client_secret_basic", **how: Any) -> OAuth2Session:
    given = {
        "client_id": SETTINGS["client_id"],
        "client_secret": SETTINGS["client_secret"],
        "scope": SETTINGS["scope"],
        **how,
    }
    return OAuth2Session(token_endpoint_auth_method=method, **given)


def discover(url: str) -> dict[str, Any]:
    found = open_session().request("GET", url, withhold_token=True)
    found.raise_for_status()
    metadata = dict(found.json())
    # Authlib wants a response type; a face without an authorization endpoint has none.
    signs_on = "authorization_endpoint" in metadata
    lacking = {} if signs_on else {"response_types_supported": ["code"]}
    AuthorizationServerMetadata(metadata, **lacking).validate()
    return metadata


SERVER = discover(get_openid_url(SETTINGS["issuer"], external=True))


def get_token(session: OAuth2Session, **parameters: Any) -> dict[str, Any]:
    url = SERVER["token_endpoint"]
    return dict(session.fetch_token(url, grant_type="client_credentials", **parameters))


def by_secret_jwt() -> dict[str, Any]:
    session = open_session("client_secret_jwt")
    session.register_client_auth_method(ClientSecretJWT(SERVER["token_endpoint"]))
    return get_token(session)


def by_private_key_jwt() -> dict[str, Any]:
    key = ECKey.import_key(SETTINGS["private_key"])
    session = open_session(
        "private_key_jwt", client_id=SETTINGS["key_client_id"], client_secret=key
    )
    session.register_client_auth_method(PrivateKeyJWT(SERVER["token_endpoint"], alg="ES256"))
    return get_token(session)


def introspect(session: OAuth2Session, token: str) -> dict[str, Any]:
    answer = session.introspect_token(SERVER["introspection_endpoint"], token=token)
    return dict(answer.json())


def introspection() -> dict[str, Any]:
    session = open_session()
    return introspect(session, get_token(session)["access_token"])


def revocation() -> dict[str, Any]:
    session = open_session()
    token = get_token(session)["access_token"]
    answer = session.revoke_token(SERVER["revocation_endpoint"], token=token)  # type: ignore[no-untyped-call]
    answer.raise_for_status()
    return introspect(session, token)


class Validator(JWTBearerTokenValidator):
    """A resource server's, with the keys that the metadata points at."""

    def get_jwks(self) -> Any:
        return open_session().request("GET", SERVER["jwks_uri"], withhold_token=True).json()


def jwt_access_token() -> dict[str, Any]:
    token = get_token(open_session(), resource=SETTINGS["audience"])["access_token"]
    validator = Validator(SETTINGS["issuer"], SETTINGS["audience"])
    claims = validator.authenticate_token(token)
    validator.validate_token(claims, [SETTINGS["scope"]], request=None)
    return dict(claims)


def refusal(session: OAuth2Session) -> dict[str, Any]:
    statuses: list[int] = []

    def note_status(answer: Any) -> Any:
        statuses.append(answer.status_code)
        return answer

    session.register_compliance_hook("access_token_response", note_status)
    try:
        get_token(session)
    except OAuthError as error:
        return {"error": error.error, "status": statuses[0]}
    raise AssertionError("this was not refused")


report(
    {
        "discovery": lambda: SERVER,
        "oauth_discovery": lambda: discover(
            urljoin(SETTINGS["issuer"], get_well_known_url(SETTINGS["issuer"]))
        ),
        "secret_in_header": lambda: get_token(open_session()),
        "secret_in_body": lambda: get_token(open_session("client_secret_post")),
        "client_secret_jwt": by_secret_jwt,
        "private_key_jwt": by_private_key_jwt,
        "introspection": introspection,
        "revocation": revocation,
        "jwt_access_token": jwt_access_token,
        "wrong_secret": lambda: refusal(open_session(client_secret="wrong")),
        "foreign_scope": lambda: refusal(open_session(scope=SETTINGS["foreign_scope"])),
    }
)
