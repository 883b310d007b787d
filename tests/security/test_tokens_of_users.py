"""Tokens for users' data once they are out: taken back, asked about, and passed off as others."""

from dataclasses import replace
from typing import Any

import pytest

from ostiary.core.base.ids import ClientId
from ostiary.core.model.environment import SubjectKind
from tests.support import jose
from tests.support.app import INTROSPECT, TOKEN, assertion_params
from tests.support.asgi import Answer
from tests.support.codes import (
    Codes,
    by_manager,
    claims_of,
    members,
    signed_on,
)
from tests.support.tenants import make_client, secret_of
from tests.support.users import make_user

USERINFO = "/idp/userinfo.openid"
CLIENTS = ("web", "transient")
MANAGERS = ("default", "6pac", "interact", "modern", "edwards", "reference")
INVALID = (400, "invalid_grant")


async def _userinfo(codes: Codes, token: str) -> Answer:
    return await codes.app.pingfederate.get(USERINFO, [("authorization", f"Bearer {token}")])


async def _introspect(codes: Codes, token: str, **params: str) -> dict[str, Any]:
    form = {"token": token, **params}
    basic = ("rs_client", secret_of("rs_client"))
    return members(await codes.app.pingfederate.post_form(INTROSPECT, form, basic=basic))


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_SEC_75_nobody_takes_back_what_another_client_got_for_a_user(kind: str) -> None:
    codes = await signed_on()
    tokens = await codes.tokens()
    assert (await codes.revoke(tokens[kind], "other")).error == (400, "unauthorized_client")
    answer = await codes.revoke(tokens[kind], "public-web")
    assert (answer.status, answer.body) == (200, b"")
    assert await codes.is_active(tokens["access_token"])
    assert (await codes.refresh(tokens["refresh_token"])).status == 200


@pytest.mark.parametrize("hint", ["refresh_token", "access_token", "nonsense", ""])
@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_76_a_revoked_refresh_token_takes_its_access_tokens_along(
    manager: str, hint: str
) -> None:
    codes = await signed_on()
    first = await codes.tokens(target=by_manager(manager))
    second = members(await codes.refresh(first["refresh_token"]))
    assert (await codes.revoke(second["refresh_token"], token_type_hint=hint)).status == 200
    for tokens in (first, second):
        assert not await codes.is_active(tokens["access_token"])
        assert (await _userinfo(codes, tokens["access_token"])).status == 401
    assert (await codes.refresh(second["refresh_token"])).error == INVALID


@pytest.mark.parametrize("hint", ["refresh_token", "access_token"])
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_76_a_revoked_access_token_goes_alone(
    manager: str, client: str, hint: str
) -> None:
    codes = await signed_on()
    tokens = await codes.tokens(client, target=by_manager(manager))
    other = await codes.tokens(client, target=by_manager(manager))
    await codes.revoke(tokens["access_token"], client, token_type_hint=hint)
    assert not await codes.is_active(tokens["access_token"])
    assert (await _userinfo(codes, tokens["access_token"])).status == 401
    assert await codes.is_active(other["access_token"])
    if client == "web":
        assert (await codes.refresh(tokens["refresh_token"])).status == 200


async def test_SEC_76_an_old_refresh_token_of_the_client_still_revokes_its_grant() -> None:
    """Who signs a user off with a token whose successor got lost must not leave it signed on."""
    codes = await signed_on()
    first = await codes.tokens()
    second = members(await codes.refresh(first["refresh_token"]))
    codes.app.clock.advance(3600)
    await codes.revoke(first["refresh_token"])
    assert (await codes.refresh(second["refresh_token"])).error == INVALID


async def test_SEC_77_a_refresh_token_is_active_only_for_who_says_that_it_is_one() -> None:
    """An API that asks about what came as an access token must not take it for one."""
    codes = await signed_on()
    tokens = await codes.tokens()
    assert await _introspect(codes, tokens["refresh_token"]) == {"active": False}
    found = await _introspect(codes, tokens["refresh_token"], token_type_hint="refresh_token")
    assert found == {
        "active": True,
        "iss": codes.env.issuer,
        "scope": "openid profile email",
        "client_id": "web",
        "exp": int(codes.app.clock.now() + 30 * 86400),
        "sub": codes.user.id,
    }


