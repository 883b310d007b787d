"""One of everything that a tenant hands out or knows, by what it is."""

from collections.abc import Mapping
from typing import Any

from ostiary.adapters.signing import PooledSigner
from ostiary.core.base.ids import ClientId, SessionId
from ostiary.core.model.environment import Face
from ostiary.core.model.logout import Participation
from ostiary.core.oidc.logout_token import mint_logout_token
from ostiary.core.ports.delivery import Template
from ostiary.web.account_page import TOKEN as TOKEN_FIELD
from tests.support import jose
from tests.support.app import access_token
from tests.support.asgi import Answer
from tests.support.browsing import VERIFIER
from tests.support.html import parse_elements, parse_form
from tests.support.matrix.device_codes import device_codes
from tests.support.matrix.references import drop_sample, hand_over, sign_off
from tests.support.matrix.tenants import (
    CALLBACK,
    JOE,
    SERVICE_SECRET,
    Tenant,
    secret_of,
)
from tests.support.matrix.visitor import Visitor

NEW_PASSWORD = "a good long pass phrase"
ANN = {"username": "ann", "email": "ann@example.com"}
TOKEN = {Face.PINGFEDERATE: "/as/token.oauth2", Face.PINGONE: "/{environmentId}/as/token"}
USERINFO = {
    Face.PINGFEDERATE: "/idp/userinfo.openid",
    Face.PINGONE: "/{environmentId}/as/userinfo",
}
LOGOUT = {
    Face.PINGFEDERATE: "/idp/init_logout.openid",
    Face.PINGONE: "/{environmentId}/as/signoff",
}
ACCOUNT = {
    Face.PINGFEDERATE: "/idp/account",
    Face.PINGONE: "/{environmentId}/account",
}
Artefacts = Mapping[str, str]


async def collect(tenant: Tenant) -> Artefacts:
    """Mint one of everything in a tenant, and return it by what it is."""
    found = {**_names(tenant), "client secret": secret_of(tenant.key)}
    found |= await _tokens(tenant)
    found |= await _flows(tenant)
    found |= await device_codes(tenant)
    if tenant.face is Face.PINGONE:
        found |= await _ids(tenant, found["management token"])
    return found


def _names(tenant: Tenant) -> dict[str, str]:
    """Return what a request may name, and no other tenant knows."""
    key = tenant.key
    return {
        "client id": f"client-of-{key}",
        "scope": f"scope-of-{key}",
        "token manager": f"manager-of-{key}",
        "policy": f"policy-of-{key}",
        "redirect URI": f"https://only-{key}.example/callback",
        "post-logout URI": f"https://only-{key}.example/signed-off",
        "resource": f"https://orders.{key}.example",
        "origin": f"https://page.{key}.example",
        "environment id": tenant.env.id,
    }


async def _tokens(tenant: Tenant) -> dict[str, str]:
    """Sign joe on and return all that his applications, and applications alone, get."""
    visitor = Visitor(tenant)
    first = await exchange(tenant, await visitor.sign_on())
    keeper = await exchange(tenant, await visitor.sign_on(client_id="keeper"), "keeper")
    about = await exchange(tenant, await visitor.sign_on(scope="openid p1:read:user"))
    signed = await exchange(
        tenant, await visitor.sign_on(client_id="signed", scope="openid"), "signed"
    )
    elsewhere = await exchange(tenant, await Visitor(tenant).sign_on())
    session_id = jose.parts(elsewhere["id_token"])[1]["sid"]
    found = {
        "authorization code": (await visitor.sign_on())["code"],
        "user JWT": first["access_token"],
        "refresh token": first["refresh_token"],
        "ID token": first["id_token"],
        "user reference": keeper["access_token"],
        "user management token": about["access_token"],
        "signed userinfo": (await _userinfo(tenant, signed["access_token"])).body.decode(),
        "own reference": await _own(tenant, "keeper"),
        "management token": await _own(tenant, "worker"),
        "session id": session_id,
        "logout token": await _logout_token(tenant, session_id),
        "client assertion": assertion(tenant),
        "session cookie": visitor.jarred("browser"),
        "device cookie": visitor.jarred("device"),
        "logout confirmation": await _hidden(visitor, LOGOUT[tenant.face], "confirmation"),
        "account token": await _hidden(visitor, ACCOUNT[tenant.face], TOKEN_FIELD),
    }
    if tenant.face is Face.PINGFEDERATE:
        found["persistent cookie"] = visitor.jarred("persistent")
        found["reference"] = await drop_sample(tenant)
        leaving = Visitor(tenant)
        await leaving.sign_on()
        found["handed reference"] = await hand_over(leaving)
        found["logout round"] = await sign_off(leaving)
        found["adapter target"] = f"https://only-{tenant.key}.example/portal"
    return found


async def _flows(tenant: Tenant) -> dict[str, str]:
    """Begin sign-ons, and return what opens them and what they wait for."""
    asked, page = Visitor(tenant), Visitor(tenant)
    flow = await asked.begin()
    shown = await page.page()
    found = {
        "flow id": flow["id"],
        "flow cookie": asked.jarred("browser"),
        "page flow id": _flow_of(tenant, shown),
        "page flow cookie": page.jarred("browser"),
        **await _waiting(tenant),
    }
    if tenant.face is Face.PINGFEDERATE:
        jarless = await Visitor(tenant).begin(client_id="jarless", redirect_uri=None)
        found |= {"cookieless flow id": jarless["id"], "API state": jarless["_pf_authn_api_state"]}
    return found


