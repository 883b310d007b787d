"""What a worker's flow log holds goes to the parent, a batch at a time."""

from dataclasses import dataclass

from ostiary.adapters.flow_recorder import FlowRecorder
from ostiary.main.serving.channel import Channel


@dataclass(frozen=True, slots=True)
class FlowCourier:
    """Hands entries over; what the parent does not take in time is lost, and counted."""

    recorder: FlowRecorder
    channel: Channel

    def hand_over(self) -> None:
        """Send what waits, unless so much is on its way already that it would have to wait."""
        entries, lost = self.recorder.take()
        if (entries or lost) and not self.channel.offer("flows", entries=entries, lost=lost):
            self.recorder.lose(len(entries) + lost)
