"""Flows, sessions, codes, grants and consents to keep: the same number gives the same one."""

import hashlib
from typing import Any

from ostiary.core.base.ids import (
    BrowserKey,
    ClientId,
    FlowId,
    GrantId,
    SessionId,
    TokenId,
    UserId,
    browser_key,
)
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.authorization_request import (
    AuthorizationRequest,
    ClaimsRequest,
    ClaimWish,
    ResponseMode,
)
from ostiary.core.model.flow import Flow, FlowFailure, Stage
from ostiary.core.model.logout import Participation
from ostiary.core.model.session import Authentication, PassedPolicy, Session, SignOnPlace
from ostiary.core.model.token import FlowMove, Rotation, SessionChange
from ostiary.core.model.user_grant import AuthorizationCode, Consent, RefreshState, UserGrant
from tests.support.stores import LATER, NOW, make_key

CLAIMS = ClaimsRequest(
    userinfo={"email": ClaimWish(essential=True)},
    id_token={"acr": ClaimWish(values=("urn:loa:2", 3, None))},
)
CLIENT = ClientId("client")


def make_user_id(number: int = 0) -> UserId:
    """Make the id of a user."""
    return UserId(f"user-{number}")


def make_authentication(user: int = 0) -> Authentication:
    """Make a proof of a user, with every field filled."""
    methods, way = ("pwd", "otp"), ("success", "success")
    passed = PassedPolicy(
        "main", NOW, way, ("form username_password", "more second_factor"), methods, "urn:loa:1"
    )
    return Authentication(
        make_user_id(user), NOW, methods, (passed,), "urn:loa:1", credential=NOW - 0.1
    )


def make_browser_key(number: int = 0) -> BrowserKey:
    """Make the key of a cookie."""
    return browser_key(f"cookie-{number}")


def make_session(number: int = 0, *, user: int = 0, **fields: Any) -> Session:
    """Make session `number` of a user, kept under cookie `number`, with every field filled."""
    values: dict[str, Any] = {
        "id": SessionId(f"session-{number}"),
        "key": make_browser_key(number),
        "authentication": make_authentication(user),
        "created_at": NOW - 10,
        "used_at": NOW,
        "persistent_key": make_browser_key(number + 1000),
        "former": (make_browser_key(number + 2000), make_browser_key(number + 3000)),
        "place": SignOnPlace("2001:db8::1", "Firefox", "Linux"),
        "clients": (CLIENT,),
    }
    return Session(**{**values, **fields})


def make_change(
    number: int = 0, *, user: int = 0, replaces: int | None = None, **fields: Any
) -> SessionChange:
    """Make the change by which a browser gets session `number`."""
    old = None if replaces is None else make_browser_key(replaces)
    return SessionChange(make_session(number, user=user, **fields), LATER, old)


def make_flow(number: int = 0, **fields: Any) -> Flow:
    """Make flow `number` at its first version, with every field filled."""
    request = AuthorizationRequest(
        CLIENT,
        "https://app.example.com/callback",
        ("code", "id_token"),
        ResponseMode.FORM_POST,
        ScopeSet(("openid", "email")),
        state="Zustand ä",
        max_age=60,
        claims=CLAIMS,
        ui_locales=("de", "en"),
    )
    values: dict[str, Any] = {
        "id": FlowId(f"flow-{number}"),
        "binding": make_browser_key(number),
        "request": request,
        "policy": "main",
        "created_at": NOW,
        "expires_at": LATER,
        "stage": Stage.APPROVAL,
        "path": ("success", "failure"),
        "step_state": {"tries": [1, None, {"a": "Ä"}]},
        "user_id": make_user_id(number),
        "credential": NOW - 0.1,
        "identifier": "joe",
        "methods": ("pwd",),
        "authentication": make_authentication(number),
        "scopes": ("openid",),
        "failure": FlowFailure("access_denied", "The user said no."),
    }
    return Flow(**{**values, **fields})


