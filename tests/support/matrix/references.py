"""What the reference adapters of a tenant are called, and what is dropped off there."""

from urllib.parse import urlencode

from tests.support.asgi import Answer, Headers, basic_header
from tests.support.browsing import returned
from tests.support.matrix.tenants import Tenant, secret_of
from tests.support.matrix.visitor import Visitor

DROP_OFF, PICK_UP = "/ext/ref/dropoff", "/ext/ref/pickup"
APPLICATION = "application"
ADAPTER_TO_ADAPTER = "/pf/adapter2adapter.ping"
SINGLE_LOGOUTS = ("/sp/startSLO.ping", "/idp/startSLO.ping")
LOGOUT_RESUME = "/idp/{state}/resume/idp/startSLO.ping"
PASSIVE = {"SpSessionAuthnAdapterId": "portal", "IsPassive": "true"}
"""Asks that whoever is signed on be handed over to the application, and nobody else."""
_JSON = ("content-type", "application/json")


async def drop_sample(tenant: Tenant) -> str:
    """Drop something off in a tenant, and return the reference."""
    answer = await drop_off(tenant, own_headers(tenant))
    reference: str = answer.json()["REF"]
    return reference


async def hand_over(visitor: Visitor) -> str:
    """Hand whoever is signed on over to the application, and return the reference."""
    answer = await visitor.request("GET", f"{ADAPTER_TO_ADAPTER}?{urlencode(PASSIVE)}")
    return returned(answer)["REF"]


async def sign_off(visitor: Visitor) -> str:
    """Sign somebody off who was handed over, and return what is left of the browser's round."""
    answer = await visitor.request("GET", SINGLE_LOGOUTS[0])
    return returned(answer)["resumePath"].split("/")[2]


def own_headers(tenant: Tenant, adapter: str = "sample") -> Headers:
    """Return the headers of the application that calls a tenant."""
    return (basic_header(APPLICATION, secret_of(tenant.key)), ("ping.instanceId", adapter))


async def drop_off(tenant: Tenant, headers: Headers) -> Answer:
    """Drop something off in a tenant."""
    sent = (_JSON, *headers)
    if not any(name == "ping.instanceId" for name, _ in headers):
        sent = (*sent, ("ping.instanceId", "sample"))
    return await tenant.caller.request("POST", DROP_OFF, sent, b'{"subject": "joe"}')
