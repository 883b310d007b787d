"""Requests that somebody sign on so that an application is handed what it is to know."""

from collections.abc import Mapping

import msgspec

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.authorization_request import AuthorizationRequest, ResponseMode
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.receivers import receiver_id
from ostiary.core.model.reference_adapter import ReferenceAdapter, Transport
from ostiary.core.model.reference_targets import is_target

_MODES: Mapping[Transport, ResponseMode] = {
    Transport.QUERY: ResponseMode.QUERY,
    Transport.FORM_POST: ResponseMode.FORM_POST,
}
MAX_TOLD_CHARACTERS = 256
"""Of a refused target, in the event log."""
_ADAPTER = "adapter"
"""The setting by which a step names its reference adapter."""


class ReceiverWish(msgspec.Struct, frozen=True):
    """What a request says; nothing of it is believed yet.

    Args:
        receiver: the key of the adapter that hands attributes out; None for the only one.
        source: the key of the step that signs people on, or of the adapter that the step asks.
        target: where the application wants the person; None for its adapter's endpoint.
        error_target: where the browser goes when nobody signs on; None for a page here.
        is_fresh: a session will not do.
        is_passive: nobody may be asked anything.
    """

    receiver: str | None = None
    source: str | None = None
    target: str | None = None
    error_target: str | None = None
    is_fresh: bool = False
    is_passive: bool = False


def read_wish(
    env: Environment, wish: ReceiverWish, reserved: frozenset[str]
) -> AuthorizationRequest:
    """Return the request that a wish comes to, for the receiver of its adapter.

    Spec: PingFederate "System-services endpoints" (`/pf/adapter2adapter.ping`), "Redirect
    validation".
    Args: reserved as in `is_target`.
    Raises: OAuthError invalid_request, for the person alone: whatever place to go to the request
        names is a stranger's word.
    """
    client, adapter = _find_receiver(env, wish.receiver)
    target = wish.target or adapter.endpoint
    if target is None:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST,
            "The request names no target, and the adapter has no endpoint.",
        )
    _check_target(adapter, target, reserved)
    if wish.error_target is not None:
        _check_target(adapter, wish.error_target, reserved)
    prompts = (("login", wish.is_fresh), ("none", wish.is_passive))
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=target,
        response_types=("none",),
        response_mode=_MODES[adapter.transport],
        scopes=ScopeSet(),
        prompts=tuple(name for name, is_wanted in prompts if is_wanted),
        step=None if wish.source is None else _find_step(env, wish.source),
        error_uri=wish.error_target,
    )


def _check_target(adapter: ReferenceAdapter, url: str, reserved: frozenset[str]) -> None:
    if not is_target(adapter, url, reserved):
        raise OAuthError(
            OAuthCode.INVALID_REQUEST,
            "This is neither the endpoint nor among the targets of the adapter.",
            reason=f"no target of {adapter.key}: {url[:MAX_TOLD_CHARACTERS]}",
        )


def _find_receiver(env: Environment, key: str | None) -> tuple[Client, ReferenceAdapter]:
    """Return the receiver that is meant: the one that is named, or else the only one."""
    if key is None and len(env.receivers) > 1:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "Several adapters hand attributes out; name one of them."
        )
    ids = env.receivers if key is None else (receiver_id(key),)
    found = env.receivers.get(next(iter(ids), receiver_id("")))
    if found is None or found.receives_at is None:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "There is no such adapter that hands attributes out."
        )
    if not found.enabled:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST,
            "The adapter has neither an endpoint nor targets, so nobody can sign on for it.",
        )
    return found, found.receives_at


def _find_step(env: Environment, key: str) -> str:
    """Return the step that a key means: the step's own, or that of the adapter that it asks."""
    if key in env.steps:
        return key
    for step in env.steps.values():
        if step.settings.get(_ADAPTER) == key:
            return step.key
    raise OAuthError(OAuthCode.INVALID_REQUEST, "There is no such adapter that signs anybody on.")
