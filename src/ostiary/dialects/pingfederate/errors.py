"""Error shapes of the endpoints that are not OAuth's."""

from ostiary.core.base.errors import ProtocolError
from ostiary.http.message import NO_STORE, Request, Response, text_response
from ostiary.http.oauth_json import status_and_headers


def render_text_error(error: ProtocolError, request: Request | None) -> Response:
    """Answer in plain text, as the heartbeat's readers expect."""
    status, headers = status_and_headers(error)
    return text_response(error.description, status, (*NO_STORE, *headers))
