"""Where the flow log goes."""

from typing import Protocol

from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow
from ostiary.core.model.flow_entry import FlowEntry


class FlowLog(Protocol):
    """Takes what flows come to; never blocks, never raises."""

    @property
    def is_open(self) -> bool:
        """Tell whether anything is taken; whoever asks first need not make what nobody reads."""
        ...

    def follow(self, env: Environment, flow: Flow) -> None:
        """Take what happens from now on in this request as said about a flow."""
        ...

    def tell(self, entry: FlowEntry) -> None:
        """Take one entry."""
        ...


class ClosedFlowLog:
    """Implements the `FlowLog` port where it is switched off."""

    is_open = False

    def follow(self, env: Environment, flow: Flow) -> None:
        """Take nothing."""

    def tell(self, entry: FlowEntry) -> None:
        """Take nothing."""


CLOSED = ClosedFlowLog()
