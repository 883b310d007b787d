"""Front-channel logout: what a browser loads, so that each client's own cookies go with it.

Spec: OpenID Connect Front-Channel Logout 1.0 §2, §3.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import Participation
from ostiary.core.tokens.gate import is_client_open


def has_frames(env: Environment) -> bool:
    """Tell whether any client of an environment is told by the browser."""
    return any(client.logout.frontchannel is not None for client in env.clients.values())


def find_frames(env: Environment, participants: Sequence[Participation]) -> tuple[str, ...]:
    """Return the address of each client's frame, as the client is configured now."""
    open_ones = [each for each in participants if is_client_open(env, each.client_id)]
    found = (_find_frame(env, each) for each in open_ones)
    return tuple(frame for frame in found if frame is not None)


def _find_frame(env: Environment, participation: Participation) -> str | None:
    logout = env.clients[participation.client_id].logout
    if logout.frontchannel is None or not logout.names_session_in_front:
        return logout.frontchannel
    told = urlencode({"iss": env.issuer, "sid": participation.session_id})
    return f"{logout.frontchannel}{'&' if '?' in logout.frontchannel else '?'}{told}"