async def _waiting(tenant: Tenant) -> dict[str, str]:
    """Begin flows that wait for a code which was sent."""
    found: dict[str, str] = {}
    actions = ACTIONS[tenant.face]
    for name, acr in (("recovery", None), ("registration", None), ("pairing", "multi")):
        visitor = Visitor(tenant)
        flow_id = (await visitor.begin(acr_values=acr))["id"]
        if name == "pairing":
            await visitor.check_password(flow_id, "eve")
        for action, inputs in actions[name]:
            await visitor.act(flow_id, action, **inputs)
        found |= {
            f"{name} code": tenant.app.outbox.code(),
            f"{name} flow id": flow_id,
            f"{name} flow cookie": visitor.jarred("browser"),
        }
    return {**found, "recovery link": await _link(tenant)}


async def _link(tenant: Tenant) -> str:
    """Have a link sent that recovers a password, and return the value that it bears."""
    visitor = Visitor(tenant)
    flow_id = (await visitor.begin(acr_values="linked"))["id"]
    for action, inputs in ACTIONS[tenant.face]["recovery"]:
        await visitor.act(flow_id, action, **inputs)
    link = tenant.app.outbox.last(Template.RECOVERY_LINK).values["link"]
    return link.partition("link=")[2]


ACTIONS: Mapping[Face, Mapping[str, tuple[tuple[str, dict[str, Any]], ...]]] = {
    Face.PINGFEDERATE: {
        "recovery": (
            ("initiateAccountRecovery", {}),
            ("checkAccountRecoveryUsername", {"username": "joe"}),
        ),
        "registration": (
            ("initiateRegistration", {}),
            (
                "registerUser",
                {"password": NEW_PASSWORD, "fieldValues": {**ANN, "newpassword": NEW_PASSWORD}},
            ),
        ),
        "pairing": (),
    },
    Face.PINGONE: {
        "recovery": (("password.forgot", {"username": "joe"}),),
        "registration": (("user.register", {**ANN, "password": NEW_PASSWORD}),),
        "pairing": (),
    },
}


async def _ids(tenant: Tenant, token: str) -> dict[str, str]:
    """Return ids of what the management API manages; the population is one that may go."""
    base, headers = f"/v1/environments/{tenant.env.id}", [("authorization", f"Bearer {token}")]
    policies = await tenant.caller.get(f"{base}/passwordPolicies", headers)
    sent = [*headers, ("content-type", "application/json")]
    body = b'{"name": "Guests"}'
    population = await tenant.caller.request("POST", f"{base}/populations", sent, body)
    return {
        "population id": population.json()["id"],
        "password policy id": policies.json()["_embedded"]["passwordPolicies"][0]["id"],
        "user id": tenant.eve.id,
    }


async def exchange(
    tenant: Tenant, response: Mapping[str, str], client: str = "web"
) -> dict[str, Any]:
    """Exchange the code of an answer."""
    form = {
        "grant_type": "authorization_code",
        "code": response["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    basic = (client, secret_of(tenant.key))
    answer = await tenant.caller.post_form(tenant.target(TOKEN[tenant.face]), form, basic=basic)
    assert access_token(answer)
    found: dict[str, Any] = answer.json()
    return found


def assertion(tenant: Tenant) -> str:
    """Return an assertion of the one program that is a client of all tenants, with one secret."""
    claims = {
        "iss": "service",
        "sub": "service",
        "aud": tenant.env.base_url + tenant.target(TOKEN[tenant.face]),
        "jti": f"jti for {tenant.key}",
        "iat": int(tenant.app.clock.now()),
        "exp": int(tenant.app.clock.now()) + 60,
    }
    return jose.compact({"alg": "HS256"}, claims, SERVICE_SECRET.encode())


async def _own(tenant: Tenant, client: str) -> str:
    form = {"grant_type": "client_credentials", "scope": "" if client == "worker" else "read"}
    basic = (client, secret_of(tenant.key))
    return access_token(
        await tenant.caller.post_form(tenant.target(TOKEN[tenant.face]), form, basic=basic)
    )


async def _userinfo(tenant: Tenant, token: str) -> Answer:
    target = tenant.target(USERINFO[tenant.face])
    return await tenant.caller.get(target, [("authorization", f"Bearer {token}")])


async def _logout_token(tenant: Tenant, session_id: str) -> str:
    client = tenant.env.clients[ClientId("web")]
    now = tenant.app.clock.now()
    about = Participation(SessionId(session_id), client.client_id, JOE.id, now + 60)
    return await mint_logout_token(tenant.env, PooledSigner(), client, about, now)


async def _hidden(visitor: Visitor, route: str, name: str) -> str:
    """Return what the forms of a page bring back that nobody else can know."""
    page = await visitor.request("GET", visitor.tenant.target(route))
    return next(
        element.attributes["value"]
        for element in parse_elements(page.body)
        if element.attributes.get("name") == name
    )


def _flow_of(tenant: Tenant, page: Answer) -> str:
    """Return the id of the flow that a page is of: its form goes there."""
    action = parse_form(page.body).action
    if tenant.face is Face.PINGFEDERATE:
        return action.split("/as/", 1)[1].split("/", 1)[0]
    return action.partition("flowId=")[2]
