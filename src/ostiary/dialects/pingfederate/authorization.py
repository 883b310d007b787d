"""`/as/authorization.oauth2`: where a sign-on begins, with redirects or without."""

from dataclasses import dataclass

from ostiary.core.base.errors import ProtocolError
from ostiary.core.base.ids import ClientId
from ostiary.core.base.params import Params
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.authorize import Authorize
from ostiary.core.oauth.checks.asked import RequestExtensions
from ostiary.dialects.pingfederate.browser_cookies import read_browser
from ostiary.dialects.pingfederate.cross_site_posts import all_params, bring_cookies
from ostiary.dialects.pingfederate.oauth import read_target
from ostiary.dialects.pingfederate.origins import check_application
from ostiary.dialects.pingfederate.sign_on_answers import SignOnAnswers
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.forms import parse_params
from ostiary.http.message import Request, Response

AUTHORIZATION_PATH = "/as/authorization.oauth2"


@dataclass(frozen=True, slots=True)
class Authorization:
    """The authorization endpoint with PingFederate's names."""

    tenancy: Tenancy
    authorize: Authorize
    answers: SignOnAnswers

    async def get_or_post(self, request: Request) -> Response:
        """Begin a sign-on, or answer at once where none is needed.

        Spec: PingFederate "Authorization endpoint", "Mobile application authentication through
        REST APIs"; RFC 6749 §3.1; OpenID Connect Core §3.1.2.1 (GET and POST alike).
        """
        with_cookies = bring_cookies(request)
        if with_cookies is not None:
            return with_cookies
        env = self.tenancy.resolve(request)
        params = self._read(env, request)
        outcome = await self.authorize.begin(
            env, params, read_browser(request), read_extensions(params)
        )
        return self.answers.in_browser(env, request, outcome)

    def _read(self, env: Environment, request: Request) -> Params:
        """Return the parameters of a request that may be made from where it comes.

        Raises: OAuthError for a repeated parameter; HTTPError, also for a page that is no
            authentication application.
        """
        claimed = ""
        try:
            params = parse_params(all_params(request))
            claimed = params.find("client_id") or ""
            if params.find("response_mode") == ResponseMode.PI_FLOW:
                check_application(env, request, ClientId(claimed))
        except ProtocolError as error:
            self.authorize.tell_refused(env, error, claimed, request.address)
            raise
        return params


def read_extensions(params: Params) -> RequestExtensions:
    """Return what the product's own parameters say.

    Spec: PingFederate "Authorization endpoint" (`pfidpadapterid` or `IdpAdapterId`, `idp` or
    `PartnerIdpId`, `access_token_manager_id`, `aud`).
    """
    return RequestExtensions(
        target=read_target(params),
        step=params.find("pfidpadapterid") or params.find("IdpAdapterId"),
        names_partner="idp" in params or "PartnerIdpId" in params,
    )
