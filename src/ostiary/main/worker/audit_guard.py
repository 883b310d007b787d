"""Refusing service while the audit trail cannot be written, where an operator wants that."""

from dataclasses import dataclass, field

from ostiary.main.serving.line_sink import LineSink
from ostiary.main.worker.readiness import Readiness
from ostiary.main.worker.snapshots import SnapshotHolder

AUDIT = "audit trail"


@dataclass
class AuditGuard:
    """Watches the audit trail; requests already under way may still go unrecorded, and are counted.

    Args:
        is_required: without it a full disk only costs lines.
    """

    trail: LineSink
    holder: SnapshotHolder
    readiness: Readiness
    is_required: bool
    _is_closed: bool = field(default=False, init=False)

    def check(self) -> None:
        """Close or open the server; called every second."""
        if self.trail.is_failing:
            if self.is_required and not self._is_closed:
                self._is_closed = True
                self.readiness.lacks(AUDIT)
                self.holder.withhold("the audit trail cannot be written")
            # No event will come that would show that it can be written again.
            self.trail.put(b"")
        elif self._is_closed:
            self._is_closed = False
            self.holder.release()
            self.readiness.has(AUDIT)
