"""Authentication applications: programs that show the steps of a sign-on to people themselves."""

from dataclasses import dataclass

from ostiary.core.base.ids import ClientId


@dataclass(frozen=True, slots=True)
class AuthenticationApplication:
    """A program that may use the authentication API from a browser.

    Spec: PingFederate "Configuring authentication applications".
    Args:
        url: where a browser is sent with `flowId` to sign on.
        origins: exact; a port of `*` matches any port, and one must be there.
        client_id: the one client that it may start flows for; None for every one that may.
    """

    key: str
    url: str
    origins: tuple[str, ...]
    client_id: ClientId | None = None
