"""Steps for which a browser leaves to an application, and comes back with a reference."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import msgspec

from ostiary.core.model.environment import Environment
from ostiary.core.model.reference_adapter import Transport
from ostiary.core.signon.reference import reference_key
from ostiary.core.steps.contract import Action, Offer, Situation, Step, View

RETURN = Action("referenceId", "check")
"""What somebody does who comes back."""
REFERENCE = "referenceId"
"""The input in which they bring the reference."""


class Departure(msgspec.Struct, frozen=True):
    """Where a browser is to go now, and what it takes along.

    Args:
        endpoint: an absolute URL, as it is configured.
        reference: for the application, to pick up on which occasion somebody comes; fresh each
            time that somebody looks.
    """

    endpoint: str
    transport: Transport
    reference: str

    def __repr__(self) -> str:
        return f"Departure(endpoint={self.endpoint!r}, …)"


@runtime_checkable
class DepartingStep(Step, Protocol):
    """A step that waits for a browser to come back; its views have `leads_away`."""

    async def depart(self, env: Environment, situation: Situation) -> Departure:
        """Return where the browser goes; the flow stays as it is.

        Raises: UnavailableError.
        """
        ...


def taking(reference: str) -> Mapping[str, str]:
    """Return what a flow remembers in which a reference is being taken."""
    return {"taking": reference_key(reference).hex()}


def find_return(view: View | None) -> Offer | None:
    """Return the action by which somebody comes back, where a view waits for that."""
    if view is None or not view.leads_away:
        return None
    return next((offer for offer in view.offers if offer.action == RETURN), None)
