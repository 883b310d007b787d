"""Requests that want their answer as JSON, and no redirect."""

from urllib.parse import unquote_plus

from ostiary.core.model.authorization_request import ResponseMode
from ostiary.http.message import Request


def asks_for_json(request: Request) -> bool:
    """Tell whether a request says that it wants no redirects, be it well-formed or not."""
    fields = b"&".join((request.query, request.body)).split(b"&")
    wanted = f"response_mode={ResponseMode.PI_FLOW}"
    return any(unquote_plus(field.decode("latin-1")) == wanted for field in fields)
