"""`/as/device_authz.oauth2` and `/as/user_authz.oauth2`: programs without a browser."""

from dataclasses import dataclass

from ostiary.core.model.environment import Environment
from ostiary.core.oauth.device_authorization import DeviceAuthorization
from ostiary.dialects.pingfederate.oauth import TOKEN_PATH, read_params, read_target
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.credentials import present
from ostiary.http.message import Request, Response
from ostiary.http.oauth_json import render_device, render_error
from ostiary.http.route import BodyKind, Route
from ostiary.web.device_endpoint import DevicePage

DEVICE_AUTHORIZATION_PATH = "/as/device_authz.oauth2"
ALIASES = ("/as/deviceAuthorization.oauth2", "/as/device_authorization.oauth2")
"""Written in programs that were made from memory; the product has neither."""
DEVICE_PAGE_PATH = "/as/user_authz.oauth2"


@dataclass(frozen=True, slots=True)
class DeviceCodes:
    """What programs without a browser begin with."""

    tenancy: Tenancy
    devices: DeviceAuthorization

    async def post_device_authorization(self, request: Request) -> Response:
        """Hand out codes. Spec: PingFederate "Device authorization endpoint"; RFC 8628 §3.1."""
        env = self.tenancy.resolve(request)
        params = read_params(request)
        presented = present(request, request.path, TOKEN_PATH)
        started = await self.devices.respond(env, params, presented, read_target(params))
        return render_device(started, env.base_url + DEVICE_PAGE_PATH)

    def routes(self) -> tuple[Route, ...]:
        """Return the endpoint, and where else it is looked for."""
        own, aliases = "device_authorization_endpoint", dict.fromkeys(ALIASES)
        return tuple(
            Route(
                path,
                {"POST": self.post_device_authorization},
                render_error,
                body=BodyKind.FORM,
                metadata=named,
                summary="Codes for a program whose user signs on elsewhere",
            )
            for path, named in {DEVICE_AUTHORIZATION_PATH: own, **aliases}.items()
        )


def find_device_page(_env: Environment, _request: Request) -> DevicePage:
    """Return where people let devices in: there is one page for all clients."""
    return DevicePage(DEVICE_PAGE_PATH)
