"""Which token manager issues, and for which audiences."""

import re

import msgspec

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.ids import TokenManagerId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.token_manager import TokenManager


class TokenTarget(msgspec.Struct, frozen=True):
    """What a request asks of its token: a manager by id, or resources by URI."""

    manager_id: str | None = None
    resources: tuple[str, ...] = ()


NO_TARGET = TokenTarget()
_PLAIN = r"[A-Za-z0-9._~!$&'()*+,;=:@-]*"
_SEGMENT = re.compile(rf"{_PLAIN}(?:%(?!2[EeFf]|5[Cc])[0-9A-Fa-f]{{2}}{_PLAIN})*")
_DOTS = frozenset({".", ".."})


def choose_manager(env: Environment, client: Client, target: TokenTarget) -> TokenManager:
    """Return the manager that issues to `client`: named, or matching the resource, or its default.

    A resource chooses a manager that lists the same URI, or else the longest one below whose path
    it lies; a resource that only the environment knows leaves the choice to the default.
    Spec: PingFederate "Token endpoint" (access_token_manager_id, aud, resource); RFC 8707 §2.
    Raises: OAuthError invalid_target for what is unknown or not open to the client.
    """
    if target.manager_id is not None:
        return _open_manager(env, client, TokenManagerId(target.manager_id))
    if not target.resources:
        return env.token_managers[client.token_managers[0]]
    chosen = {
        manager.id: manager
        for resource in target.resources
        if (manager := _match_resource(env, client, resource)) is not None
    }
    if len(chosen) > 1:
        raise OAuthError(
            OAuthCode.INVALID_TARGET, "One token cannot be for all of these resources."
        )
    if chosen:
        return next(iter(chosen.values()))
    return env.token_managers[client.token_managers[0]]


def settle_target(
    env: Environment, authorization: Authorization, target: TokenTarget
) -> TokenTarget:
    """Return what a token of a user's grant is for: what the request names, or all of the grant.

    A grant without resources is good for those that own one of its scopes, and no others: the user
    has not heard of them.
    Args: target was accepted by `choose_manager`.
    Spec: RFC 8707 §2.2.
    Raises: OAuthError invalid_target for what the user was not asked for.
    """
    settled, allowed = authorization.manager_id, authorization.resources
    if settled is not None and target.manager_id not in (None, settled):
        raise OAuthError(OAuthCode.INVALID_TARGET, "The grant is for another token manager.")
    if allowed and not set(target.resources) <= set(allowed):
        raise OAuthError(OAuthCode.INVALID_TARGET, "The grant is for another resource.")
    if not allowed and authorization.person is not None:
        _check_heard_of(env, authorization, target.resources)
    return TokenTarget(target.manager_id or settled, target.resources or allowed)


def choose_audiences(
    env: Environment, manager: TokenManager, scopes: ScopeSet, resources: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the audiences of a token: the resources asked for, else those that own its scopes.

    Raises: OAuthError invalid_scope when a scope belongs to a resource that was not asked for.
    """
    owners = env.resources_of(frozenset(scopes.names)) if env.resources else ()
    if not owners:
        return resources or manager.audiences
    if not resources:
        return tuple(owner.audience for owner in owners)
    for owner in owners:
        if owner.audience not in resources:
            raise OAuthError(
                OAuthCode.INVALID_SCOPE,
                "A requested scope belongs to another resource than the one asked for.",
            )
    return resources


def _check_heard_of(
    env: Environment, authorization: Authorization, resources: tuple[str, ...]
) -> None:
    granted = frozenset(authorization.scopes.names)
    for known in env.resources:
        if known.audience in resources and known.scopes.isdisjoint(granted):
            raise OAuthError(OAuthCode.INVALID_TARGET, "The grant is for another resource.")


def _open_manager(env: Environment, client: Client, manager_id: TokenManagerId) -> TokenManager:
    if manager_id not in client.token_managers:
        raise OAuthError(
            OAuthCode.INVALID_TARGET, "The requested token manager is not open to this client."
        )
    return env.token_managers[manager_id]


def _match_resource(env: Environment, client: Client, resource: str) -> TokenManager | None:
    """Return the manager that a resource chooses, or None when only the environment knows it."""
    best: TokenManager | None = None
    best_length = -1
    for manager_id in client.token_managers:
        manager = env.token_managers[manager_id]
        for uri in manager.resources:
            if len(uri) > best_length and (resource == uri or _lies_below(resource, uri)):
                best, best_length = manager, len(uri)
    if best is None and all(known.audience != resource for known in env.resources):
        raise OAuthError(
            OAuthCode.INVALID_TARGET, "The requested resource is not known to this server."
        )
    return best


def _lies_below(resource: str, uri: str) -> bool:
    """Tell whether `resource` continues `uri` at a path boundary, without a way back up.

    The token will carry it as its audience, so nothing is let through that other readers of URIs
    could understand otherwise.
    Spec: RFC 8707 §2 (no fragment); RFC 3986 §3.3, §5.2.4.
    """
    base = uri.rstrip("/")
    if not resource.startswith(f"{base}/"):
        return False
    segments = resource[len(base) + 1 :].split("/")
    return all(_SEGMENT.fullmatch(segment) and segment not in _DOTS for segment in segments)
