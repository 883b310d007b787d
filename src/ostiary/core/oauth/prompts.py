"""Whether somebody has to be asked to sign on, and by which policy.

Spec: OpenID Connect Core §3.1.2.1, §3.1.2.3.
"""

from collections.abc import Sequence
from typing import assert_never

import msgspec

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.flow.satisfaction import is_met
from ostiary.core.flow.tree import Facts
from ostiary.core.model.authorization_request import AuthorizationRequest
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.policy import End, Node, Selector, StepNode
from ostiary.core.model.session import Session
from ostiary.core.model.user import User
from ostiary.core.tokens.user_claims import subject_of

ASKING_PROMPTS = frozenset({"login", "select_account"})


class SignedOnUser(msgspec.Struct, frozen=True):
    """Who is signed on in a browser already."""

    session: Session
    user: User


class SignOnDecision(msgspec.Struct, frozen=True):
    """What a request comes to in a browser: its session will do, or somebody must sign on."""

    policy_key: str
    is_asked: bool


def decide_sign_on(
    env: Environment,
    client: Client,
    request: AuthorizationRequest,
    present: SignedOnUser | None,
    now: float,
) -> SignOnDecision:
    """Decide whether the session of a browser does for a request.

    Raises: OAuthError login_required with `prompt=none`; invalid_request for a step that no policy
        asks; access_denied where a context is essential and nothing leads to it.
    """
    policies = find_policies(env, client, request)
    if present is not None and not _wants_anew(env, request, present, now):
        for key in policies:
            marks = present.session.authentication.policies
            if is_met(env.policies[key], marks, Facts(request, present.user)):
                return SignOnDecision(key, is_asked=False)
    if "none" in request.prompts:
        raise OAuthError(OAuthCode.LOGIN_REQUIRED, "Nobody is signed on here as this request asks.")
    return SignOnDecision(policies[0], is_asked=True)


def find_policies(
    env: Environment, client: Client, request: AuthorizationRequest
) -> tuple[str, ...]:
    """Return the policies of which one must be satisfied, in the order of the request's wishes.

    A client's own policy is the administrator's word: no `acr_values` leads past it, since whoever
    sits at the browser could change them.
    Spec: OpenID Connect Core §3.1.2.1, §5.5.1.1 (`acr`, voluntary or essential).
    Raises: OAuthError invalid_request, access_denied; see `decide_sign_on`.
    """
    found = (client.policy,) if client.policy else _by_context(env, request.acr_values)
    found = found or (env.default_policy,)
    wish = request.claims.id_token.get("acr")
    if wish is not None and wish.essential and wish.values:
        found = tuple(key for key in found if env.policies[key].context in wish.values)
        if not found:
            raise OAuthError(
                OAuthCode.ACCESS_DENIED, "No policy here leads to the acr that is essential."
            )
    return found if request.step is None else _asking(env, found, request.step)


def check_expected(request: AuthorizationRequest, subject: str) -> None:
    """Refuse a user who is not the one whom the application expects.

    Spec: OpenID Connect Core §3.1.2.1 (`id_token_hint`), §5.5.1 (`sub`).
    Raises: OAuthError login_required.
    """
    if request.hinted_subject not in {None, subject}:
        raise OAuthError(
            OAuthCode.LOGIN_REQUIRED, "Somebody else has signed on than this request expects."
        )


def _wants_anew(
    env: Environment, request: AuthorizationRequest, present: SignedOnUser, now: float
) -> bool:
    """Tell whether the user has to sign on again, whichever policies the session satisfies."""
    age, max_age = now - present.session.authentication.at, request.max_age
    is_too_old = max_age is not None and (max_age == 0 or age > max_age)
    is_expected = request.hinted_subject in {None, subject_of(env, present.user)}
    return is_too_old or not is_expected or not ASKING_PROMPTS.isdisjoint(request.prompts)


def _by_context(env: Environment, acr_values: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        policy.key
        for context in acr_values
        for policy in env.policies.values()
        if policy.context == context
    )


def _asking(env: Environment, policies: tuple[str, ...], step: str) -> tuple[str, ...]:
    """Return those policies that ask `step`: a request chooses no step in place of a policy's."""
    found = tuple(key for key in policies if _asks(env.policies[key].root, step))
    if not found:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "The policy of this application asks no such adapter."
        )
    return found


def _asks(node: Node, step: str) -> bool:
    match node:
        case StepNode():
            return node.step == step or _asks(node.success, step) or _asks(node.failure, step)
        case Selector():
            return any(_asks(branch, step) for branch in (*node.cases.values(), node.otherwise))
        case End():
            return False
        case never:
            assert_never(never)
