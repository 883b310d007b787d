"""`/pf/heartbeat.ping`: is this node in service?"""

from dataclasses import dataclass

from ostiary.core.ports.readiness import Readiness
from ostiary.http.message import NO_STORE, Request, Response, text_response


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Answers balancers."""

    readiness: Readiness

    async def get_heartbeat(self, request: Request) -> Response:
        """Say OK while requests are welcome. Spec: PingFederate "Heartbeat endpoint"."""
        if self.readiness.is_ready:
            return text_response("OK", headers=NO_STORE)
        return text_response("Not in service.", 503, (*NO_STORE, (b"retry-after", b"1")))
