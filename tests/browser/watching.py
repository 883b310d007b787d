"""What a browser did beside what the test told it to do."""

from collections.abc import Iterable
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

    def start(self, context: BrowserContext) -> None:
        """Watch every page of a context from now on."""
        context.on("dialog", self._note_dialog)
        context.on("weberror", self._note_error)
        context.on("console", self._note_message)
        context.on("request", self._note_request)

    def _note_dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _note_error(self, error: WebError) -> None:
        self.errors.append(str(error.error))

    def _note_message(self, message: ConsoleMessage) -> None:
        if _POLICY in message.text:
            self.violations.append(message.text)

    def _note_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if f"{url.scheme}://{url.netloc}" not in self.origins and url.scheme != "data":
            self.strangers.append(request.url)


def watch(context: BrowserContext, origins: Iterable[str]) -> Watch:
    """Watch a context."""
    made = Watch(frozenset(origins))
    made.start(context)
    return made
