"""Chromium's virtual authenticator: a security key that says yes at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import CDPSession, Page

_OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def virtual_authenticator(page: Page) -> Iterator[None]:
    """Plug one into a window for as long as the block lasts.

    Spec: W3C WebAuthn §11 (virtual authenticators).
    """
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": _OPTIONS})
    try:
        yield
    finally:
        _unplug(session, made)


def _unplug(session: CDPSession, made: dict[str, Any]) -> None:
    session.send("WebAuthn.removeVirtualAuthenticator", made)
    session.send("WebAuthn.disable")
    session.detach()
