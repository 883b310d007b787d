"""Compiled clients: every stored field arrives, and secrets are good until their time."""

from contextlib import nullcontext

import pytest

from ostiary.core.admin.bodies import ClientBody
from ostiary.core.admin.contents import select
from ostiary.core.base.ids import ClientId
from ostiary.core.clientauth.client_secret_jwt import verify_by_own_secrets
from ostiary.core.clientauth.decoys import Decoys
from ostiary.core.crypto import jws
from ostiary.core.crypto.jws import InvalidJWSError
from ostiary.core.crypto.secret_digests import DigestKind
from ostiary.core.model.client import PKCE, AuthMethod, RefreshPolicy
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import LogoutURIs
from tests.support import jose
from tests.support.administration import ES256, FULL, Installation

EXPIRY = 1_796_083_200.0
"""2026-12-01, when the previous secret of `FULL` expires."""


async def _compile_full(installation: Installation) -> Environment:
    await installation.apply(FULL)
    return await installation.environment("main")


async def test_every_field_of_a_client_arrives() -> None:
    env = await _compile_full(Installation())
    client = env.clients[ClientId("program-id")]
    assert client.key == "program"
    assert client.name == "Program"
    assert not client.enabled
    assert client.auth_methods == {AuthMethod.PRIVATE_KEY_JWT, AuthMethod.CLIENT_SECRET_JWT}
    assert client.grant_types == {"client_credentials", "refresh_token"}
    assert client.scopes == {"read", "write"}
    assert client.default_scopes.names == ("write", "read")
    assert client.token_managers == ("second", "first")
    assert (client.policy, client.policies) == ("customers", ("staff",))
    assert client.application is not None
    assert client.application.key == "signon"
    assert client.ends_sessions
    assert [key.kid for key in client.jwks] == ["its-key"]
    assert client.may_introspect
    assert client.issuer_audience_only
    assert client.response_types == {"code", "code id_token token"}
    assert set(client.redirect_uris) == {"https://b.example.com/callback", "app:/callback"}
    assert set(client.post_logout_redirect_uris) == {
        "https://a.example.com/bye",
        "https://b.example.com/bye",
    }
    assert client.logout == LogoutURIs(
        "https://b.example.com/logout",
        names_session_in_back=False,
        frontchannel="https://b.example.com/frame",
        names_session_in_front=False,
    )
    assert client.pkce is PKCE.PLAIN
    assert client.refresh == RefreshPolicy(
        is_rolling=False, grace_seconds=0.0, idle_seconds=86_400.0, lifetime_seconds=172_800.0
    )
    assert client.policy == "customers"
    assert client.is_redirectless
    assert client.is_cookieless
    assert not client.sends_issuer
    assert client.id_token_algorithm == "EdDSA"
    assert client.id_token_lifetime_seconds == 60
    assert client.userinfo_algorithm == "ES256"
    assert client.puts_claims_in_id_token
    assert client.allows_authorization_alias
    assert client.logo_uri == "https://b.example.com/logo.svg"
    assert client.policy_uri == "https://b.example.com/privacy"
    assert client.tos_uri == "https://b.example.com/terms"
    assert [secret.expires_at for secret in client.secrets] == [None, EXPIRY]
    assert [secret.value.reveal() for secret in client.readable_secrets] == [
        "0123456789abcdef0123456789abcdef",
        "fedcba9876543210fedcba9876543210",
    ]


async def test_what_a_client_leaves_out_is_what_protects_its_users() -> None:
    installation = Installation()
    await installation.apply(
        ES256.format("main")
        + '[environments.main.clients.app]\ngrant_types = ["authorization_code"]\n'
        + "[environments.main.clients.program]\n"
    )
    clients = (await installation.environment("main")).clients
    app = clients[ClientId("app")]
    assert app.response_types == {"code"}
    assert app.pkce is PKCE.REQUIRED
    assert app.refresh == RefreshPolicy()
    assert app.refresh == RefreshPolicy(
        is_rolling=True,
        grace_seconds=10.0,
        idle_seconds=30 * 86_400.0,
        lifetime_seconds=90 * 86_400.0,
    )
    assert not app.is_redirectless
    assert not app.bypasses_approval
    assert app.sends_issuer
    assert not app.allows_authorization_alias
    assert clients[ClientId("program")].response_types == frozenset()


async def test_S3_7_users_of_a_redirectless_client_are_not_asked_for_approval() -> None:
    installation = Installation()
    await installation.apply(
        ES256.format("main") + "[environments.main.clients.app]\nallow_redirectless = true\n"
    )
    env = await installation.environment("main")
    (body,) = [body for _, body in select(await installation.contents(), ClientBody)]
    assert env.clients[ClientId("app")].bypasses_approval
    assert (body.bypass_approval, body.restrict_scopes) == (True, True)


async def test_SEC_56_a_previous_secret_is_good_until_its_time_and_no_longer() -> None:
    installation = Installation()
    await installation.apply(
        ES256.format("main") + "[environments.main.clients.app]\n"
        'secret = "new-secret-new-secret"\n'
        'previous_secret = { value = "old-secret-old-secret", expires_at = 2026-12-01T00:00:00Z }'
    )
    env = await installation.environment("main")
    kept = env.clients[ClientId("app")].secrets
    assert {secret.kind for secret in kept} == {DigestKind.HMAC_SHA256}
    for secret, before, after in (
        ("new-secret-new-secret", True, True),
        ("old-secret-old-secret", True, False),
        ("no-secret", False, False),
    ):
        assert env.client_secrets.matches(kept, secret, now=EXPIRY - 1) is before
        assert env.client_secrets.matches(kept, secret, now=EXPIRY) is after


@pytest.mark.parametrize(
    ("secret", "before", "after"),
    [("new-secret", True, True), ("old-secret", True, False), ("no-secret", False, False)],
)
async def test_SEC_56_a_previous_secret_signs_assertions_until_its_time_and_no_longer(
    secret: str, before: bool, after: bool
) -> None:
    installation, padding = Installation(), "-0123456789-0123456789-0123456789"
    await installation.apply(
        ES256.format("main") + "[environments.main.clients.app]\n"
        f'auth_methods = ["client_secret_jwt"]\nsecret = "new-secret{padding}"\n'
        f'previous_secret = {{ value = "old-secret{padding}", expires_at = 2026-12-01T00:00:00Z }}'
    )
    (client,) = (await installation.environment("main")).clients.values()
    signed = jose.compact({"alg": "HS256"}, {"sub": "app"}, (secret + padding).encode())
    for now, is_accepted in ((EXPIRY - 1, before), (EXPIRY, after)):
        expected = nullcontext() if is_accepted else pytest.raises(InvalidJWSError)
        with expected:
            verify_by_own_secrets(client, jws.parse(signed), now=now, decoys=Decoys.make())


async def test_secrets_are_opened_only_for_the_method_that_computes_with_them() -> None:
    installation = Installation()
    await installation.apply(
        ES256.format("main") + "[environments.main.clients.app]\n"
        'secret = "secret-secret-secret-secret-secret"\n'
    )
    (client,) = (await installation.environment("main")).clients.values()
    assert client.secrets
    assert client.readable_secrets == ()
