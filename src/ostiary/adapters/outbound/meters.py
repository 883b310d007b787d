"""Counters of one worker: cheap to count, bounded in number, dumped as plain data.

Label values come from our own tables (routes, codes, grant types), never from a request; if one
ever should, `MAX_SERIES` keeps memory flat and the rest is counted as "other".
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from operator import attrgetter
from typing import Any

from ostiary.core.model.audit.accounts import (
    AccessEnded,
    PasswordChanged,
    PasswordUpgraded,
    UserAdded,
    UserChanged,
    UserDeleted,
    UserUnlocked,
)
from ostiary.core.model.audit.administration import ConfigurationApplied, ManagementDone
from ostiary.core.model.audit.authenticators import (
    AuthenticatorAdded,
    AuthenticatorChanged,
    AuthenticatorRemoved,
    BrowserRemembered,
    BrowsersForgotten,
    SecondFactorAccepted,
    SecondFactorLocked,
    SecondFactorRefused,
    SecondFactorSkipped,
)
from ostiary.core.model.audit.devices import (
    DeviceRequestBegun,
    DeviceRequestDecided,
    UserCodeRefused,
)
from ostiary.core.model.audit.event import Event
from ostiary.core.model.audit.outbound import (
    DirectoryServerBack,
    DirectoryServerFailed,
    FetchFailed,
    LogoutNoticeSent,
    MessageDelivered,
    MessageFailed,
)
from ostiary.core.model.audit.references import (
    AttributesDropped,
    AttributesHandedOver,
    AttributesPickedUp,
    ReferenceRefused,
)
from ostiary.core.model.audit.sign_on import (
    ConsentGiven,
    ConsentWithdrawn,
    FlowFailed,
    OwnSessionEnded,
    PasswordAccepted,
    PasswordLocked,
    PasswordRefused,
    SignedOff,
    SignedOn,
)
from ostiary.core.model.audit.tokens import (
    AuthorizationAnswered,
    ReplayDetected,
    RequestRefused,
    TokenExchanged,
    TokenIntrospected,
    TokenIssued,
    TokenRevoked,
    UserinfoAnswered,
    UserTokenIssued,
)

Family = dict[str, Any]
MAX_SERIES = 256
OTHER = "other"
BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency histogram's buckets, in seconds; one more has none."""
EVENT_LABELS: Mapping[type[Event], tuple[str, ...]] = {
    TokenIssued: ("grant_type",),
    UserTokenIssued: ("grant_type",),
    TokenExchanged: ("is_delegated",),
    AuthorizationAnswered: ("response_type",),
    UserinfoAnswered: (),
    AttributesDropped: (),
    AttributesPickedUp: ("is_found",),
    AttributesHandedOver: (),
    ReferenceRefused: ("reason",),
    RequestRefused: ("endpoint", "code"),
    TokenIntrospected: ("active",),
    TokenRevoked: (),
    ConfigurationApplied: (),
    PasswordAccepted: ("entrance",),
    PasswordRefused: ("entrance", "reason"),
    PasswordLocked: ("entrance",),
    PasswordUpgraded: (),
    PasswordChanged: ("source",),
    UserAdded: ("source",),
    UserChanged: ("source",),
    AccessEnded: ("source",),
    UserDeleted: ("source",),
    UserUnlocked: ("source",),
    SignedOn: ("methods",),
    SignedOff: (),
    OwnSessionEnded: (),
    ConsentGiven: (),
    DeviceRequestBegun: (),
    DeviceRequestDecided: ("is_approved",),
    UserCodeRefused: (),
    ConsentWithdrawn: (),
    FlowFailed: ("code",),
    ReplayDetected: ("grant_type",),
    AuthenticatorAdded: ("kind",),
    AuthenticatorChanged: ("kind",),
    AuthenticatorRemoved: ("kind", "source"),
    SecondFactorAccepted: ("kind",),
    SecondFactorRefused: ("kind", "reason"),
    SecondFactorLocked: (),
    SecondFactorSkipped: ("reason",),
    BrowserRemembered: (),
    BrowsersForgotten: ("source",),
    ManagementDone: ("endpoint",),
    FetchFailed: ("purpose", "reason"),
    DirectoryServerFailed: ("directory", "reason"),
    DirectoryServerBack: ("directory",),
    LogoutNoticeSent: ("outcome",),
    MessageDelivered: ("channel", "template"),
    MessageFailed: ("channel", "reason"),
}
"""The fields by which each event is counted."""


class EventMeter:
    """Counts events by kind and by the few fields that have few values."""

    def __init__(self) -> None:
        self._rows: dict[type, tuple[Callable[[Any], Hashable], defaultdict[Hashable, int]]] = {
            event_type: (attrgetter(*labels) if labels else bool, defaultdict(int))
            for event_type, labels in EVENT_LABELS.items()
        }

    def count(self, event: Event) -> None:
        """Count one event."""
        label, counts = self._rows[event.__class__]
        counts[label(event)] += 1

    def bound(self) -> None:
        """Fold what should not be there into one series; called now and then."""
        for event_type, (_, counts) in self._rows.items():
            labels = EVENT_LABELS[event_type]
            other = (OTHER,) * len(labels) if len(labels) > 1 else OTHER
            for key in list(counts)[MAX_SERIES:]:
                counts[other] += counts.pop(key)

    def families(self, name_of: Callable[[type], str]) -> Iterable[Family]:
        """Dump one counter for each kind of event."""
        self.bound()
        for event_type, (_, counts) in self._rows.items():
            name = name_of(event_type)
            yield {
                "name": f"ostiary_{name}_total",
                "kind": "counter",
                "help": f"Events of the kind {name}.",
                "samples": [
                    {"labels": _named(EVENT_LABELS[event_type], key), "value": value}
                    for key, value in counts.items()
                ],
            }


class RequestMeter:
    """Counts answers and their latency by route and status."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, int], tuple[list[int], list[float]]] = {}

    def observe(self, route: str, status: int, seconds: float) -> None:
        """Count one answer. Args: route is the path of the route table, not of the request."""
        cell = self._cells.get((route, status))
        if cell is None:
            cell = self._make_cell(route, status)
        buckets, total = cell
        buckets[bisect_left(BOUNDS, seconds)] += 1
        total[0] += seconds

    def families(self) -> Iterable[Family]:
        """Dump the histogram; its count is the number of answers."""
        yield {
            "name": "ostiary_request_seconds",
            "kind": "histogram",
            "help": "Seconds from a request's head to its answer, by route and status.",
            "bounds": list(BOUNDS),
            "samples": [
                {
                    "labels": {"route": route, "status": str(status)},
                    "buckets": buckets,
                    "sum": total[0],
                }
                for (route, status), (buckets, total) in self._cells.items()
            ],
        }

    def _make_cell(self, route: str, status: int) -> tuple[list[int], list[float]]:
        key = (route, status) if len(self._cells) < MAX_SERIES else (OTHER, status)
        return self._cells.setdefault(key, ([0] * (len(BOUNDS) + 1), [0.0]))


def _named(labels: tuple[str, ...], key: Hashable) -> dict[str, str]:
    values = key if isinstance(key, tuple) else (key,)
    return {name: str(value).lower() for name, value in zip(labels, values, strict=False)}
