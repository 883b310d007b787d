"""`/{environmentId}/as/userinfo`: what a client may read about the user whose token it has."""

from dataclasses import dataclass

import msgspec

from ostiary.core.base.errors import OAuthCode, ProtocolError
from ostiary.core.oidc.userinfo import Userinfo
from ostiary.dialects.pingone.errors import CODE_OF_STATUS, error_body
from ostiary.dialects.pingone.tenancy import Tenancy
from ostiary.http.bearer import read_bearer, render_bearer_error, render_userinfo
from ostiary.http.credentials import find_certificate
from ostiary.http.message import Request, Response

_EXPIRED = "Access token expired, revoked or unknown."
"""Older clients look for its first words."""


@dataclass(frozen=True, slots=True)
class UserinfoEndpoint:
    """The userinfo endpoint with PingOne's names."""

    tenancy: Tenancy
    userinfo: Userinfo

    async def get_or_post(self, request: Request) -> Response:
        """Answer with the claims of the token's user.

        Spec: PingOne "Userinfo"; OpenID Connect Core §5.3.1 (GET and POST).
        """
        env, presented = self.tenancy.resolve(request), read_bearer(request)
        answer = await self.userinfo.respond(
            env, presented, address=request.address, certificate=find_certificate(request)
        )
        return render_userinfo(answer)


def render_userinfo_error(error: ProtocolError, request: Request | None) -> Response:
    """Refuse in OAuth's words and in PingOne's at once: clients read either.

    Spec: RFC 6750 §3; PingOne "Error codes".
    """
    refused = render_bearer_error(error, request)
    is_token = error.code == OAuthCode.INVALID_TOKEN
    detail = {
        "code": "INVALID_VALUE" if is_token else str(error.code).upper(),
        "target": "access_token",
        "message": _EXPIRED if is_token else error.description,
    }
    members = {
        **msgspec.json.decode(refused.body),
        **error_body(CODE_OF_STATUS[refused.status], error.description),
        "details": [detail],
    }
    return msgspec.structs.replace(refused, body=msgspec.json.encode(members))
