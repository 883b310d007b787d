"""`/idp/userinfo.openid`: what a client may read about the user whose token it has."""

from dataclasses import dataclass

from ostiary.core.oidc.userinfo import Userinfo
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.bearer import read_bearer, render_userinfo
from ostiary.http.credentials import find_certificate
from ostiary.http.message import Request, Response

USERINFO_PATH = "/idp/userinfo.openid"


@dataclass(frozen=True, slots=True)
class UserinfoEndpoint:
    """The userinfo endpoint with PingFederate's names."""

    tenancy: Tenancy
    userinfo: Userinfo

    async def get_or_post(self, request: Request) -> Response:
        """Answer with the claims of the token's user.

        Spec: PingFederate "UserInfo endpoint"; OpenID Connect Core §5.3.1 (GET and POST).
        """
        env, presented = self.tenancy.resolve(request), read_bearer(request)
        answer = await self.userinfo.respond(
            env, presented, address=request.address, certificate=find_certificate(request)
        )
        return render_userinfo(answer)
