"""Where one process records what happens: lines for people and auditors, counters for monitors."""

from dataclasses import dataclass, field
from pathlib import Path

from ostiary.adapters.outbound.events_log import EventsLog, event_name, gap_line
from ostiary.adapters.outbound.meters import EventMeter, RequestMeter
from ostiary.main.serving.line_sink import AppendedFile, LineSink, StandardOutput
from ostiary.main.serving.metric_families import Families, counter
from ostiary.main.worker.log_bridge import describe


@dataclass(frozen=True, slots=True)
class Record:
    """The events of one process, and what it counts."""

    output: LineSink
    audit: LineSink
    events: EventsLog
    event_meter: EventMeter
    request_meter: RequestMeter = field(default_factory=RequestMeter)

    @classmethod
    def open(cls, audit_file: str) -> "Record":
        """Open the sinks; a file that cannot be opened yet is tried again with each batch."""
        output = LineSink("stdout", StandardOutput(), gap_line)
        audit = LineSink("audit", AppendedFile(Path(audit_file)), gap_line)
        meter = EventMeter()
        return cls(output, audit, EventsLog(output, audit, meter), meter)

    def families(self) -> Families:
        """Dump what was counted."""
        return [
            *self.request_meter.families(),
            *self.event_meter.families(event_name),
            counter(
                "ostiary_log_lines_lost_total",
                "Lines that could not be written, by where they should have gone.",
                "sink",
                {sink.name: sink.lost_lines for sink in (self.output, self.audit)},
            ),
        ]

    def report(self, error_id: str, failure: BaseException) -> None:
        """Note a defect under the id that the client was shown."""
        self.events.note("internal_error", error_id=error_id, failure=describe(failure))
