"""Access tokens that are good with one certificate: given out, shown, renewed and refused."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ostiary.core.base.ids import TokenManagerId
from ostiary.core.crypto.certificates import self_signed
from ostiary.core.crypto.client_certificates import thumbprint
from tests.support.app import INTROSPECT
from tests.support.asgi import Answer
from tests.support.codes import Codes, claims_of, make_web_client, members, signed_on
from tests.support.management import Management, make_management
from tests.support.tenants import MADE_AT, NONE, POST, make_client, private_key, secret_of

OWN = self_signed(private_key("caller", "ES256"), "caller", now=MADE_AT)
OTHER = self_signed(private_key("other", "ES256"), "other", now=MADE_AT)
USERINFO = "/idp/userinfo.openid"
CONFIRMATION = {"x5t#S256": thumbprint(OWN)}
STYLES = ("default", "6pac", "modern", "reference")


async def _server() -> Codes:
    managers = tuple(map(TokenManagerId, STYLES))
    return await signed_on(
        make_web_client("bound", POST, binds_tokens=True, token_managers=managers),
        make_web_client("public-bound", NONE, binds_tokens=True),
        make_client("asker", POST, may_introspect=True, token_managers=managers),
    )


def _showing(codes: Codes, certificate: bytes | None) -> Codes:
    caller = replace(codes.app.pingfederate, certificate=certificate)
    return replace(codes, app=replace(codes.app, pingfederate=caller))


async def _tokens(codes: Codes, client: str = "bound", **params: str) -> dict[str, Any]:
    return await _showing(codes, OWN).tokens(client, params=params)


async def _userinfo(codes: Codes, token: str, certificate: bytes | None) -> Answer:
    caller = _showing(codes, certificate).app.pingfederate
    return await caller.get(USERINFO, (("authorization", f"Bearer {token}"),))


async def _introspect(codes: Codes, token: str) -> Mapping[str, Any]:
    form = {"client_id": "asker", "client_secret": secret_of("asker"), "token": token}
    return members(await codes.app.pingfederate.post_form(INTROSPECT, form))


@pytest.mark.parametrize("manager", STYLES)
async def test_SEC_65_a_bound_token_opens_userinfo_with_its_certificate_only(manager: str) -> None:
    codes = await _server()
    got = await _tokens(codes, access_token_manager_id=manager)
    token = got["access_token"]
    assert got["token_type"] == "Bearer"
    assert (await _userinfo(codes, token, OWN)).status == 200
    for certificate in (None, OTHER):
        refused = await _userinfo(codes, token, certificate)
        assert refused.error == (401, "invalid_token")
        assert 'error="invalid_token"' in (refused.header("www-authenticate") or "")


@pytest.mark.parametrize("manager", STYLES)
async def test_a_bound_token_says_so_itself_or_by_introspection(manager: str) -> None:
    codes = await _server()
    token = (await _tokens(codes, access_token_manager_id=manager))["access_token"]
    assert (await _introspect(codes, token))["cnf"] == CONFIRMATION
    if manager != "reference":
        assert claims_of(token)["cnf"] == CONFIRMATION


async def test_tokens_of_other_clients_are_bound_to_nothing() -> None:
    codes = await _server()
    token = (await _tokens(codes, "web"))["access_token"]
    assert "cnf" not in claims_of(token)
    assert (await _userinfo(codes, token, None)).status == 200
    assert (await _userinfo(codes, token, OTHER)).status == 200


async def test_without_a_certificate_nothing_is_given_out_and_nothing_is_spent() -> None:
    codes = await _server()
    code = await codes.code("bound")
    assert (await codes.exchange(code, "bound")).error == (400, "invalid_request")
    assert (await _showing(codes, OWN).exchange(code, "bound")).status == 200


async def test_a_public_clients_refresh_token_is_good_with_its_certificate_only() -> None:
    codes = await _server()
    token = (await _tokens(codes, "public-bound"))["refresh_token"]
    refused = await _showing(codes, OTHER).refresh(token, "public-bound")
    assert refused.error == (400, "invalid_grant")
    renewed = members(await _showing(codes, OWN).refresh(token, "public-bound"))
    assert claims_of(renewed["access_token"])["cnf"] == CONFIRMATION


async def test_a_public_clients_grant_stays_bound_when_its_client_no_longer_is() -> None:
    codes = await _server()
    token = (await _tokens(codes, "public-bound"))["refresh_token"]
    codes.app.change_client("public-bound", binds_tokens=False)
    assert (await codes.refresh(token, "public-bound")).error == (400, "invalid_grant")
    assert (await _showing(codes, OWN).refresh(token, "public-bound")).status == 200


async def test_a_client_that_proves_itself_goes_on_with_another_certificate() -> None:
    codes = await _server()
    token = (await _tokens(codes))["refresh_token"]
    renewed = members(await _showing(codes, OTHER).refresh(token, "bound"))
    assert claims_of(renewed["access_token"])["cnf"] == {"x5t#S256": thumbprint(OTHER)}


async def _manage(management: Management, token: str, certificate: bytes | None) -> int:
    caller = replace(management.app.pingone, certificate=certificate)
    showing = replace(management, app=replace(management.app, pingone=caller))
    return (await showing.call("GET", "/users", token=token)).status


async def test_SEC_65_a_bound_token_manages_with_its_certificate_only() -> None:
    management = await make_management()
    client = management.client("admin")
    bound = replace(client, binds_tokens=True)
    env = management.env
    changed = replace(env, clients={**env.clients, client.client_id: bound})
    snapshot = management.app.snapshots.current
    environments = {**snapshot.environments, env.id: changed}
    management.app.snapshots.current = replace(snapshot, environments=environments)
    caller = replace(management.app.pingone, certificate=OWN)
    showing = replace(management, app=replace(management.app, pingone=caller))
    token = await showing.worker_token("admin")
    assert await _manage(management, token, OWN) == 200
    assert await _manage(management, token, None) == 401
    assert await _manage(management, token, OTHER) == 401
