"""The paths on which people sign on and off."""

from dataclasses import dataclass, replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import FlowId
from ostiary.core.base.params import Params
from ostiary.core.flow.errors import flow_not_found
from ostiary.core.oauth.authorize import Authorize
from ostiary.core.oauth.checks.asked import NO_EXTENSIONS, RequestExtensions
from ostiary.core.oidc.logout import Logout
from ostiary.core.oidc.own_account import OwnAccount
from ostiary.core.oidc.own_changes import OwnChanges
from ostiary.core.oidc.session_end import SessionEnd
from ostiary.core.signon.recovery_links import RecoveryLinks
from ostiary.dialects.pingone.browser_cookies import COOKIES, read_browser
from ostiary.dialects.pingone.device_pages import find_device_page
from ostiary.dialects.pingone.flow_errors import render_flow_error
from ostiary.dialects.pingone.flows import FlowEndpoint
from ostiary.dialects.pingone.forms_wire import FORMS
from ostiary.dialects.pingone.login_pages import error_url
from ostiary.dialects.pingone.paths import (
    ACCOUNT_PATH,
    APPLICATION_DEVICE_PATH,
    DEVICE_PATH,
    FLOW_PATH,
    FLOW_VARIABLE,
    ISSUER_PATH,
    PAGE_PATH,
    account_path,
)
from ostiary.dialects.pingone.recovery import recovery_route
from ostiary.dialects.pingone.sign_on_answers import SignOnAnswers
from ostiary.dialects.pingone.signoff import (
    IDP_SIGNOFF_PATH,
    SIGNOFF_PATH,
    IdpSignoff,
    signoff_path,
)
from ostiary.dialects.pingone.tenancy import Tenancy
from ostiary.http.message import Request
from ostiary.http.origins import check_caller
from ostiary.http.redirectless import asks_for_json
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
    session_end: SessionEnd
    clock: Clock
    pages: Pages
    recovery_links: RecoveryLinks

    def routes(self) -> tuple[Route, ...]:
        """Return the table.

        Spec: PingOne "Authorize", "Flows", "Resume", "Signoff".
        """
        errors = SignOnErrors(
            self.tenancy.resolve,
            COOKIES,
            render_flow_error,
            self.clock,
            self.pages,
            is_for_a_program,
        )
        answers = SignOnAnswers(self.pages, self.clock)
        return (
            self._authorize_route(answers, replace(errors, find_page=error_url)),
            self._resume_route(answers, errors),
            self._page_route(errors),
            self._flow_route(answers, errors),
            self._signoff_route(errors),
            self._idp_signoff_route(),
            self._account_route(answers, errors),
            self._device_route(DEVICE_PATH, "Where people let a device in", answers, errors),
            self._device_route(
                APPLICATION_DEVICE_PATH,
                "Where people let a device of one application in",
                answers,
                errors,
            ),
            recovery_route(self.tenancy, self.recovery_links, self.pages, errors.render),
        )

    def _authorize_route(self, answers: SignOnAnswers, errors: SignOnErrors) -> Route:
        endpoint = AuthorizationEndpoint(
            self.authorize,
            answers,
            self.tenancy.resolve,
            read_browser,
            check_caller,
            _read_extensions,
        )
        return Route(
            f"{ISSUER_PATH}/authorize",
            {"GET": endpoint.get_or_post, "POST": endpoint.get_or_post},
            errors.render,
            spends=True,
            body=BodyKind.FORM,
            cors=CorsPolicy.CONFIGURED,
            origins=self.tenancy.find_caller_origins,
            cors_credentials=True,
            metadata="authorization_endpoint",
            summary="Where a sign-on begins, with redirects or without (`pi.flow`)",
        )

    def _resume_route(self, answers: SignOnAnswers, errors: SignOnErrors) -> Route:
        hosted = self._hosted(answers)
        return Route(
            f"{ISSUER_PATH}/resume",
            {"GET": hosted.get},
            errors.render,
            spends=True,
            cors=CorsPolicy.CONFIGURED,
            origins=self.tenancy.find_caller_origins,
            cors_credentials=True,
            summary="Where a finished flow becomes the application's answer",
        )

    def _page_route(self, errors: SignOnErrors) -> Route:
        hosted = self._hosted(SignOnAnswers(self.pages, self.clock, shows_pages=True))
        return Route(
            PAGE_PATH,
            {"GET": hosted.get, "POST": hosted.post},
            errors.render,
            spends=True,
            body=BodyKind.FORM,
            summary="Our own sign-on page",
        )

    def _hosted(self, answers: SignOnAnswers) -> HostedSignOn:
        return HostedSignOn(
            self.authorize, FORMS, answers, self.tenancy.resolve, read_browser, _named_flow
        )

    def _flow_route(self, answers: SignOnAnswers, errors: SignOnErrors) -> Route:
        endpoint = FlowEndpoint(self.tenancy, self.authorize, answers)
        return Route(
            FLOW_PATH,
            {"GET": endpoint.get_flow, "POST": endpoint.post_flow},
            errors.render_as_json,
            body=BodyKind.ACTION,
            cors=CorsPolicy.CONFIGURED,
            origins=self.tenancy.find_caller_origins,
            cors_credentials=True,
            summary="The flow resource: where a sign-on is, and its actions",
        )

    def _signoff_route(self, errors: SignOnErrors) -> Route:
        answers = LogoutAnswers(self.logout, self.pages, self.clock, COOKIES)
        endpoint = LogoutEndpoint(self.logout, answers, self.tenancy.resolve, signoff_path)
        return Route(
            SIGNOFF_PATH,
            {"GET": endpoint.get, "POST": endpoint.post},
            errors.render,
            spends=True,
            body=BodyKind.FORM,
            metadata="end_session_endpoint",
            summary="Signing off at the wish of an application",
        )

    def _idp_signoff_route(self) -> Route:
        endpoint = IdpSignoff(self.tenancy, self.session_end)
        return Route(
            IDP_SIGNOFF_PATH,
            {"GET": endpoint.get_idp_signoff},
            render_flow_error,
            spends=True,
            cors=CorsPolicy.CONFIGURED,
            origins=self.tenancy.find_caller_origins,
            cors_credentials=True,
            metadata="ping_end_idp_session_endpoint",
            summary="Signing off by an ID token alone",
        )

    def _device_route(
        self, path: str, summary: str, answers: SignOnAnswers, errors: SignOnErrors
    ) -> Route:
        endpoint = DeviceEndpoint(
            self.authorize,
            answers,
            self.pages,
            self.clock,
            COOKIES,
            self.tenancy.resolve,
            find_device_page,
            check_caller,
        )
        return Route(
            path,
            {"GET": endpoint.get_or_post, "POST": endpoint.get_or_post},
            errors.render,
            spends=True,
            body=BodyKind.FORM,
            summary=summary,
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
            AccountPage(account_path, signoff_path),
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


def _named_flow(request: Request) -> FlowId:
    """Return the flow that the query names.

    Spec: PingOne "Resume" (`flowId`).
    """
    named = request.query_params().find(FLOW_VARIABLE)
    if named is None:
        raise flow_not_found("none is named")
    return FlowId(named)


def _read_extensions(_params: Params) -> RequestExtensions:
    """Return what PingOne's own parameters say: nothing that the core has to know."""
    return NO_EXTENSIONS


def is_for_a_program(request: Request) -> bool:
    """Tell whether whoever asked cannot read pages: it wants no redirect, or takes JSON alone."""
    accepted = b",".join(request.find_headers(b"accept"))
    return asks_for_json(request) or (b"json" in accepted and b"text/html" not in accepted)