async def test_SEC_77_a_refresh_token_that_cannot_be_used_is_not_active() -> None:
    codes = await signed_on()
    hint = {"token_type_hint": "refresh_token"}
    token = (await codes.tokens())["refresh_token"]
    following = members(await codes.refresh(token))["refresh_token"]
    assert await _introspect(codes, token, **hint) == {"active": False}
    assert (await _introspect(codes, following, **hint))["active"]
    await codes.change_user(enabled=False)
    assert await _introspect(codes, following, **hint) == {"active": False}
    await codes.change_user(enabled=True)
    codes.app.clock.advance(31 * 86400)
    assert await _introspect(codes, following, **hint) == {"active": False}


async def test_SEC_77_who_may_not_ask_about_a_manager_learns_nothing_of_its_refresh_tokens() -> (
    None
):
    codes = await signed_on()
    token = (await codes.tokens(target=by_manager("6pac")))["refresh_token"]
    form = {"token": token, "token_type_hint": "refresh_token"}
    basic = ("rs_of_modern", secret_of("rs_of_modern"))
    answer = await codes.app.pingfederate.post_form(INTROSPECT, form, basic=basic)
    assert answer.json() == {"active": False}


async def test_SEC_78_nothing_else_passes_for_a_users_access_token() -> None:
    codes = await signed_on()
    tokens = await codes.tokens()
    front = await codes.front("code", "id_token")
    application = await codes.app.token("sdk-client-id", scope="openid")
    for artefact in (
        tokens["id_token"],
        tokens["refresh_token"],
        front.id_token,
        front.code,
        application,
        codes.app.assertion("es256"),
        claims_of(tokens["access_token"])["jti"],
        claims_of(tokens["access_token"])["agid"],
        "x",
    ):
        assert artefact is not None
        assert (await _userinfo(codes, artefact)).error == (401, "invalid_token")
        if artefact != application:
            assert not await codes.is_active(artefact)


async def test_SEC_78_no_other_token_is_a_code_or_a_refresh_token() -> None:
    codes = await signed_on()
    tokens = await codes.tokens(target=by_manager("reference"))
    code = await codes.code()
    for artefact in (tokens["access_token"], tokens["id_token"], code):
        assert (await codes.refresh(artefact)).error == INVALID
    for artefact in (tokens["access_token"], tokens["id_token"], tokens["refresh_token"]):
        assert (await codes.exchange(artefact)).error == INVALID
    assert (await codes.exchange(code)).status == 200


async def test_SEC_79_a_users_token_proves_no_client() -> None:
    codes = await signed_on()
    tokens = await codes.tokens(target=by_manager("modern"))
    for token in (tokens["access_token"], tokens["id_token"]):
        form = {"grant_type": "client_credentials", **assertion_params(token)}
        answer = await codes.app.pingfederate.post_form(TOKEN, form)
        assert answer.error == (401, "invalid_client")


@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_80_a_token_without_openid_opens_no_userinfo(manager: str) -> None:
    codes = await signed_on()
    tokens = await codes.tokens(scope="profile email", target=by_manager(manager))
    answer = await _userinfo(codes, tokens["access_token"])
    assert answer.error == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in (answer.header("www-authenticate") or "")
    narrow = await codes.tokens(params={"scope": "email"}, target=by_manager(manager))
    assert (await _userinfo(codes, narrow["access_token"])).status == 403


@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_80_a_clients_own_token_opens_no_userinfo(manager: str) -> None:
    """Also where it says openid, and where its client has a user's name."""
    own = make_client(
        "own",
        scopes=frozenset({"openid"}),
        token_managers=tuple((await signed_on()).env.token_managers),
    )
    codes = await signed_on(own)
    token = await codes.app.token("own", scope="openid", access_token_manager_id=manager)
    assert (await _userinfo(codes, token)).error == (401, "invalid_token")
    assert await codes.is_active(token)


async def test_SEC_81_a_token_in_the_query_or_in_two_places_is_refused() -> None:
    codes = await signed_on()
    token = (await codes.tokens())["access_token"]
    bearer = [("authorization", f"Bearer {token}")]
    get, post = codes.app.pingfederate.get, codes.app.pingfederate.post_form
    for answer in (
        await get(f"{USERINFO}?access_token={token}"),
        await get(f"{USERINFO}?access_token={token}", bearer),
        await post(USERINFO, {"access_token": token}, headers=bearer),
        await post(USERINFO, [("access_token", token), ("access_token", token)]),
        await get(USERINFO, bearer * 2),
    ):
        assert answer.error == (400, "invalid_request")
    assert (await post(USERINFO, {"access_token": token})).status == 200


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR"])
async def test_SEC_82_bearer_is_read_in_any_case(scheme: str) -> None:
    codes = await signed_on()
    token = (await codes.tokens())["access_token"]
    answer = await codes.app.pingfederate.get(USERINFO, [("authorization", f"{scheme} {token}")])
    assert answer.status == 200


