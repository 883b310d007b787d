"""A request and a response, as handlers see them."""

from collections.abc import Mapping, Sequence

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
_encode = msgspec.json.Encoder().encode


class Request:
    """One HTTP request, read whole.

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

    __slots__ = (
        "_by_name",
        "address",
        "answer_headers",
        "body",
        "client_certificate",
        "has_unread_body",
        "headers",
        "host",
        "is_secure",
        "method",
        "path",
        "path_values",
        "query",
    )

    def __init__(  # noqa: PLR0913 - a request has that many parts
        self,
        method: str,
        path: str,
        *,
        query: bytes = b"",
        headers: Sequence[tuple[bytes, bytes]] = (),
        body: bytes = b"",
        address: str = "",
        is_secure: bool = False,
        path_values: Mapping[str, str] = NO_VALUES,
        host: str = "",
        client_certificate: bytes | None = None,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.address = address
        self.is_secure = is_secure
        self.path_values = path_values
        self.host = host
        self.client_certificate = client_certificate
        self.answer_headers: Headers = ()
        """What any answer to this request carries, a refusal too (CORS)."""
        self.has_unread_body = False
        """Bytes may follow that nobody has read: no second request is taken on this connection."""
        self._by_name = dict(headers)

    def find_header(self, name: bytes) -> bytes | None:
        """Return the value of a header that may stand only once, or None.

        Args: name is in lower case.
        Raises: HTTPError 400 when it stands more than once: neither the first nor the last
        wins.
        """
        value = self._by_name.get(name)
        if (
            value is not None
            and len(self._by_name) != len(self.headers)
            and len(self.find_headers(name)) > 1
        ):
            raise bad_request(f"The header {name.decode()} is sent more than once.")
        return value

    def find_headers(self, name: bytes) -> list[bytes]:
        """Return every value of a header that may be a list, in the order sent."""
        return [value for key, value in self.headers if key == name]

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


class Response:
    """One HTTP answer, whole. `content-length` and the security headers are added on sending."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Headers = (), body: bytes = b"") -> None:
        self.status = status
        self.headers = headers
        self.body = body


def json_response(value: object, status: int = 200, headers: Headers = ()) -> Response:
    """Answer with a JSON value."""
    return Response(status, (JSON, *headers), _encode(value))


def text_response(text: str, status: int = 200, headers: Headers = ()) -> Response:
    """Answer with plain text."""
    return Response(status, (TEXT, *headers), text.encode())


def empty_response(status: int = 204, headers: Headers = ()) -> Response:
    """Answer without a body."""
    return Response(status, headers)
