"""The end of a flow: what was decided is held against what is true now, and becomes the answer."""

from dataclasses import dataclass

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.base.uris import is_registered
from ostiary.core.flow.errors import flow_changed
from ostiary.core.flow.turn import NOTHING, Turn
from ostiary.core.model.authorization import Authorization, Person
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow
from ostiary.core.model.reference_adapter import ReferenceAdapter
from ostiary.core.model.token import FlowMove, FrontChannelTokens, Issuance
from ostiary.core.oauth.answers import answer_with, distrust, refuse_with, token_members
from ostiary.core.oauth.authorization_response import AuthorizationResponse, UntrustedRequestError
from ostiary.core.oauth.checks.response import check_allowed_mode, check_allowed_types
from ostiary.core.oauth.handing_over import (
    HandingOver,
    as_receivers_know,
    handed_over,
    may_end_at_target,
)
from ostiary.core.oauth.prompts import check_expected
from ostiary.core.oauth.refusals import refused_authorization
from ostiary.core.oauth.response_types import CODE, is_deprecated
from ostiary.core.ports.events import Events
from ostiary.core.ports.stores import FlowChangedError, Issuances, SessionEndedError
from ostiary.core.tokens.gate import Gate
from ostiary.core.tokens.issue import TokenIssuer
from ostiary.core.tokens.targets import TokenTarget, choose_manager
from ostiary.core.tokens.user_claims import subject_of

CODE_GRANT, IMPLICIT_GRANT = "authorization_code", "implicit"


@dataclass(frozen=True, slots=True)
class Finishing:
    """Turns finished flows into answers; each of them once."""

    gate: Gate
    issuer: TokenIssuer
    issuances: Issuances
    handing_over: HandingOver
    events: Events
    clock: Clock

    async def finish(
        self, env: Environment, turn: Turn, *, address: str, is_stored: bool = True
    ) -> AuthorizationResponse:
        """Return the answer of a finished flow, a refusal too, and spend the flow on it.

        Args: is_stored: the flow is; one that was finished as it began is not.
        Stores: the flow's end, and with it the session, the consent, code and tokens that are new:
            all or nothing.
        Raises: UntrustedRequestError where the answer may not go any more to where it was to go;
            FlowRefusedError (changed) where somebody else was first; UnavailableError.
        """
        beside = _with_end(turn) if is_stored else turn.pending
        try:
            response = await self._answer(env, turn, beside, address)
        except UntrustedRequestError as error:
            await self._end(env, Issuance(moves=beside.moves))
            client_id = turn.flow.request.client_id
            self.events.emit(refused_authorization(env, error, client_id, address))
            raise
        except FlowChangedError:
            raise flow_changed() from None
        for event in turn.events:
            self.events.emit(event)
        return response

    async def _answer(
        self, env: Environment, turn: Turn, beside: Issuance, address: str
    ) -> AuthorizationResponse:
        flow, request = turn.flow, turn.flow.request
        client = _find_trusted(env, flow)
        if flow.failure is not None:
            await self._end(env, beside)
            return refuse_with(env, client, request, flow.failure.code, flow.failure.description)
        try:
            authorization = await self._authorize(env, client, turn)
            if client.receives_at is not None:
                return await self._hand_over(
                    env, client.receives_at, authorization, request, beside, address
                )
            issued = await self._issue(env, authorization, request, beside, address)
        except OAuthError as error:
            # Whoever has signed on stays so; only this application gets nothing of it.
            await self._end(env, replace(beside, consent=None))
            self.events.emit(refused_authorization(env, error, request.client_id, address))
            return refuse_with(env, client, request, error.oauth_code, error.description)
        return answer_with(env, client, request, _members(issued))

    async def _hand_over(  # noqa: PLR0913, PLR0917 - one parameter a fact
        self,
        env: Environment,
        adapter: ReferenceAdapter,
        authorization: Authorization,
        request: AuthorizationRequest,
        beside: Issuance,
        address: str,
    ) -> AuthorizationResponse:
        """Drop attributes, and end the flow as one that answers with nothing else."""
        if authorization.person is None:
            raise ValueError("a flow ends with a person")
        person = as_receivers_know(authorization.person)
        response = await self.handing_over.drop(env, adapter, request, person)
        await self._issue(env, replace(authorization, person=person), request, beside, address)
        self.events.emit(handed_over(env, adapter, person, address))
        return response

    async def _issue(
        self,
        env: Environment,
        authorization: Authorization,
        request: AuthorizationRequest,
        beside: Issuance,
        address: str,
    ) -> FrontChannelTokens:
        target = TokenTarget(request.manager_id)
        try:
            return await self.issuer.issue_front(
                env,
                authorization,
                choose_manager(env, authorization.client, target),
                wants=frozenset(request.response_types) - {"none"},
                request=request,
                beside=beside,
                address=address,
            )
        except SessionEndedError:
            raise _not_held("the session ended meanwhile") from None

    async def _authorize(self, env: Environment, client: Client, turn: Turn) -> Authorization:
        """Return what the flow has decided, if the client and the user may still have it.

        Raises: OAuthError.
        """
        flow, request = turn.flow, turn.flow.request
        scopes = request.scopes if flow.scopes is None else ScopeSet(flow.scopes)
        _check_still_allowed(client, flow, scopes)
        person = await self._find_person(env, turn)
        check_expected(request, person.subject)
        types = request.response_types
        return Authorization(
            grant_type=CODE_GRANT if CODE in types else IMPLICIT_GRANT,
            client=client,
            scopes=scopes,
            subject=person.subject,
            resources=request.resources,
            manager_id=request.manager_id,
            person=person,
            is_deprecated=is_deprecated(types),
        )

    async def _find_person(self, env: Environment, turn: Turn) -> Person:
        flow, request = turn.flow, turn.flow.request
        authentication = flow.authentication
        # A session that begins with this very answer cannot be over.
        session_id = flow.session_id if turn.pending.session is None else None
        user = None
        if authentication is not None:
            user = await self.gate.find_user(
                env,
                request.client_id,
                authentication.user_id,
                authentication,
                session_id=session_id,
                read=turn.user,
            )
        if authentication is None or user is None:
            raise _not_held("the user or the session is no longer there")
        return Person(
            user=user,
            subject=subject_of(env, user),
            authentication=replace(authentication, context=_context(env, flow)),
            session_id=flow.session_id,
            nonce=request.nonce,
            claims=request.claims,
        )

    async def _end(self, env: Environment, beside: Issuance) -> None:
        if beside == NOTHING:
            return
        now = self.clock.now()
        try:
            await self.issuances.commit(env, beside, now=now)
        except SessionEndedError:
            await self.issuances.commit(env, Issuance(moves=beside.moves), now=now)
        except FlowChangedError:
            raise flow_changed() from None


