"""What has come of a flow within one request, before any of it is stored."""

import msgspec

from ostiary.core.flow.browser import NO_CHANGE, Browser, BrowserChange
from ostiary.core.model.audit.event import Event
from ostiary.core.model.client import Client
from ostiary.core.model.flow import Flow
from ostiary.core.model.logout import Participation
from ostiary.core.model.token import SessionChange
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import Consent
from ostiary.core.steps.contract import Visitor


class Visit(msgspec.Struct, frozen=True):
    """Who acts in a flow, and for which client; the same for a whole request.

    Args: visitor is what a step may know of the browser.
    """

    client: Client
    browser: Browser
    visitor: Visitor

    @classmethod
    def of(cls, client: Client, browser: Browser, reference: str | None = None) -> "Visit":
        """Make it of a browser, and of a reference that it brought along."""
        visitor = Visitor(
            browser.address,
            device=browser.device,
            remembered=browser.remembered,
            username=browser.username,
            languages=browser.languages,
            reference=reference,
        )
        return cls(client, browser, visitor)


class Progress(msgspec.Struct, frozen=True):
    """The flow as it is by now, and what else has to be stored, kept and told for it.

    Args: user is whom it is about, as the directory had it in this request, if it was asked.
    """

    flow: Flow
    session: SessionChange | None = None
    consent: Consent | None = None
    change: BrowserChange = NO_CHANGE
    events: tuple[Event, ...] = ()
    participations: tuple[Participation, ...] = ()
    user: User | None = None
