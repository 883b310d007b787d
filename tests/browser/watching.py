"""What a browser did beside what the test told it to do."""

from collections.abc import Callable
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

    def start(self, context: BrowserContext) -> Callable[[], None]:
        """Watch every page of a context from now on; what is returned ends it."""
        listeners = {
            "dialog": self._note_dialog,
            "weberror": self._note_error,
            "console": self._note_message,
            "request": self._note_request,
        }
        for event, listener in listeners.items():
            context.on(event, listener)  # type: ignore[call-overload]

        def stop() -> None:
            for event, listener in listeners.items():
                context.remove_listener(event, listener)

        return stop

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
