"""Two tenants that are alike in every name: nothing of one is good for anything in the other."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from ostiary.core.base.ids import KeyId
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.keys import KeySet
from ostiary.core.crypto.secret_digests import SecretDigester
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.token_manager import TokenKind
from tests.support import jose
from tests.support.app import App, access_token, assertion_params, make_app
from tests.support.asgi import Answer, Caller
from tests.support.tenants import (
    KEY_JWT,
    digest_of,
    make_client,
    make_manager,
    make_tenant,
    private_key,
    verification_key,
)

GRANT = {"grant_type": "client_credentials"}
TENANTS = ("fed-a", "fed-b", "one-a", "one-b")
PAIRS = [(one, other) for one in TENANTS for other in TENANTS]
pairs = pytest.mark.parametrize(("owner", "other"), PAIRS, ids=[f"{a} at {b}" for a, b in PAIRS])


def _tenant(key: str) -> Environment:
    """Make a tenant whose clients, managers and client keys are called as in all others.

    Its JWT manager's key even has the same kid.
    """
    is_federate = key.startswith("fed")
    face, host = (
        (Face.PINGFEDERATE, f"{key}.example.com") if is_federate else (Face.PINGONE, "one.example")
    )
    managers = (
        make_manager("jwt"),
        make_manager("ref", kind=TokenKind.REFERENCE, selector="0001"),
    )
    open_to = tuple(manager.id for manager in managers)
    clients = (
        make_client("app", secrets=(digest_of(f"secret of {key}"),), token_managers=open_to),
        make_client("keeper", secrets=(digest_of(f"secret of {key}"),), token_managers=open_to[1:]),
        make_client("rs", may_introspect=True, token_managers=open_to, secrets=(digest_of("rs"),)),
        # The same program is a client of all tenants, with one key.
        make_client("service", KEY_JWT, jwks=(verification_key("service", "ES256"),),
                    token_managers=open_to),
    )  # fmt: skip
    env = make_tenant(
        key,
        face,
        f"https://{host}",
        managers=managers,
        clients=clients,
        client_secrets=SecretDigester(Secret(key.encode() * 8)),
    )
    (own,) = env.key_sets["manager:jwt"].keys
    named = replace(own, kid=KeyId("k1"), header_segments={})
    return replace(env, key_sets={**env.key_sets, "manager:jwt": KeySet("manager:jwt", (named,))})


def _app() -> App:
    return make_app(environments=[_tenant(key) for key in TENANTS])


def _endpoint(app: App, key: str, name: str) -> tuple[Caller, str]:
    env = app.environment(key)
    if env.face is Face.PINGONE:
        path = {"token": "token", "introspect": "introspect", "revoke": "revoke"}[name]
        return Caller(app.pingone.application, "one.example"), f"/{env.id}/as/{path}"
    path = {"token": "token", "introspect": "introspect", "revoke": "revoke_token"}[name]
    return Caller(app.pingfederate.application, f"{key}.example.com"), f"/as/{path}.oauth2"


async def _post(
    app: App, key: str, name: str, form: dict[str, str], basic: tuple[str, str] | None = None
) -> Answer:
    caller, path = _endpoint(app, key, name)
    return await caller.post_form(path, form, basic=basic)


async def _is_active(app: App, key: str, token: str) -> bool:
    answer = await _post(app, key, "introspect", {"token": token}, ("rs", "rs"))
    assert answer.status == 200
    return bool(answer.json()["active"])


async def _issue_jwt(app: App, key: str) -> str:
    return access_token(await _post(app, key, "token", GRANT, ("app", f"secret of {key}")))


async def _issue_reference(app: App, key: str) -> str:
    """Issue to the client whose default manager it is: PingOne's face has no parameter for it."""
    return access_token(await _post(app, key, "token", GRANT, ("keeper", f"secret of {key}")))


def _assertion(app: App, key: str, **overrides: object) -> str:
    caller, path = _endpoint(app, key, "token")
    claims = {
        "iss": "service",
        "sub": "service",
        "aud": f"https://{caller.host}{path}",
        "jti": "the same everywhere",
        "exp": int(app.clock.now()) + 60,
        **overrides,
    }
    return jose.compact({"alg": "ES256"}, claims, private_key("service", "ES256"))


@pairs
@pytest.mark.parametrize("issue", [_issue_jwt, _issue_reference], ids=["jwt", "reference"])
async def test_SEC_223_SEC_228_a_token_is_good_in_its_own_tenant_only(
    owner: str, other: str, issue: Callable[[App, str], Awaitable[str]]
) -> None:
    app = _app()
    token = await issue(app, owner)
    assert await _is_active(app, other, token) is (owner == other)


@pairs
@pytest.mark.parametrize("issue", [_issue_jwt, _issue_reference], ids=["jwt", "reference"])
async def test_SEC_223_a_token_is_revoked_in_its_own_tenant_only(
    owner: str, other: str, issue: Callable[[App, str], Awaitable[str]]
) -> None:
    app = _app()
    token = await issue(app, owner)
    client = "app" if "." in token else "keeper"
    answer = await _post(app, other, "revoke", {"token": token}, (client, f"secret of {other}"))
    assert answer.status == 200
    assert await _is_active(app, owner, token) is (owner != other)


@pairs
async def test_SEC_223_SEC_224_a_secret_is_good_in_its_own_tenant_only(
    owner: str, other: str
) -> None:
    app = _app()
    answer = await _post(app, other, "token", GRANT, ("app", f"secret of {owner}"))
    assert (answer.status == 200) is (owner == other)


