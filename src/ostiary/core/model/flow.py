"""Flows: where somebody who is signing on has got to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from ostiary.core.base.ids import BrowserKey, FlowId, SessionId, UserId
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.session import Authentication


class Stage(StrEnum):
    """What a flow is about now."""

    AUTHENTICATION = "authentication"
    APPROVAL = "approval"
    FINISHED = "finished"


class FlowFailure(msgspec.Struct, frozen=True):
    """Why nobody got anything: an OAuth error code and its public description."""

    code: str
    description: str


class Flow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One flow at one version; every change makes the next. Times are seconds since the epoch.

    Args:
        binding: of the cookie, or in cookieless mode of the state, that alone opens it.
        has_new_cookie: that cookie was made for it, so that no session is shown by it.
        path: the branches taken from the policy's root to the step that is asked now.
        step_state: what that step remembers, JSON values only, nothing secret.
        detour: the kind of step that goes on in its place.
        user_id: whom the first proof named; no later step may name anybody else.
        identifier: what somebody said who they are, proved or not.
        credential: the user's, as the first proof met it (`Authentication.credential`).
        methods: how the user has proved so far (`amr`).
        skipped: keys of the steps that asked nothing.
        authentication: what the finished policy, or the session that made it needless, came to.
        session_id: the session that it belongs to.
        scopes: what the user approved; None before.
        failure: set when it finished without success.
    """

    id: FlowId
    binding: BrowserKey
    request: AuthorizationRequest
    policy: str
    created_at: float
    expires_at: float
    version: int = 1
    is_cookieless: bool = False
    has_new_cookie: bool = False
    stage: Stage = Stage.AUTHENTICATION
    path: tuple[str, ...] = ()
    step_state: Mapping[str, Any] = {}
    detour: str | None = None
    user_id: UserId | None = None
    credential: float | None = None
    identifier: str | None = None
    methods: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    authentication: Authentication | None = None
    session_id: SessionId | None = None
    scopes: tuple[str, ...] | None = None
    failure: FlowFailure | None = None