def make_move(number: int = 0, *, expected: int = 1, **fields: Any) -> FlowMove:
    """Make a move of flow `number` from a version to the next."""
    to = make_flow(number, version=expected + 1, **fields)
    return FlowMove(to.id, expected, to)


def make_end(number: int = 0, *, expected: int = 1) -> FlowMove:
    """Make the move that ends flow `number`."""
    return FlowMove(FlowId(f"flow-{number}"), expected)


def make_code(number: int = 0, *, kept_until: float = LATER, **fields: Any) -> AuthorizationCode:
    """Make code `number`, with every field filled."""
    values: dict[str, Any] = {
        "key": make_key(number),
        "grant_id": GrantId(f"grant-{number}"),
        "client_id": CLIENT,
        "user_id": make_user_id(),
        "subject": "someone",
        "scopes": ScopeSet(("openid", "email")),
        "authentication": make_authentication(),
        "expires_at": NOW + 60,
        "kept_until": kept_until,
        "redirect_uri": "https://app.example.com/callback",
        "is_redirect_uri_sent": False,
        "code_challenge": "challenge",
        "code_challenge_method": "S256",
        "nonce": "nonce",
        "session_id": SessionId("session-0"),
        "claims": CLAIMS,
        "resources": ("https://api.example.com",),
        "manager_id": "manager",
        "front_channel_token": (TokenId("jti"), LATER),
    }
    return AuthorizationCode(**{**values, **fields})


def make_secret(name: str) -> bytes:
    """Make a hash of a part of a refresh token."""
    return hashlib.sha256(name.encode()).digest()


def make_refresh(number: int = 0, *, turn: int = 0) -> RefreshState:
    """Make the refresh state of grant `number` after so many rotations."""
    return RefreshState(
        family=make_secret(f"family {number}"),
        current=make_secret(f"{number} {turn}"),
        idle_expires_at=LATER,
        previous=make_secret(f"{number} {turn - 1}") if turn else None,
        rotated_at=NOW + turn,
    )


def make_rotation(number: int = 0, *, turn: int = 1) -> Rotation:
    """Make rotation number `turn` of grant `number`."""
    expected = make_refresh(number, turn=turn - 1).current
    return Rotation(GrantId(f"grant-{number}"), expected, make_refresh(number, turn=turn))


def make_grant(number: int = 0, *, user: int = 0, **fields: Any) -> UserGrant:
    """Make grant `number` with every field filled; it ends with its user's session 0."""
    values: dict[str, Any] = {
        "id": GrantId(f"grant-{number}"),
        "client_id": CLIENT,
        "user_id": make_user_id(user),
        "subject": "someone",
        "scopes": ScopeSet(("openid", "email")),
        "authentication": make_authentication(user),
        "created_at": NOW,
        "expires_at": LATER,
        "session_id": SessionId("session-0"),
        "claims": CLAIMS,
        "resources": ("https://api.example.com",),
        "manager_id": "manager",
        "refresh": make_refresh(number),
        "bound_to": "thumbprint",
    }
    return UserGrant(**{**values, **fields})


def make_consent(number: int = 0, **fields: Any) -> Consent:
    """Make what user `number` allowed the client, with every field filled."""
    values: dict[str, Any] = {
        "user_id": make_user_id(number),
        "client_id": CLIENT,
        "scopes": frozenset({"openid", "email"}),
        "resources": frozenset({"https://api.example.com"}),
        "granted_at": NOW,
    }
    return Consent(**{**values, **fields})


def make_participation(number: int = 0, **fields: Any) -> Participation:
    """Make the client's part in session `number`."""
    values: dict[str, Any] = {
        "session_id": SessionId(f"session-{number}"),
        "client_id": CLIENT,
        "subject": "jemand ä",
        "expires_at": LATER,
    }
    return Participation(**{**values, **fields})
