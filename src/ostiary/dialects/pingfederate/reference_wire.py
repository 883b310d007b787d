"""What stands beside a person's attributes at pick-up and drop-off, under PingFederate's names.

Spec: PingFederate "Reference ID adapter" (drop-off, pick-up).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ostiary.core.base.ids import FlowId
from ostiary.core.federation.reference_id import DroppedOff, PickedUp
from ostiary.core.model.reference_context import ReferenceContext
from ostiary.dialects.pingfederate.authn_wire import RESUME, resume_path
from ostiary.http.errors import bad_request

REFERENCE, WAY_BACK = "REF", "resumePath"
LOGOUT_RESUME = "/idp/{state}/resume/idp/startSLO.ping"
RESERVED = frozenset({REFERENCE, "authnCtx", "instanceId", "partnerEntityID", "sessionid"})
"""Attributes that the server itself writes when it drops something for an application."""
SAID = RESERVED | {WAY_BACK, "TargetResource", "authnInst", "forceAuthn"}
"""All that it may say there beside a person's attributes."""
_FAILURE = "com.pingidentity.adapter.refid.external.application.failure.message"
_OF_FLOW = re.compile(re.escape(RESUME).replace(re.escape("{id}"), "([A-Za-z0-9-]{1,64})"))


def logout_resume_path(sealed: str) -> str:
    """Return where an application sends a browser back, of what is left of its round.

    Spec: PingFederate "Reference ID adapter" (`resumePath`: no query, for clients append theirs).
    """
    return LOGOUT_RESUME.replace("{state}", sealed)


def read_dropped_off(attributes: Mapping[str, Any]) -> DroppedOff:
    """Take what is said of the occasion out of what an application drops off.

    Raises: HTTPError 400 for a way back that is none of ours, or a message that is no text.
    """
    way_back, message = attributes.get(WAY_BACK), attributes.get(_FAILURE)
    if way_back is None and message is None:
        return DroppedOff(attributes)
    if message is not None and not isinstance(message, str):
        raise bad_request("The failure message is no text.")
    context = ReferenceContext(flow_id=_read_flow(way_back), failure_message=message)
    kept = {name: each for name, each in attributes.items() if name not in {WAY_BACK, _FAILURE}}
    return DroppedOff(kept, context)


def write_picked_up(found: PickedUp, issuer: str) -> Mapping[str, Any]:
    """Return the attributes for an application, with what is said of the occasion."""
    context = found.context
    if context is None:
        return found.attributes
    said: dict[str, Any] = {}
    if found.is_own:
        said = dict(_write_occasion(context, found.adapter, issuer))
    elif context.failure_message is not None:
        said[_FAILURE] = context.failure_message
    if context.flow_id is not None:
        said[WAY_BACK] = resume_path(context.flow_id)
    elif context.logout_state is not None:
        said[WAY_BACK] = logout_resume_path(context.logout_state)
    return {**found.attributes, **said}


def _write_occasion(context: ReferenceContext, adapter: str, issuer: str) -> Mapping[str, str]:
    """Write everything as text: programs of the product's time expect nothing else here."""
    said = {"instanceId": adapter}
    if context.flow_id is not None:
        said["forceAuthn"] = str(context.is_fresh_wanted).lower()
    if context.target is not None:
        said["TargetResource"] = context.target
    if context.session_id is not None:
        said |= {"sessionid": context.session_id, "partnerEntityID": issuer}
    if context.authenticated_at is not None:
        at = datetime.fromtimestamp(context.authenticated_at, UTC)
        said["authnInst"] = f"{at:%Y-%m-%d %H:%M:%S%z}"
    if context.acr is not None:
        said["authnCtx"] = context.acr
    return said


def _read_flow(way_back: object) -> FlowId | None:
    if way_back is None:
        return None
    found = _OF_FLOW.fullmatch(way_back) if isinstance(way_back, str) else None
    if found is None:
        raise bad_request("The resumePath is not one that this server gave out.")
    return FlowId(found[1])
