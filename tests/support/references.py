"""References to keep in a store: the same number gives the same thing."""

import hashlib

from ostiary.core.base.ids import FlowId
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
    )
