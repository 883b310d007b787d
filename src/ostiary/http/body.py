"""Reading a request body: its media type first, then no more bytes than the route takes."""

from ostiary.http.asgi import REFUSAL, Receive, Scope
from ostiary.http.errors import bad_request, too_large, unsupported_media_type
from ostiary.http.message import Request
from ostiary.http.route import BodyKind, Route

_BODILESS_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DRAINED_BYTES = 256 * 1024


async def read_body(route: Route, request: Request, scope: Scope, receive: Receive) -> None:
    """Fill in `request.body`.

    Raises: HTTPError 400, 413, 415, or what the protocol found wrong with the body.
    """
    if request.method in _BODILESS_METHODS:
        media_type, max_bytes = None, 0
    else:
        media_type = route.media_type
        max_bytes = 0 if route.body is BodyKind.NONE else route.max_body_bytes
        if route.body is BodyKind.ACTION:
            check_action_type(request)
    check_content(request, media_type)
    if not request.has_unread_body:
        return
    length = request.find_header(b"content-length")
    if length is not None and int(length) > max_bytes:
        raise too_large(max_bytes)
    while request.has_unread_body:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise bad_request("The body ended early.")
        request.body += message.get("body", b"")
        request.has_unread_body = message.get("more_body", False)
        if len(request.body) > max_bytes:
            raise too_large(max_bytes)
        if REFUSAL in scope:
            raise scope[REFUSAL]
    if request.body and media_type is not None and not request.find_header(b"content-type"):
        raise bad_request("The body has no content type.")


def check_content(request: Request, media_type: bytes | None) -> None:
    """Refuse a body that is not of `media_type` before a byte of it is parsed."""
    coding = request.find_header(b"content-encoding")
    if coding is not None and coding.lower() != b"identity":
        raise unsupported_media_type("Content codings are not supported.")
    sent = request.find_header(b"content-type")
    if sent is None or media_type is None or sent == media_type:
        return
    sent = sent.partition(b";")[0].strip().lower()
    if sent.startswith(b"multipart/"):
        raise unsupported_media_type("Multipart bodies are not supported.")
    if sent != media_type:
        raise bad_request(f"The content type must be {media_type.decode()}.")


def check_action_type(request: Request) -> None:
    """Refuse a media type that a form on another web site could send, and the lack of one.

    Also without a body: there the media type alone says what is to be done.
    """
    sent = request.media_type
    if sent == "application/json":
        return
    if not sent.startswith("application/vnd."):  # old clients leave "+json" out
        raise unsupported_media_type(
            "The content type must be application/json or application/vnd.NAME+json."
        )


async def drain(request: Request, scope: Scope, receive: Receive) -> None:
    """Read what a refused client still sends, so that it gets to read its answer.

    Closing a connection with unread bytes resets it, and the reset overtakes the answer. A client
    that waits for a go-ahead (`Expect`) sends nothing.
    """
    drained = _DRAINED_BYTES if request.find_headers(b"expect") else 0
    while drained < _DRAINED_BYTES and REFUSAL not in scope:
        message = await receive()
        drained += len(message.get("body", b""))
        if not message.get("more_body", False):
            return