@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_50_a_token_is_over_when_its_client_may_not_have_its_scopes(manager: str) -> None:
    """As at a refresh: the whole token goes, and comes back with the scope."""
    codes = await signed_on()
    tokens = await codes.tokens(target=by_manager(manager))
    scopes = codes.env.clients[ClientId("web")].scopes
    codes.app.change_client("web", scopes=scopes - {"email"})
    assert not await codes.is_active(tokens["access_token"])
    assert (await _userinfo(codes, tokens["access_token"])).error == (401, "invalid_token")
    codes.app.change_client("web", scopes=scopes - {"api:read"})
    assert await codes.is_active(tokens["access_token"])
    assert (await _userinfo(codes, tokens["access_token"])).status == 200


async def test_SEC_50_a_clients_own_token_is_over_when_it_may_not_have_its_scopes() -> None:
    codes = await signed_on()
    token = await codes.app.token("sdk-client-id", scope="api:read")
    assert await codes.is_active(token)
    codes.app.change_client("sdk-client-id", scopes=frozenset({"openid"}))
    assert not await codes.is_active(token)


@pytest.mark.parametrize("subject", list(SubjectKind))
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_83_a_new_user_of_the_same_name_gets_nothing_of_the_old_one(
    manager: str, client: str, subject: SubjectKind
) -> None:
    codes = await signed_on()
    codes.change_environment(subject=subject)
    code = await codes.code(client, target=by_manager(manager))
    tokens = await codes.tokens(client, target=by_manager(manager))
    await codes.app.store.users.delete(codes.env, codes.user.id)
    namesake = replace(make_user(2), username=codes.user.username)
    await codes.app.store.users.create(codes.env, [namesake])
    assert (await _userinfo(codes, tokens["access_token"])).status == 401
    assert not await codes.is_active(tokens["access_token"])
    assert (await codes.exchange(code, client)).error == INVALID
    if client == "web":
        assert (await codes.refresh(tokens["refresh_token"])).error == INVALID


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_84_userinfo_is_about_the_user_of_the_id_token(manager: str, client: str) -> None:
    codes = await signed_on()
    tokens = await codes.tokens(client, target=by_manager(manager))
    answer = await _userinfo(codes, tokens["access_token"])
    assert answer.json()["sub"] == claims_of(tokens["id_token"])["sub"] == codes.user.id
    await codes.change_user(enabled=False)
    assert (await _userinfo(codes, tokens["access_token"])).error == (401, "invalid_token")


async def test_SEC_84_no_attribute_of_a_user_is_its_sub() -> None:
    codes = await signed_on(attributes={"sub": "somebody else", "iss": "evil", "aud": "evil"})
    codes.change_environment(scope_claims={"profile": ("sub", "iss", "aud")})
    codes.app.change_client("web", puts_claims_in_id_token=True)
    tokens = await codes.tokens()
    claims = claims_of(tokens["id_token"])
    assert (claims["sub"], claims["iss"]) == (codes.user.id, codes.env.issuer)
    assert claims["aud"] == "web"
    assert (await _userinfo(codes, tokens["access_token"])).json()["sub"] == codes.user.id


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("manager", MANAGERS)
async def test_SEC_223_a_users_token_is_unknown_in_another_environment(
    manager: str, client: str
) -> None:
    codes, elsewhere = await signed_on(), await signed_on()
    env = elsewhere.app.environment("customers")
    tokens = await codes.tokens(client, target=by_manager(manager))
    assert await codes.inspector.inspect(env, tokens["access_token"]) is None
    assert await codes.inspector.inspect_for_user(env, tokens["access_token"]) is None


@pytest.mark.parametrize("client", CLIENTS)
async def test_SEC_228_a_grant_of_another_client_carries_no_token(client: str) -> None:
    """A token names its grant, and the grant its client: both must agree."""
    codes = await signed_on()
    mine = await codes.tokens(client, target=by_manager("modern"))
    theirs = await codes.tokens("other", target=by_manager("modern"))
    key = codes.env.key_sets["manager:modern"].keys[0]
    header, claims = jose.parts(mine["access_token"])
    forged = {**claims, "agid": claims_of(theirs["access_token"])["agid"]}
    token = jose.compact(header, forged, key.private_key)
    assert await codes.inspector.inspect(codes.env, token) is None
