"""The paths on which people sign on and off."""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import FlowId
from ostiary.core.oauth.authorize import Authorize
from ostiary.core.oidc.logout import Logout
from ostiary.core.oidc.own_account import OwnAccount
from ostiary.core.oidc.own_changes import OwnChanges
from ostiary.core.signon.recovery_links import RecoveryLinks
from ostiary.dialects.pingfederate.account import ACCOUNT_PATH, account_path
from ostiary.dialects.pingfederate.adapter_to_adapter import AdapterToAdapter
from ostiary.dialects.pingfederate.authn import AuthenticationAPI
from ostiary.dialects.pingfederate.authn_errors import render_authn_error
from ostiary.dialects.pingfederate.authn_wire import FLOWS, RESUME
from ostiary.dialects.pingfederate.authorization import AUTHORIZATION_PATH, read_extensions
from ostiary.dialects.pingfederate.browser_cookies import COOKIES, read_browser
from ostiary.dialects.pingfederate.devices import DEVICE_PAGE_PATH, find_device_page
from ostiary.dialects.pingfederate.forms_wire import FORMS
from ostiary.dialects.pingfederate.logout import LOGOUT_PATH, NO, YES, logout_path
from ostiary.dialects.pingfederate.recovery import recovery_route
from ostiary.dialects.pingfederate.reference_wire import REFERENCE
from ostiary.dialects.pingfederate.sign_on_answers import SignOnAnswers
from ostiary.dialects.pingfederate.single_logout import ROUND_WIRE, SingleLogout
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.message import Request
from ostiary.http.origins import check_application
from ostiary.http.route import BodyKind, CorsPolicy, Route
from ostiary.web.account_endpoint import AccountEndpoint
from ostiary.web.account_page import AccountPage
from ostiary.web.authorization_endpoint import AuthorizationEndpoint
from ostiary.web.device_endpoint import DeviceEndpoint
from ostiary.web.hosted_sign_on import HostedSignOn
from ostiary.web.logout_answers import LogoutAnswers
from ostiary.web.logout_endpoint import LogoutEndpoint
from ostiary.web.rendering import Pages
from ostiary.web.sign_on_errors import SignOnErrors


@dataclass(frozen=True, slots=True)
class SignOnRoutes:
    """Every path of signing on and off."""

    tenancy: Tenancy
    authorize: Authorize
    logout: Logout
    own_account: OwnAccount
    own_changes: OwnChanges
    clock: Clock
    pages: Pages
    recovery_links: RecoveryLinks

    def routes(self) -> tuple[Route, ...]:
        """Return the table.

        Spec: PingFederate "Authorization endpoint", "Authentication API".
        """
        errors = SignOnErrors(
            self.tenancy.resolve, COOKIES, render_authn_error, self.clock, self.pages
        )
        answers = SignOnAnswers(self.pages, self.clock)
        signed_off = LogoutAnswers(self.logout, self.pages, self.clock, COOKIES, ROUND_WIRE)
        authorization = AuthorizationEndpoint(
            self.authorize,
            answers,
            self.tenancy.resolve,
            read_browser,
            check_application,
            read_extensions,
        )
        hosted = HostedSignOn(
            self.authorize,
            FORMS,
            answers,
            self.tenancy.resolve,
            read_browser,
            _resumed_flow,
            REFERENCE,
        )
        return (
            Route(
                AUTHORIZATION_PATH,
                {"GET": authorization.get_or_post, "POST": authorization.get_or_post},
                errors.render,
                spends=True,
                body=BodyKind.FORM,
                cors=CorsPolicy.CONFIGURED,
                origins=self.tenancy.find_application_origins,
                cors_credentials=True,
                metadata="authorization_endpoint",
                summary="Where a sign-on begins, with redirects or without (`pi.flow`)",
            ),
            Route(
                RESUME,
                {"GET": hosted.get, "POST": hosted.post},
                errors.render,
                spends=True,
                body=BodyKind.FORM,
                summary="Where a sign-on goes on in the browser",
            ),
            self._api_route(AuthenticationAPI(self.tenancy, self.authorize, answers), errors),
            self._logout_route(signed_off, errors),
            *SingleLogout(self.tenancy, self.logout, signed_off).routes(errors.render),
            self._account_route(answers, errors),
            AdapterToAdapter(self.tenancy, self.authorize, answers).route(errors.render),
            self._device_route(answers, errors),
            recovery_route(self.tenancy, self.recovery_links, self.pages, errors.render),
        )

    def _api_route(self, api: AuthenticationAPI, errors: SignOnErrors) -> Route:
        return Route(
            f"{FLOWS}{{flowId}}",
            {"GET": api.get_flow, "POST": api.post_flow},
            errors.render_as_json,
            body=BodyKind.ACTION,
            cors=CorsPolicy.CONFIGURED,
            origins=self.tenancy.find_application_origins,
            cors_credentials=True,
            summary="The authentication API: the state of a flow, and its actions",
        )

    def _logout_route(self, answers: LogoutAnswers, errors: SignOnErrors) -> Route:
        endpoint = LogoutEndpoint(
            self.logout, answers, self.tenancy.resolve, logout_path, yes=YES, no=NO
        )
        return Route(
            LOGOUT_PATH,
            {"GET": endpoint.get, "POST": endpoint.post},
            errors.render,
            spends=True,
            body=BodyKind.FORM,
            metadata="end_session_endpoint",
            summary="Signing off at the wish of an application",
        )

    def _device_route(self, answers: SignOnAnswers, errors: SignOnErrors) -> Route:
        endpoint = DeviceEndpoint(
            self.authorize,
            answers,
            self.pages,
            self.clock,
            COOKIES,
            self.tenancy.resolve,
            find_device_page,
            check_application,
        )
        return Route(
            DEVICE_PAGE_PATH,
            {"GET": endpoint.get_or_post, "POST": endpoint.get_or_post},
            errors.render,
            spends=True,
            body=BodyKind.FORM,
            cors=CorsPolicy.CONFIGURED,
            origins=self.tenancy.find_application_origins,
            cors_credentials=True,
            summary="Where people let a device in, with redirects or without (`pi.flow`)",
        )

    def _account_route(self, answers: SignOnAnswers, errors: SignOnErrors) -> Route:
        endpoint = AccountEndpoint(
            self.own_account,
            self.own_changes,
            self.authorize,
            answers,
            self.pages,
            self.clock,
            COOKIES,
            AccountPage(account_path, logout_path),
            self.tenancy.resolve,
        )
        return Route(
            ACCOUNT_PATH,
            {"GET": endpoint.get, "POST": endpoint.post},
            errors.render,
            spends=True,
            body=BodyKind.FORM,
            summary="Where people see and end their sessions, and what applications may do",
        )


def _resumed_flow(request: Request) -> FlowId:
    """Return the flow that the resume path names.

    Spec: PingFederate "Authorization endpoint" (resume path).
    """
    return FlowId(request.path_values["id"])
