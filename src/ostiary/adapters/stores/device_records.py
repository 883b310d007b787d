"""Device requests as they lie in a store: JSON, but for what is searched by and what changes."""

from typing import Any

import msgspec
from msgspec.structs import replace

from ostiary.adapters.stores.backend import unavailable
from ostiary.adapters.stores.records import encode
from ostiary.core.base.ids import UserId
from ostiary.core.model.device_request import DeviceDecision, DeviceRequest
from ostiary.core.model.environment import Environment

Row = tuple[Any, ...]
_decode_request = msgspec.json.Decoder(DeviceRequest).decode
_decode_decision = msgspec.json.Decoder(DeviceDecision).decode


def to_row(env: Environment, request: DeviceRequest) -> Row:
    """Return the columns of a new request.

    They are: environment, key, user_code, client_id, open_until, interval_seconds, expires_at,
    body.
    """
    body = encode(replace(request, decision=None))
    codes = (env.id, request.key, request.user_code, request.client_id)
    return (*codes, request.expires_at, request.interval_seconds, request.kept_until, body)


def approver_of(decision: DeviceDecision) -> UserId | None:
    """Return who has approved a request, if anybody has."""
    return None if decision.approval is None else decision.approval.user_id


def from_row(body: bytes, interval_seconds: int, decision: bytes | None) -> DeviceRequest:
    """Put a request together again; members added by a newer version are passed over.

    Raises: UnavailableError for what is no record of ours.
    """
    try:
        request = _decode_request(body)
        decided = None if decision is None else _decode_decision(decision)
    except msgspec.DecodeError as error:
        raise unavailable("a stored device request is unreadable") from error
    return replace(request, interval_seconds=interval_seconds, decision=decided)
