"""URLs of this server as the caller knows it."""

from ostiary.core.model.environment import Environment
from ostiary.http.message import Request


def base_of(env: Environment, request: Request) -> str:
    """Return what links begin with: the host that was asked, which the edge has let in.

    The browser's cookies are that host's alone, so that other links would lead away from them.
    """
    host = (request.find_header(b"host") or b"").decode("latin-1").lower().removesuffix(":")
    return f"{env.base_url.partition('://')[0]}://{host}"
