"""A request and a response, as handlers see them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec

from ostiary.core.base import strict_json
from ostiary.core.base.params import Params
from ostiary.http.errors import Headers, bad_request
from ostiary.http.forms import parse_params

JSON = (b"content-type", b"application/json")
TEXT = (b"content-type", b"text/plain; charset=utf-8")
NO_STORE: Headers = ((b"cache-control", b"no-store"), (b"pragma", b"no-cache"))
"""For every answer that carries a token, a credential or a state of one caller."""

NO_VALUES: Mapping[str, str] = {}
FindHeader = Callable[[bytes], bytes | None]
_encode = msgspec.json.Encoder().encode


def _find_nothing(_name: bytes) -> bytes | None:
    return None


def _find_single(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    values = [value for key, value in headers if key == name]
    if len(values) > 1:
        raise bad_request(f"The header {name.decode()} is sent more than once.")
    return values[0] if values else None


class Request(msgspec.Struct, eq=False):
    """One HTTP request, read whole. A struct, like every value that is made for each request.

    Args:
        path: exactly as sent: nothing is decoded or normalised.
        query: as sent, without the question mark.
        headers: in the order sent, names in lower case.
        address: the caller's IP address, after trusted proxies.
        is_secure: it came over TLS, to us or to a trusted proxy.
        path_values: what stands for the variable segment of the route's path.
        host: the checked host name, lower case, without port and brackets.
        client_certificate: DER of the certificate that the TLS client showed.
    """

    method: str
    path: str
    query: bytes = b""
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytes = b""
    address: str = ""
    is_secure: bool = False
    path_values: Mapping[str, str] = NO_VALUES
    host: str = ""
    client_certificate: bytes | None = None
    answer_headers: Headers = ()
    """What any answer to this request carries, a refusal too (CORS)."""
    has_unread_body: bool = False
    """Bytes may follow that nobody has read: no second request is taken on this connection."""
    cookies: Mapping[str, Sequence[str]] | None = None
    """By name, as `http.cookies` has read them; None before it is asked."""
    errors_url: str | None = None
    """Where a refusal of this request is explained; filled in when there is one to render."""
    find_header: FindHeader = _find_nothing
    """Returns the value of a header that may stand only once, or None; for lower-case names.

    Raises HTTPError 400 when it stands more than once: neither the first nor the last wins.
    Where no header does, and so nearly always, it is the look-up of a dict.
    """

    def __post_init__(self) -> None:
        by_name = dict(self.headers)
        is_unique = len(by_name) == len(self.headers)
        # A bound method would tie the request to itself, and its body to the garbage collector.
        self.find_header = by_name.get if is_unique else partial(_find_single, self.headers)

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path})"

    def find_headers(self, name: bytes) -> list[bytes]:
        """Return every value of a header that may be a list, in the order sent."""
        return [value for key, value in self.headers if key == name]

    @property
    def media_type(self) -> str:
        """The media type of the body, in lower case and without parameters; "" without one.

        Raises: HTTPError 400 when the content type stands twice.
        """
        sent = self.find_header(b"content-type") or b""
        return sent.partition(b";")[0].strip().lower().decode("latin-1")

    def form(self) -> Params:
        """Return the parameters of a form body.

        Raises: as `parse_params`.
        """
        return parse_params(self.body)

    def query_params(self) -> Params:
        """Return the parameters of the query.

        Raises: as `parse_params`.
        """
        return parse_params(self.query)

    def json(self) -> object:
        """Return the JSON value of the body, read strictly.

        Raises: HTTPError 400.
        """
        try:
            return strict_json.loads(self.body)
        except ValueError as error:
            raise bad_request("The body is not valid JSON.") from error


class Response(msgspec.Struct, eq=False):
    """One HTTP answer, whole. `content-length` and the security headers are added on sending.

    Args:
        policy: the content security policy of a page, in place of the one of every answer.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    policy: bytes | None = None

    def __repr__(self) -> str:
        return f"Response({self.status})"


def json_response(value: object, status: int = 200, headers: Headers = ()) -> Response:
    """Answer with a JSON value."""
    return Response(status, (JSON, *headers), _encode(value))


def text_response(text: str, status: int = 200, headers: Headers = ()) -> Response:
    """Answer with plain text."""
    return Response(status, (TEXT, *headers), text.encode())


def empty_response(status: int = 204, headers: Headers = ()) -> Response:
    """Answer without a body."""
    return Response(status, headers)
