"""References to keep in a store: the same number gives the same thing."""

import hashlib

from ostiary.core.base.ids import FlowId, SessionId
from ostiary.core.model.reference_context import ReferenceContext
from ostiary.core.ports.references import DroppedReference, ReferenceKey
from tests.support.stores import LATER

ATTRIBUTES = {
    "subject": "jsmith",
    "groups": ["staff", "Ärzte"],
    "firstName": {"localized": {"en_US": "Joe"}},
    "level": 2.5,
    "nothing": None,
}


def make_reference(
    number: int = 0, *, adapter: str = "sample", expires_at: float = LATER
) -> DroppedReference:
    """Make something that was dropped, with every field filled."""
    return DroppedReference(
        key=ReferenceKey(hashlib.sha256(b"reference %d" % number).digest()),
        adapter=adapter,
        attributes={**ATTRIBUTES, "number": number},
        expires_at=expires_at,
        is_from_application=True,
        flow_id=FlowId(f"flow-{number}"),
        context=ReferenceContext(
            flow_id=FlowId(f"flow-{number}"),
            logout_state="sealed",
            is_fresh_wanted=True,
            target="https://shop.example/",
            session_id=SessionId(f"session-{number}"),
            authenticated_at=1_800_000_000.5,
            acr="strong",
            failure_message="Nobody is there.",
        ),
    )
