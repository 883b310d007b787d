"""Whether somebody has to be asked to sign on, and by which policy.

Spec: OpenID Connect Core §3.1.2.1, §3.1.2.3.
"""

from collections.abc import Sequence
from typing import assert_never

import msgspec

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.flow.satisfaction import find_passed
from ostiary.core.flow.tree import Facts
from ostiary.core.model.authorization_request import ASKING_PROMPTS, AuthorizationRequest
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.policy import End, Node, Selector, StepNode
from ostiary.core.model.session import PassedPolicy, Session
from ostiary.core.model.user import User
from ostiary.core.tokens.user_claims import subject_of


class SignedOnUser(msgspec.Struct, frozen=True):
    """Who is signed on in a browser already."""

    session: Session
    user: User


class SignOnDecision(msgspec.Struct, frozen=True):
    """What a request comes to in a browser: its session will do, or somebody must sign on.

    Args: passed: by what the session does; None when somebody is asked.
    """

    policy_key: str
    passed: PassedPolicy | None = None


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
    if present is not None and not _wants_anew(env, request, present):
        proof, facts = present.session.authentication, Facts(request, present.user)
        for key in policies:
            passed = find_passed(env.policies[key], env.steps, proof, facts)
            if passed is not None and not _is_too_old(request, passed, now):
                return SignOnDecision(key, passed)
    if "none" in request.prompts:
        raise OAuthError(OAuthCode.LOGIN_REQUIRED, "Nobody is signed on here as this request asks.")
    return SignOnDecision(policies[0])


def find_policies(
    env: Environment, client: Client, request: AuthorizationRequest
) -> tuple[str, ...]:
    """Return the policies of which one must be satisfied, in the order of the request's wishes.

    A client's own policies are the administrator's word: `acr_values` choose among them, and none
    leads past them, since whoever sits at the browser could change it.
    Spec: OpenID Connect Core §3.1.2.1, §5.5.1.1 (`acr`, voluntary or essential).
    Raises: OAuthError invalid_request, access_denied; see `decide_sign_on`.
    """
    found = _by_context(env, request.acr_values)
    if client.policy:
        own = (client.policy, *client.policies)
        # The step that a request for a receiver names chooses among them, too.
        names_step = client.receives_at is not None and request.step is not None
        found = tuple(key for key in found if key in own) or (own if names_step else own[:1])
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


def _wants_anew(env: Environment, request: AuthorizationRequest, present: SignedOnUser) -> bool:
    """Tell whether the user has to sign on again, whichever policies the session satisfies."""
    is_expected = request.hinted_subject in {None, subject_of(env, present.user)}
    return not is_expected or not ASKING_PROMPTS.isdisjoint(request.prompts)


def _is_too_old(request: AuthorizationRequest, passed: PassedPolicy, now: float) -> bool:
    max_age = request.max_age
    return max_age is not None and (max_age == 0 or now - passed.at > max_age)


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
