"""Clients that take part in a session, and will be told of its end.

Spec: OpenID Connect Back-Channel Logout 1.0 §2.3; OpenID Connect Front-Channel Logout 1.0 §3.
"""

from msgspec.structs import replace

from ostiary.core.model.logout import Participation
from ostiary.core.model.token import Issuance
from ostiary.core.tokens.occasion import Occasion

TELLING_SECONDS = 86_400.0
"""So long after the session's last possible moment somebody may still have to be told."""


def join(issuance: Issuance, occasion: Occasion) -> Issuance:
    """Have a commit remember that its client takes part in the session, if it wants to be told.

    Then it needs the session too: nobody may join one that ends at the same moment, unnoticed by
    whoever tells the others.
    """
    session_id = occasion.person.session_id
    if session_id is None or not occasion.client.logout.are_there:
        return issuance
    joined = Participation(
        session_id=session_id,
        client_id=occasion.client.client_id,
        subject=occasion.person.subject,
        expires_at=occasion.now + occasion.env.sessions.max_seconds + TELLING_SECONDS,
    )
    # A session that begins by the same commit need not be there before.
    needed = session_id if issuance.session is None else issuance.needs_session
    joining = (*issuance.participations, joined)
    return replace(issuance, participations=joining, needs_session=needed)
