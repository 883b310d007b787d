"""One turn of a flow: what it has come to, and what has to be stored for that to be true."""

import msgspec

from ostiary.core.flow.browser import NO_CHANGE, BrowserChange
from ostiary.core.model.audit.event import Event
from ostiary.core.model.client import Client
from ostiary.core.model.flow import Flow
from ostiary.core.model.policy import StepInstance
from ostiary.core.model.token import Issuance
from ostiary.core.model.user import User
from ostiary.core.steps.contract import Problem, View
from ostiary.core.steps.departures import Departure

NOTHING = Issuance()


class Turn(msgspec.Struct, frozen=True):
    """A flow after somebody began it, looked at it, or acted.

    Args:
        view: what is asked now; None once the flow is finished.
        step: which step asks it; None likewise.
        plugin_id: of that step; once the flow is finished, of the last one that was asked.
        problems: why what was sent was not taken; the flow is then as it was.
        change: what the browser is to keep.
        pending: what has to be committed for this turn to be true; empty for a mere look.
        events: to be emitted once that is done.
        departure: where the browser is to go, of a view that `leads_away`.
        user: whom the flow is about, as the directory had it in this request, if it was asked.
    """

    flow: Flow
    client: Client
    view: View | None
    step: StepInstance | None
    plugin_id: str | None
    problems: tuple[Problem, ...] = ()
    change: BrowserChange = NO_CHANGE
    pending: Issuance = NOTHING
    events: tuple[Event, ...] = ()
    departure: Departure | None = None
    user: User | None = None
