"""`/pf/adapter2adapter.ping`: people sign on, and an SP adapter's application gets to know them."""

from dataclasses import dataclass

from ostiary.core.base.errors import ProtocolError
from ostiary.core.base.params import Params
from ostiary.core.federation.receiver_requests import ReceiverWish, read_wish
from ostiary.core.oauth.authorize import Authorize
from ostiary.dialects.pingfederate.browser_cookies import read_browser
from ostiary.dialects.pingfederate.reference_wire import REFERENCE, WAY_BACK
from ostiary.dialects.pingfederate.sign_on_answers import SignOnAnswers
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.cross_site_posts import all_params, bring_cookies
from ostiary.http.forms import parse_params
from ostiary.http.message import Request, Response
from ostiary.http.route import BodyKind, RenderError, Route

ADAPTER_TO_ADAPTER_PATH = "/pf/adapter2adapter.ping"
OURS = frozenset({REFERENCE.lower(), WAY_BACK.lower()})
"""Parameters that we add to a target: none that is sent to us may have them already."""
_RECEIVER = "SpSessionAuthnAdapterId"


@dataclass(frozen=True, slots=True)
class AdapterToAdapter:
    """Joins an adapter that knows people to an adapter whose application wants to know them."""

    tenancy: Tenancy
    authorize: Authorize
    answers: SignOnAnswers

    def route(self, errors: RenderError) -> Route:
        """Return the endpoint."""
        return Route(
            ADAPTER_TO_ADAPTER_PATH,
            {"GET": self.get_or_post, "POST": self.get_or_post},
            errors,
            spends=True,
            body=BodyKind.FORM,
            summary="Sign on by an IdP adapter, for the application of an SP adapter",
        )

    async def get_or_post(self, request: Request) -> Response:
        """Begin a sign-on that ends at the application, or end it at once by a session.

        Spec: PingFederate "System-services endpoints".
        """
        with_cookies = bring_cookies(request)
        if with_cookies is not None:
            return with_cookies
        env, claimed = self.tenancy.resolve(request), ""
        try:
            params = parse_params(all_params(request))
            claimed = params.find(_RECEIVER) or ""
            asked = read_wish(env, read_parameters(params), OURS)
        except ProtocolError as error:
            self.authorize.tell_refused(env, error, claimed, request.address)
            raise
        reference = params.find(REFERENCE)
        outcome = await self.authorize.begin_own(
            env, asked, read_browser(request), reference=reference
        )
        return self.answers.show(env, request, outcome)


def read_parameters(params: Params) -> ReceiverWish:
    """Return what a request says; parameters of other programs' own are passed over.

    Spec: PingFederate "System-services endpoints", "SP endpoints" (`ForceAuthn`, `IsPassive`).
    """
    return ReceiverWish(
        receiver=params.find(_RECEIVER),
        source=params.find("IdpAdapterId") or params.find("pfidpadapterid"),
        target=params.find("TargetResource") or params.find("TARGET"),
        error_target=params.find("InErrorResource"),
        is_fresh=_is_true(params, "ForceAuthn"),
        is_passive=_is_true(params, "IsPassive"),
    )


def _is_true(params: Params, name: str) -> bool:
    return (params.find(name) or "").lower() == "true"
