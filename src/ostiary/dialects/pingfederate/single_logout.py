"""`startSLO.ping` and the paths to which applications send a browser back that is signing off."""

from dataclasses import dataclass

from ostiary.core.base.errors import ProtocolError
from ostiary.core.base.params import Params
from ostiary.core.oidc.logout import Logout
from ostiary.core.signon.logout_rounds import RoundEnds
from ostiary.dialects.pingfederate.adapter_to_adapter import OURS
from ostiary.dialects.pingfederate.browser_cookies import COOKIES
from ostiary.dialects.pingfederate.reference_wire import (
    LOGOUT_RESUME,
    REFERENCE,
    WAY_BACK,
    logout_resume_path,
)
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.cross_site_posts import all_params, bring_cookies, is_without_cookies
from ostiary.http.errors import bad_request
from ostiary.http.forms import parse_params
from ostiary.http.message import Request, Response
from ostiary.http.route import BodyKind, RenderError, Route
from ostiary.web.logout_answers import LogoutAnswers, RoundWire

IDP_LOGOUT_PATH, SP_LOGOUT_PATH = "/idp/startSLO.ping", "/sp/startSLO.ping"


def logout_call_url(endpoint: str, reference: str) -> str:
    """Return what the server itself calls to tell an application.

    Spec: PingFederate "Reference ID adapter" (logout mode, back channel).
    """
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{REFERENCE}={reference}"


ROUND_WIRE = RoundWire(REFERENCE, WAY_BACK, logout_resume_path)


@dataclass(frozen=True, slots=True)
class SingleLogout:
    """Ends a browser's session, and has it go round the applications that took part."""

    tenancy: Tenancy
    logout: Logout
    answers: LogoutAnswers

    def routes(self, errors: RenderError) -> tuple[Route, ...]:
        """Return the endpoints.

        Spec: PingFederate "IdP endpoints", "SP endpoints".
        """
        begins = {"GET": self.get_or_post, "POST": self.get_or_post}
        goes_on = {"GET": self.resume, "POST": self.resume}
        return (
            Route(
                IDP_LOGOUT_PATH,
                begins,
                errors,
                spends=True,
                body=BodyKind.FORM,
                metadata="ping_end_session_endpoint",
                summary="Signing off everywhere, from an IdP adapter's application",
            ),
            Route(
                SP_LOGOUT_PATH,
                begins,
                errors,
                spends=True,
                body=BodyKind.FORM,
                summary="Signing off everywhere, from an SP adapter's application",
            ),
            Route(
                LOGOUT_RESUME,
                goes_on,
                errors,
                spends=True,
                body=BodyKind.FORM,
                summary="Where a browser comes back from an application that signed off, too",
            ),
        )

    async def get_or_post(self, request: Request) -> Response:
        """Sign off at once, and begin to go round.

        Raises: HTTPError 400 for a form that came without cookies and is too long to come again
            with them: nobody knows whom to sign off; OAuthError, UnavailableError.
        """
        with_cookies = bring_cookies(request)
        if with_cookies is not None:
            return with_cookies
        env, browser = self.tenancy.resolve(request), COOKIES.read(request)
        try:
            if is_without_cookies(request):
                raise bad_request("The form of another site is too long; nobody was signed off.")
            ends = _read_ends(parse_params(all_params(request)))
            done = await self.logout.end(env, ends, browser, reserved=OURS)
        except ProtocolError as error:
            self.logout.tell_refused(env, error, request.address)
            raise
        return await self.answers.show_done(env, request, done)

    async def resume(self, request: Request) -> Response:
        """Go on; what an application sends along says nothing: its reference was picked up."""
        env = self.tenancy.resolve(request)
        return await self.answers.go_on(env, request, request.path_values["state"])


def _read_ends(params: Params) -> RoundEnds:
    target = params.find("TargetResource") or params.find("TARGET")
    return RoundEnds(target, params.find("InErrorResource"))
