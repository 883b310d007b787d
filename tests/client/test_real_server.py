"""The SDK against a real server, with both faces, over TLS, waiting and awaiting."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwk

from ostiary_client import (
    AccessToken,
    DiscoveryError,
    InvalidClientError,
    OAuthError,
    RetryPolicy,
)
from tests.client.asking import KINDS, ask, ask_for_token
from tests.support.server import MINIMAL, Server, running_server

pytestmark = pytest.mark.parametrize("kind", KINDS)
ENVIRONMENT = "00000000-0000-4000-8000-000000000002"


class Face(NamedTuple):
    """A client of one face, and a path at which its base URL may end."""

    path: str
    client_id: str
    client_secret: str
    scope: str | None


FACES = {
    "PingFederate": Face("", "sdk-client-id", "sdk-client-secret", "api:read"),
    "PingOne": Face(
        f"/{ENVIRONMENT}", "00000000-0000-4000-8000-0000000000a1", "worker-secret", None
    ),
    "PingOne's issuer": Face(
        f"/{ENVIRONMENT}/as", "00000000-0000-4000-8000-0000000000a1", "worker-secret", None
    ),
}
by_face = pytest.mark.parametrize("face", FACES.values(), ids=FACES)


def options(server: Server, face: Face, **more: Any) -> dict[str, Any]:
    return {
        "client_id": face.client_id,
        "client_secret": face.client_secret,
        "verify": server.ca_path,
        "scope": face.scope,
        "retries": RetryPolicy(),
        **more,
    }


@by_face
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_S0_16_a_base_url_with_id_and_secret_is_enough_for_a_token(
    kind: str, seeds_server: Server, face: Face, method: str
) -> None:
    base_url = seeds_server.base_url + face.path
    token = ask_for_token(kind, base_url, **options(seeds_server, face, auth_method=method))

    assert token.authorization.startswith("Bearer eyJ")
    assert token.scope == (face.scope or "")
    assert token.expires_at is not None


@by_face
def test_a_token_can_be_revoked_and_is_not_used_again(
    kind: str, seeds_server: Server, face: Face
) -> None:
    async def revoke(client: Any) -> tuple[AccessToken, AccessToken, AccessToken]:
        first, again = await client.token(), await client.token()
        await client.revoke(first)
        return first, again, await client.token()

    def revoke_at_once(client: Any) -> tuple[AccessToken, AccessToken, AccessToken]:
        first, again = client.token(), client.token()
        client.revoke(first)
        return first, again, client.token()

    call = revoke_at_once if kind == "threads" else revoke
    base_url = seeds_server.base_url + face.path
    first, again, new = ask(kind, base_url, call, **options(seeds_server, face))

    assert first is again
    assert new.value != first.value


def test_S0_27_a_resource_server_asks_about_tokens(kind: str, seeds_server: Server) -> None:
    face = FACES["PingFederate"]
    token = ask_for_token(kind, seeds_server.base_url, **options(seeds_server, face))
    resource_server = Face("", "rs_client", "rs-client-secret", None)

    def introspect(text: str) -> Any:
        return ask(
            kind,
            seeds_server.base_url,
            lambda client: client.introspect(text),
            **options(seeds_server, resource_server),
        )

    found = introspect(token.value)
    assert found.active
    assert found.client_id == "sdk-client-id"
    assert found.scopes == ("api:read",)
    assert not introspect("unknown").active


@by_face
def test_S0_30_a_wrong_secret_is_an_error_of_its_own(
    kind: str, seeds_server: Server, face: Face
) -> None:
    wrong = options(seeds_server, face, client_secret="wrong")

    with pytest.raises(InvalidClientError) as refused:
        ask_for_token(kind, seeds_server.base_url + face.path, **wrong)
    assert refused.value.status == 401


def test_a_scope_that_is_not_allowed_is_refused(kind: str, seeds_server: Server) -> None:
    asked = options(seeds_server, FACES["PingFederate"], scope="admin")

    with pytest.raises(OAuthError) as refused:
        ask_for_token(kind, seeds_server.base_url, **asked)
    assert refused.value.error == "invalid_scope"


def test_an_address_without_a_server_is_told_from_a_server(kind: str, seeds_server: Server) -> None:
    with pytest.raises(DiscoveryError, match="HTTP 404"):
        ask_for_token(
            kind, f"{seeds_server.base_url}/nope", **options(seeds_server, FACES["PingFederate"])
        )


Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
KEYS: dict[str, tuple[type[jwk.RSAKey | jwk.ECKey | jwk.OKPKey], Private, str]] = {
    "rsa": (jwk.RSAKey, rsa.generate_private_key(65537, 2048), "RS256"),
    "pss": (jwk.RSAKey, rsa.generate_private_key(65537, 2048), "PS256"),
    "ec": (jwk.ECKey, ec.generate_private_key(ec.SECP256R1()), "ES256"),
    "ed": (jwk.OKPKey, ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
}


@pytest.fixture(scope="module")
def key_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve one client for each kind of key."""
    whole: Any = MINIMAL["environments"]["default"]
    usual = {name: value for name, value in whole["clients"]["app"].items() if name != "secret"}
    clients = {name: {**usual, "jwks": {"keys": [_public(name)]}} for name in KEYS}
    configuration = {"environments": {"default": {**whole, "clients": clients}}}
    with running_server(tmp_path_factory.mktemp("keys"), configuration) as server:
        yield server


def _pem(name: str) -> bytes:
    return KEYS[name][1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public(name: str) -> dict[str, Any]:
    kind, _, algorithm = KEYS[name]
    public = kind.import_key(_pem(name)).as_dict(private=False)
    return {**public, "kid": name, "alg": algorithm, "use": "sig"}


@pytest.mark.parametrize("name", KEYS)
def test_a_private_key_gets_a_token_for_each_of_its_assertions(
    kind: str, key_server: Server, name: str
) -> None:
    base_url = key_server.base_url
    settings: dict[str, Any] = {
        "client_id": name,
        "client_secret": None,
        "private_key": _pem(name).decode(),
        "algorithm": KEYS[name][2],
        "key_id": name,
        "verify": key_server.ca_path,
    }

    for _ in range(2):
        assert ask_for_token(kind, base_url, **settings).value
