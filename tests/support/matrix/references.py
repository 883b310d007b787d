"""What the reference adapters of a tenant are called, and what is dropped off there."""

from tests.support.asgi import Answer, Headers, basic_header
from tests.support.matrix.tenants import Tenant, secret_of

DROP_OFF, PICK_UP = "/ext/ref/dropoff", "/ext/ref/pickup"
APPLICATION = "application"
_JSON = ("content-type", "application/json")


async def drop_sample(tenant: Tenant) -> str:
    """Drop something off in a tenant, and return the reference."""
    answer = await drop_off(tenant, own_headers(tenant))
    reference: str = answer.json()["REF"]
    return reference


def own_headers(tenant: Tenant) -> Headers:
    """Return the headers of the application that calls a tenant."""
    return (basic_header(APPLICATION, secret_of(tenant.key)), ("ping.instanceId", "sample"))


async def drop_off(tenant: Tenant, headers: Headers) -> Answer:
    """Drop something off in a tenant."""
    sent = (_JSON, *headers)
    if not any(name == "ping.instanceId" for name, _ in headers):
        sent = (*sent, ("ping.instanceId", "sample"))
    return await tenant.caller.request("POST", DROP_OFF, sent, b'{"subject": "joe"}')
