"""Devices of a tenant: one that joe has let in, and one that waits."""

from ostiary.core.model.environment import Face
from tests.support.matrix.tenants import Tenant
from tests.support.matrix.visitor import Visitor, members

DEVICE = {
    Face.PINGFEDERATE: "/as/device_authz.oauth2",
    Face.PINGONE: "/{environmentId}/as/device_authorization",
}
ALIASES = ("/as/deviceAuthorization.oauth2", "/as/device_authorization.oauth2")
PAGE = {Face.PINGFEDERATE: "/as/user_authz.oauth2", Face.PINGONE: "/{environmentId}/device"}
PAGE_OF_ONE = "/{environmentId}/device/{applicationId}"
_CONFIRM = {
    Face.PINGFEDERATE: ("confirmUserCode", {}),
    Face.PINGONE: ("deviceAuthGrant.consent", {"accept": True}),
}


async def device_codes(tenant: Tenant) -> dict[str, str]:
    """Begin two devices, let one of them in, and return its code and what is typed for the other.

    Joe lets it in, in a browser of his own.
    """
    approved, waiting = await _begin(tenant), await _begin(tenant)
    visitor, page = Visitor(tenant), tenant.target(PAGE[tenant.face])
    target = f"{page}?response_mode=pi.flow&user_code={approved['user_code']}"
    flow = members(await visitor.request("GET", target))
    await visitor.check_password(flow["id"], "joe")
    action, inputs = _CONFIRM[tenant.face]
    await visitor.act(flow["id"], action, **inputs)
    return {"device code": approved["device_code"], "user code": waiting["user_code"]}


async def _begin(tenant: Tenant) -> dict[str, str]:
    target = tenant.target(DEVICE[tenant.face])
    codes: dict[str, str] = members(await tenant.caller.post_form(target, {"client_id": "tv"}))
    return codes
