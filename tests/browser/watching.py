"""What a browser did beside what the test told it to do."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Request, WebError

_POLICY = "Content Security Policy"


@dataclass
class Watch:
    """Collects what a page of the server must never cause.

    Args: origins are those that requests may go to.
    """

    origins: frozenset[str]
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """Exceptions of scripts."""
    violations: list[str] = field(default_factory=list)
    """What a content security policy forbade."""
    strangers: list[str] = field(default_factory=list)
    """Requests to anywhere else."""

    def check(self) -> None:
        """Claim that nothing of the kind has happened."""
        assert self == Watch(self.origins), self

    def note_dialog(self, dialog: Dialog) -> None:
        """Note a dialog, and close it."""
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def note_error(self, error: WebError) -> None:
        """Note an exception that no script caught."""
        self.errors.append(str(error.error))

    def note_message(self, message: ConsoleMessage) -> None:
        """Note what a policy forbade."""
        if _POLICY in message.text:
            self.violations.append(message.text)

    def note_request(self, request: Request) -> None:
        """Note a request to a stranger."""
        url = urlsplit(request.url)
        if f"{url.scheme}://{url.netloc}" not in self.origins and url.scheme != "data":
            self.strangers.append(request.url)


@contextmanager
def watching(context: BrowserContext, origins: Iterable[str]) -> Iterator[Watch]:
    """Watch every page of a context for as long as the block lasts."""
    watch = Watch(frozenset(origins))
    listeners = {
        "dialog": watch.note_dialog,
        "weberror": watch.note_error,
        "console": watch.note_message,
        "request": watch.note_request,
    }
    for event, listener in listeners.items():
        context.on(event, listener)  # type: ignore[call-overload]
    try:
        yield watch
    finally:
        for event, listener in listeners.items():
            context.remove_listener(event, listener)
