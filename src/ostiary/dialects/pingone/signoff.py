"""`/{environmentId}/as/signoff` and `idpSignoff`: signing off with PingOne's names."""

from dataclasses import dataclass

from ostiary.core.model.environment import Environment
from ostiary.core.oidc.session_end import SessionEnd, read_wish
from ostiary.dialects.pingone.paths import ISSUER_PATH, environment_path
from ostiary.dialects.pingone.tenancy import Tenancy
from ostiary.http.message import NO_STORE, Request, Response, empty_response
from ostiary.http.origins import check_caller

SIGNOFF_PATH = f"{ISSUER_PATH}/signoff"
IDP_SIGNOFF_PATH = f"{ISSUER_PATH}/idpSignoff"


def signoff_path(env: Environment) -> str:
    """Return where the form of the question goes."""
    return f"{environment_path(env)}/as/signoff"


@dataclass(frozen=True, slots=True)
class IdpSignoff:
    """Signing off for programs that cannot send the browser here."""

    tenancy: Tenancy
    session_end: SessionEnd

    async def get_idp_signoff(self, request: Request) -> Response:
        """End the session of an ID token.

        Spec: PingOne "IdP sign-off".
        Raises: HTTPError 403 for a page that may not call; OAuthError.
        """
        env = self.tenancy.resolve(request)
        wish = read_wish(env, request.query_params())
        check_caller(env, request, wish.client_id)
        await self.session_end.end(env, wish, address=request.address)
        return empty_response(204, NO_STORE)