def _with_end(turn: Turn) -> Issuance:
    """Return what a turn wants stored, with the end of its flow instead of the next version."""
    flow, pending = turn.flow, turn.pending
    if pending == NOTHING:
        return Issuance(moves=FlowMove(flow.id, flow.version))
    if pending.moves is None:
        return pending
    return replace(pending, moves=FlowMove(flow.id, pending.moves.expected_version))


def _find_trusted(env: Environment, flow: Flow) -> Client:
    """Return the client as it is configured now, if the answer may still go where it is to go.

    Raises: UntrustedRequestError.
    """
    request = flow.request
    client = env.find_requester(request.client_id)
    if client is None or not client.enabled:
        raise _distrusted(flow, "the client is closed")
    if client is env.own_pages:
        return client  # where its flow ends was never a stranger's word
    if client.receives_at is not None:
        if not may_end_at_target(client, request):
            raise _distrusted(flow, "where it was to end is no target of its adapter any more")
        return client
    if request.redirect_uri is not None and not is_registered(
        client.redirect_uris, request.redirect_uri
    ):
        raise _distrusted(flow, "the redirect_uri is not registered any more")
    return client


def _context(env: Environment, flow: Flow) -> str | None:
    """Return the class of the policy that this request has satisfied, among others perhaps."""
    policy = env.policies.get(flow.policy)
    return None if policy is None else policy.context


def _distrusted(flow: Flow, reason: str) -> UntrustedRequestError:
    error = OAuthError(
        OAuthCode.INVALID_REQUEST,
        "The application may not sign anybody on here any more.",
        reason=reason,
    )
    return distrust(error, is_redirectless=flow.request.is_redirectless)


def _not_held(reason: str) -> OAuthError:
    return OAuthError(
        OAuthCode.ACCESS_DENIED, "The sign-on does not hold any more; start again.", reason=reason
    )


def _check_still_allowed(client: Client, flow: Flow, scopes: ScopeSet) -> None:
    """Hold a flow against its client as it is configured now. Raises: OAuthError."""
    check_allowed_types(client, flow.request.response_types)
    check_allowed_mode(client, flow.request.response_mode)
    if not scopes.is_subset_of(client.scopes):
        raise OAuthError(
            OAuthCode.INVALID_SCOPE, "This application may not have these scopes any more."
        )


def _members(issued: FrontChannelTokens) -> dict[str, str | int]:
    members: dict[str, str | int] = {}
    if issued.code is not None:
        members["code"] = issued.code
    if issued.tokens is not None:
        members |= token_members(issued.tokens)
    if issued.id_token is not None:
        members["id_token"] = issued.id_token
    return members