@pairs
async def test_SEC_223_an_assertion_is_good_in_its_own_tenant_only(owner: str, other: str) -> None:
    """One client, one key, one name: the audience alone tells the tenants apart."""
    app = _app()
    form = {**GRANT, **assertion_params(_assertion(app, owner))}
    answer = await _post(app, other, "token", form)
    assert (answer.status == 200) is (owner == other)


async def test_SEC_224_a_jti_spent_in_one_tenant_is_not_spent_in_another() -> None:
    app = _app()
    for key in TENANTS:
        form = {**GRANT, **assertion_params(_assertion(app, key))}
        assert (await _post(app, key, "token", form)).status == 200
        assert (await _post(app, key, "token", form)).status == 401


async def test_SEC_224_one_kid_in_all_tenants_names_a_key_of_each() -> None:
    app = _app()
    tokens = {key: await _issue_jwt(app, key) for key in TENANTS}
    headers = {key: jose.parts(token)[0] for key, token in tokens.items()}
    assert {header["kid"] for header in headers.values()} == {"k1"}
    for key, token in tokens.items():
        for other in TENANTS:
            assert await _is_active(app, other, token) is (key == other)


@pairs
async def test_SEC_228_claims_of_one_tenant_under_the_key_of_another_are_not_believed(
    owner: str, other: str
) -> None:
    """Whatever a token says of its issuer: the key decides, and each tenant has its own."""
    app = _app()
    header, claims = jose.parts(await _issue_jwt(app, owner))
    (key,) = app.environment(other).key_sets["manager:jwt"].keys
    forged = jose.compact(header, claims, key.private_key)
    assert await _is_active(app, owner, forged) is (owner == other)


async def test_SEC_226_no_list_of_keys_or_names_shows_those_of_another_tenant() -> None:
    app = _app()
    seen: dict[str, bytes] = {}
    for key in TENANTS:
        caller, path = _endpoint(app, key, "token")
        is_one = key.startswith("one")
        prefix = path.rpartition("/")[0] if is_one else ""
        jwks = await caller.get(f"{prefix}/jwks" if is_one else "/pf/JWKS")
        metadata = await caller.get(f"{prefix}/.well-known/openid-configuration")
        seen[key] = jwks.body + metadata.body
    for key in TENANTS:
        env = app.environment(key)
        for key_set in env.key_sets.values():
            for owner, body in seen.items():
                modulus = key_set.keys[0].public_jwk.get("n") or key_set.keys[0].public_jwk["x"]
                assert (modulus.encode() in body) is (owner == key)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda id: id.upper(), id="upper case"),
        pytest.param(lambda id: f"{{{id}}}", id="braces"),
        pytest.param(lambda id: id.replace("-", ""), id="without dashes"),
        pytest.param(lambda id: f"urn:uuid:{id}", id="as a URN"),
        pytest.param(lambda id: f"x%2f..%2f{id}", id="an escaped way up"),
        pytest.param(lambda id: f"..%2f{id}", id="another way up"),
        pytest.param(lambda id: f"{id}%00", id="NUL"),
        pytest.param(lambda id: f"{id}%20", id="a space"),
        pytest.param(lambda id: f"{id};x=1", id="a path parameter"),
        pytest.param(lambda id: f"%{ord(id[0]):02x}{id[1:]}", id="an escaped digit"),
        pytest.param(lambda id: "one-a", id="the key of the tenant"),
        pytest.param(lambda id: str(uuid.uuid4()), id="another id"),
        pytest.param(lambda id: "", id="nothing"),
        pytest.param(lambda id: "*", id="a star"),
    ],
)
async def test_SEC_227_an_environment_id_has_one_spelling(spoil: Callable[[str], str]) -> None:
    app = _app()
    caller, _ = _endpoint(app, "one-a", "token")
    spoiled = spoil(app.environment("one-a").id)
    for path in ("token", "introspect", "revoke"):
        target = f"/{spoiled}/as/{path}"
        answer = await caller.post_form(target, {**GRANT, "token": "x"}, basic=("rs", "rs"))
        assert answer.status == 404
    for path in ("jwks", ".well-known/openid-configuration"):
        assert (await caller.get(f"/{spoiled}/as/{path}")).status == 404


async def test_SEC_227_an_environment_with_the_other_face_has_no_pingone_paths() -> None:
    app = _app()
    caller, _ = _endpoint(app, "one-a", "token")
    id = app.environment("fed-a").id
    answer = await caller.post_form(f"/{id}/as/token", GRANT, basic=("app", "secret of fed-a"))
    assert answer.status == 404
    assert (await caller.get(f"/{id}/as/jwks")).status == 404


async def test_a_host_belongs_to_the_environment_that_claims_it() -> None:
    app = _app()
    for key in ("fed-a", "fed-b"):
        caller, _ = _endpoint(app, key, "token")
        issuer = (await caller.get("/.well-known/openid-configuration")).json()["issuer"]
        assert issuer == app.environment(key).issuer == f"https://{key}.example.com"


@pytest.mark.parametrize(
    "host", ["evil.example.com", "fed-a.example.com.evil.com", "fed-a.example.com:1:2", "fed-a@x"]
)
async def test_a_host_that_nobody_claims_is_refused(host: str) -> None:
    app = _app()
    answer = await app.pingfederate.request("GET", "/pf/JWKS", [("host", host)])
    assert answer.status in {400, 421}
