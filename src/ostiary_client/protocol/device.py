"""Device authorization: codes for a program whose user signs on elsewhere, and what comes of them.

Spec: RFC 8628.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ostiary_client.errors import (
    AccessDeniedError,
    DeviceExpiredError,
    OAuthError,
    TransportError,
    UnreadableResponseError,
)
from ostiary_client.printable import excerpt
from ostiary_client.protocol.answers import is_presentable, number_of, text_member
from ostiary_client.protocol.messages import Exchange, Request, Response
from ostiary_client.protocol.sign_on_tokens import as_token_set
from ostiary_client.protocol.token_endpoint import Endpoint, read_success, read_token
from ostiary_client.signon.token_set import TokenSet

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
USUAL_INTERVAL_SECONDS = 5.0
SLOWER_SECONDS = 5.0
_WHAT = "The answer of the device authorization endpoint"
_REMEDY = "Begin once more"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a server hands out for a device.

    `user_code` is what a person types at `verification_uri`; `verification_uri_complete`, where
    there is one, holds it already. `expires_at` is in seconds since the epoch; the server is asked
    no more often than every `interval_seconds`.
    """

    device_code: str = field(repr=False)
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None = None
    expires_at: float = 0.0
    interval_seconds: float = USUAL_INTERVAL_SECONDS
    scopes: tuple[str, ...] = ()
    response: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Pending:
    """Nobody has let the device in yet; the server wants to be asked no sooner than this."""

    interval_seconds: float


def begin_device(
    endpoint: Endpoint, *, scopes: tuple[str, ...] = (), parameters: Mapping[str, str] | None = None
) -> Exchange[DeviceCode]:
    """Ask for codes. A lost answer costs nothing, so the request may be repeated.

    Spec: RFC 8628 §3.1, §3.2.
    Raises: as `read_success`; UnreadableResponseError for an answer without codes.
    """
    form = dict(parameters or {})
    if scopes:
        form["scope"] = " ".join(scopes)
    asked_at = endpoint.now()
    response, request = yield from endpoint.post(form, is_repeatable=True)
    document = read_success(response, request, what=_WHAT)
    device_code, user_code = (
        text_member(document, "device_code"),
        text_member(document, "user_code"),
    )
    # Some servers still write it as an early draft did.
    uri = text_member(document, "verification_uri") or text_member(document, "verification_url")
    if not device_code or not is_presentable(device_code) or not user_code or not uri:
        raise _incomplete(response, request)
    lifetime, interval = number_of(document.get("expires_in")), number_of(document.get("interval"))
    return DeviceCode(
        device_code,
        user_code,
        uri,
        text_member(document, "verification_uri_complete"),
        asked_at + (lifetime if lifetime is not None and lifetime > 0 else 0.0),
        interval if interval is not None and interval > 0 else USUAL_INTERVAL_SECONDS,
        scopes,
        document,
    )


def ask_for_tokens(
    endpoint: Endpoint, device: DeviceCode, interval_seconds: float
) -> Exchange[TokenSet | Pending]:
    """Ask once whether somebody has let the device in; an ID token is not verified here.

    It is not sent twice: the code is good once.
    Spec: RFC 8628 §3.4, §3.5.
    Raises: AccessDeniedError when the person refused; DeviceExpiredError; as `read_token`.
    """
    form = {"grant_type": GRANT_TYPE, "device_code": device.device_code}
    asked_at = endpoint.now()
    response, sent = yield from endpoint.post(
        form, is_repeatable=False, secrets=(device.device_code,)
    )
    try:
        token = read_token(response, sent, asked_at=asked_at, asked_scopes=device.scopes)
    except OAuthError as error:
        return _still_pending(error, interval_seconds)
    return as_token_set(token, obtained_at=asked_at)


def expired() -> DeviceExpiredError:
    """Say that nobody came in time."""
    return DeviceExpiredError(
        "Nobody let the device in before its code was over",
        remedy=_REMEDY,
        error="expired_token",
    )


def after(exchange: Exchange[T], seconds: float) -> Exchange[T]:
    """Hold a conversation after a pause."""
    try:
        request = next(exchange)
        request = replace(request, after_seconds=request.after_seconds + seconds)
        while True:
            try:
                response = yield request
            except TransportError as error:
                request = exchange.throw(error)
            else:
                request = exchange.send(response)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _still_pending(error: OAuthError, interval_seconds: float) -> Pending:
    match error.error:
        case "authorization_pending":
            return Pending(interval_seconds)
        case "slow_down":
            return Pending(interval_seconds + SLOWER_SECONDS)
        case "access_denied":
            raise _as(AccessDeniedError, "The person refused the device", error) from None
        case "expired_token":
            raise _as(DeviceExpiredError, expired().problem, error) from None
        case _:
            raise error


def _as(kind: type[OAuthError], problem: str, error: OAuthError) -> OAuthError:
    return kind(
        problem,
        remedy=_REMEDY,
        status=error.status,
        content=error.content,
        error=error.error,
        error_description=error.error_description,
    )


def _incomplete(response: Response, request: Request) -> UnreadableResponseError:
    return UnreadableResponseError(
        f"{_WHAT} holds no codes",
        remedy="Check that the base URL is an authorization server's",
        status=response.status,
        content=excerpt(response.body, request.secrets),
    )
