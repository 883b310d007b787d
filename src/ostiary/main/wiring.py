"""Wiring: every object of a serving process, built with exactly the ports its fields name."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

from ostiary.core.admin.callers import Callers
from ostiary.core.admin.client_secrets import ClientSecrets
from ostiary.core.admin.populations import PopulationAdministration
from ostiary.core.admin.recovery_codes import RecoveryCodes
from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.admin.user_editing import UserEditing
from ostiary.core.admin.user_passwords import UserPasswords
from ostiary.core.admin.user_search import UserSearch
from ostiary.core.admin.user_sessions import UserSessions
from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import UnavailableError
from ostiary.core.clientauth import catalog as client_authentication_methods
from ostiary.core.clientauth.assertion import AssertionVerifier
from ostiary.core.clientauth.decoys import Decoys
from ostiary.core.crypto.foreign_jws import HMAC_BYTES, PUBLIC_KEY_ALGORITHMS
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.federation.reference_callers import ReferenceCallers
from ostiary.core.federation.reference_id import ReferenceBackChannel
from ostiary.core.flow.approvals import Approvals
from ostiary.core.flow.browsers import BrowserSessions
from ostiary.core.flow.completion import Completion
from ostiary.core.flow.engine import FlowEngine
from ostiary.core.flow.flow_rate import FlowRate
from ostiary.core.flow.unattended import UnattendedWalk
from ostiary.core.flow.walker import PolicyWalker
from ostiary.core.grants import catalog as grant_types
from ostiary.core.grants.exchange_parties import ExchangeParties
from ostiary.core.model.environment import Face
from ostiary.core.oauth.authorize import Authorize
from ostiary.core.oauth.client_authentication import ClientAuthentication
from ostiary.core.oauth.device_authorization import DeviceAuthorization
from ostiary.core.oauth.finishing import Finishing
from ostiary.core.oauth.handing_over import HandingOver
from ostiary.core.oauth.introspect import Introspection
from ostiary.core.oauth.metadata import Metadata
from ostiary.core.oauth.revocation import Revocation
from ostiary.core.oauth.token import TokenEndpoint
from ostiary.core.oidc.logout import Logout
from ostiary.core.oidc.own_account import OwnAccount
from ostiary.core.oidc.own_changes import OwnChanges
from ostiary.core.oidc.session_end import SessionEnd
from ostiary.core.oidc.userinfo import Userinfo
from ostiary.core.ports.authenticators import Authenticators
from ostiary.core.ports.configuration import Configurations, Snapshots
from ostiary.core.ports.delivery import Delivery
from ostiary.core.ports.device_requests import DeviceRequests
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.events import Events
from ostiary.core.ports.flow_log import CLOSED, FlowLog
from ostiary.core.ports.flows import Flows
from ostiary.core.ports.foreign_keys import ForeignKeys
from ostiary.core.ports.limiter import Limiter
from ostiary.core.ports.logout import LogoutNotices
from ostiary.core.ports.pace import Pace
from ostiary.core.ports.password_hashing import PasswordHashing
from ostiary.core.ports.readiness import Readiness
from ostiary.core.ports.references import References
from ostiary.core.ports.sessions import Sessions
from ostiary.core.ports.signing import Signer
from ostiary.core.ports.stores import AccessTokens, Issuances
from ostiary.core.ports.user_grants import AuthorizationCodes, Consents, UserGrants
from ostiary.core.ports.users import PasswordAttempts
from ostiary.core.signon.adapter_users import AdapterUsers
from ostiary.core.signon.device_approvals import DeviceApprovals
from ostiary.core.signon.devices import Devices
from ostiary.core.signon.logout_rounds import LogoutRounds
from ostiary.core.signon.message_rate import MessageRate
from ostiary.core.signon.one_time_codes import OneTimeCodes
from ostiary.core.signon.password import PasswordSignOn
from ostiary.core.signon.password_changes import PasswordChanges
from ostiary.core.signon.recovery_links import RecoveryLinks
from ostiary.core.signon.reference import ReferenceHandover
from ostiary.core.signon.remembered_browsers import RememberedBrowsers
from ostiary.core.signon.second_factors import SecondFactors
from ostiary.core.steps import catalog as step_types
from ostiary.core.steps.registering import Registering
from ostiary.core.steps.ways_aside import WaysAside
from ostiary.core.tokens.foreign_subjects import ForeignSubjects
from ostiary.core.tokens.foreign_tokens import ForeignTokens
from ostiary.core.tokens.gate import Gate
from ostiary.core.tokens.inspect import TokenInspector
from ostiary.core.tokens.issue import TokenIssuer
from ostiary.core.tokens.known_refresh_tokens import KnownRefreshTokens
from ostiary.core.tokens.revoke import Revoker
from ostiary.dialects.pingfederate.explorer import Explorer
from ostiary.dialects.pingfederate.explorer_wire import WIRE as PINGFEDERATE_WIRE
from ostiary.dialects.pingfederate.recovery import recovery_url as pingfederate_recovery_url
from ostiary.dialects.pingfederate.reference_self_test import ReferenceSelfTest
from ostiary.dialects.pingfederate.routes import PingFederate
from ostiary.dialects.pingone.explorer_wire import WIRE as PINGONE_WIRE
from ostiary.dialects.pingone.recovery import recovery_url as pingone_recovery_url
from ostiary.dialects.pingone.routes import PingOne
from ostiary.dialects.pingone_management.routes import ERRORS_BELOW as MANAGEMENT_ERRORS
from ostiary.dialects.pingone_management.routes import PingOneManagement
from ostiary.http.application import Application, Observe, unobserved
from ostiary.http.boundary import Report
from ostiary.http.proxies import TrustedProxies
from ostiary.http.route import Route, RouteTable
from ostiary.main.face_pages import FacePages
from ostiary.main.tenants import Tenants
from ostiary.web.explorer.catalogue import Catalogue
from ostiary.web.rendering import Pages

Extension = TypeVar("Extension")
_EXPLORED = {Face.PINGFEDERATE: PINGFEDERATE_WIRE, Face.PINGONE: PINGONE_WIRE}


@dataclass(frozen=True, slots=True)
class Ports:
    """What the core needs from outside, under the names that constructors use for it."""

    snapshots: Snapshots
    readiness: Readiness
    issuances: Issuances
    tokens: AccessTokens
    events: Events
    limiter: Limiter
    signer: Signer
    directory: Directory
    attempts: PasswordAttempts
    authenticators: Authenticators
    hashing: PasswordHashing
    flows: Flows
    sessions: Sessions
    codes: AuthorizationCodes
    user_grants: UserGrants
    consents: Consents
    logout_notices: LogoutNotices
    references: References
    device_requests: DeviceRequests
    configurations: Configurations
    sealer: Sealer
    foreign_keys: ForeignKeys
    delivery: Delivery
    pace: Pace
    clock: Clock
    flow_log: FlowLog = CLOSED


def build_application(  # noqa: PLR0913 - one parameter a fact
    ports: Ports,
    *,
    report: Report,
    observe: Observe = unobserved,
    proxies: TrustedProxies | None = None,
    is_dev: bool = False,
    has_explorer: bool = False,
) -> Application:
    """Build the server: both faces over one core.

    Args: has_explorer: with the page that shows strangers what is configured, and the address
        that tells them which headers arrive.
    """
    return Application(
        RouteTable(
            build_routes(ports, has_explorer=has_explorer),
            errors_below=MANAGEMENT_ERRORS,
        ),
        allowed_hosts=lambda: ports.snapshots.current.allowed_hosts,
        errors_url=lambda: _find_errors_url(ports.snapshots),
        report=report,
        observe=observe,
        proxies=proxies,
        is_dev=is_dev,
        find_tenant=Tenants(ports.snapshots).find,
    )


def _find_errors_url(snapshots: Snapshots) -> str | None:
    """Return where refusals are explained; before the first snapshot nobody knows of anywhere."""
    try:
        return snapshots.current.errors_url
    except UnavailableError:
        return None


def build_routes(ports: Ports, *, has_explorer: bool = False) -> tuple[Route, ...]:
    """Return every route that the server serves."""
    faces = build_faces(ports, has_explorer=has_explorer)
    return tuple(route for routes in faces.values() for route in routes)


def build_faces(ports: Ports, *, has_explorer: bool = False) -> Mapping[str, tuple[Route, ...]]:
    """Build the faces, and return the routes of each by the name of its room."""
    built: dict[str, Any] = {field.name: getattr(ports, field.name) for field in fields(ports)}
    _build_tokens(built)
    _build_sign_on(built)
    _build_grants(built)
    _build_management(built)
    _build_into(built, pingfederate=PingFederate, pingone=PingOne)
    _build_into(built, pingone_management=PingOneManagement)
    faces = ["pingfederate", "pingone", "pingone_management"]
    if has_explorer:
        detours = frozenset(str(kind.type) for kind in step_types.DETOURS)
        built["catalogue"] = Catalogue(_EXPLORED, built["steps"], detours)
        _build_into(built, explorer=Explorer, reference_self_test=ReferenceSelfTest)
        faces += ["explorer", "reference_self_test"]
    return {face: tuple(built[face].routes()) for face in faces}


def _build_tokens(built: dict[str, Any]) -> None:
    """Build the endpoints of the back channel."""
    built["decoys"] = Decoys.make()
    _build_into(built, passwords=PasswordSignOn, assertions=AssertionVerifier, gate=Gate)
    methods = [build_extension(method, built) for method in client_authentication_methods.ALL]
    built["clients"] = ClientAuthentication(tuple(methods), built["limiter"])
    built["inspector"] = TokenInspector(
        built["tokens"], built["user_grants"], built["gate"], built["clock"]
    )
    _build_into(built, revoker=Revoker, refresh_tokens=KnownRefreshTokens, issuer=TokenIssuer)
    _build_into(built, introspection=Introspection, revocation=Revocation, userinfo=Userinfo)
    _build_into(built, device_authorization=DeviceAuthorization)
    _build_into(built, handover=ReferenceHandover, reference_callers=ReferenceCallers)
    _build_into(built, reference_back_channel=ReferenceBackChannel)
    built["auth_methods"] = tuple(method.method for method in methods)
    built["assertion_algorithms"] = (*PUBLIC_KEY_ALGORITHMS, *HMAC_BYTES)


def _build_sign_on(built: dict[str, Any]) -> None:
    """Build what signs people on."""
    _build_into(built, one_time_codes=OneTimeCodes)
    _build_into(built, second_factors=SecondFactors)
    _build_into(built, remembered_browsers=RememberedBrowsers)
    _build_into(built, devices=Devices, browsers=BrowserSessions, changes=PasswordChanges)
    _build_into(built, approvals=Approvals, completion=Completion)
    _build_into(built, message_rate=MessageRate, device_approvals=DeviceApprovals)
    built["page_addresses"] = FacePages(
        {Face.PINGFEDERATE: pingfederate_recovery_url, Face.PINGONE: pingone_recovery_url}
    )
    _build_into(built, recovery_links=RecoveryLinks)
    _build_into(built, registering=Registering, ways_aside=WaysAside)
    _build_into(built, adapter_users=AdapterUsers)
    steps = [build_extension(step, built) for step in step_types.ALL]
    built["steps"] = {step.type: step for step in steps}
    _build_into(built, walker=PolicyWalker, engine=FlowEngine, handing_over=HandingOver)
    _build_into(built, finishing=Finishing)
    _build_into(built, flow_rate=FlowRate, authorize=Authorize)
    _build_into(built, logout_rounds=LogoutRounds)
    _build_into(built, logout=Logout, session_end=SessionEnd)
    _build_into(built, own_account=OwnAccount, own_changes=OwnChanges)
    built["pages"] = Pages()


def _build_grants(built: dict[str, Any]) -> None:
    """Build the token endpoint, some of whose grants sign people on."""
    _build_into(built, unattended=UnattendedWalk)
    _build_into(built, foreign_tokens=ForeignTokens, foreign_subjects=ForeignSubjects)
    _build_into(built, exchange_parties=ExchangeParties)
    grants = [build_extension(grant, built) for grant in grant_types.ALL]
    built["grants"] = {grant.grant_type: grant for grant in grants}
    built["grant_types"] = tuple(built["grants"])
    _build_into(built, token=TokenEndpoint, metadata=Metadata)


def _build_management(built: dict[str, Any]) -> None:
    """Build what programs manage an environment by."""
    _build_into(built, callers=Callers, populations=PopulationAdministration)
    _build_into(built, user_search=UserSearch, client_secrets=ClientSecrets)
    users = build_extension(UserAdministration, {**built, "source": "management"})
    built["users"] = built["managed_users"] = users
    built["sign_on"] = built["passwords"]
    _build_into(built, user_editing=UserEditing, user_passwords=UserPasswords)
    _build_into(built, recovery_codes=RecoveryCodes)
    _build_into(built, user_sessions=UserSessions)


def _build_into(built: dict[str, Any], **parts: type[Any]) -> None:
    """Build each part with what is built before it, and keep it under its name."""
    for name, part in parts.items():
        built[name] = build_extension(part, built)


def build_extension(extension: type[Extension], available: Mapping[str, Any]) -> Extension:
    """Build one catalog entry: a dataclass whose fields name the ports it needs.

    Raises: KeyError naming a port that does not exist.
    """
    if not is_dataclass(extension):
        raise TypeError(f"{extension.__name__} must be a dataclass: its fields say what it needs")
    return extension(**{field.name: available[field.name] for field in fields(extension)})
