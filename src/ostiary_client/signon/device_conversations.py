"""What a client without a browser says to its server; sends nothing itself."""

from collections.abc import Callable, Mapping

from ostiary_client.caching.token_request import token_request
from ostiary_client.errors import CertificateError, ServerFailedError, TransportError
from ostiary_client.protocol.device import (
    DeviceCode,
    Pending,
    after,
    ask_for_tokens,
    begin_device,
    expired,
)
from ostiary_client.protocol.messages import Exchange
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.token_set import TokenSet

OnWait = Callable[[float], None]
"""Is told before each question how many seconds the code still lasts."""
_LONGEST_PAUSE_SECONDS = 60.0


def begin(
    people: SignOnConversations,
    scopes: str | tuple[str, ...] | None,
    parameters: Mapping[str, str],
) -> Exchange[DeviceCode]:
    """Ask for codes; `openid` unless something else is said."""
    asked = people.base.usual.scopes or ("openid",)
    wanted = asked if scopes is None else token_request(scopes).scopes
    endpoint = yield from people.base.endpoint("device_authorization_endpoint")
    return (yield from begin_device(endpoint, scopes=wanted, parameters=parameters))


def ask(
    people: SignOnConversations,
    device: DeviceCode,
    interval_seconds: float,
    *,
    verifies: bool = True,
) -> Exchange[TokenSet | Pending]:
    """Ask once, and verify the ID token if there is one and that is wanted."""
    endpoint = yield from people.base.endpoint("token_endpoint")
    answer = yield from ask_for_tokens(endpoint, device, interval_seconds)
    if isinstance(answer, Pending) or not verifies:
        return answer
    return (yield from people.verified_without_request(answer))


def wait(
    people: SignOnConversations,
    device: DeviceCode,
    interval_seconds: float,
    on_wait: OnWait | None = None,
    *,
    verifies: bool = True,
) -> Exchange[TokenSet]:
    """Ask until somebody has said yes or no, or the code is over.

    A server that does not answer for a while is asked less and less often.
    Spec: RFC 8628 §3.5.
    """
    while True:
        left = device.expires_at - people.base.now()
        if left <= interval_seconds:
            raise expired()
        if on_wait is not None:
            on_wait(left)
        try:
            asking = ask(people, device, interval_seconds, verifies=verifies)
            answer = yield from after(asking, interval_seconds)
        except CertificateError:
            raise
        except (TransportError, ServerFailedError):
            interval_seconds = min(2 * interval_seconds, _LONGEST_PAUSE_SECONDS)
            continue
        if not isinstance(answer, Pending):
            return answer
        interval_seconds = answer.interval_seconds
