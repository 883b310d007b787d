"""What the edge itself refuses, and with which HTTP status."""

from ostiary.core.base.errors import OAuthCode, ProtocolError

Headers = tuple[tuple[bytes, bytes], ...]


class HTTPError(ProtocolError):
    """A request that no endpoint gets to see, or that an endpoint refuses by HTTP's own means.

    Args:
        status: of the answer, whatever the route's table of codes says.
        headers: extra ones that the status calls for (`Allow`).
    """

    def __init__(
        self,
        status: int,
        description: str,
        *,
        code: str = OAuthCode.INVALID_REQUEST,
        headers: Headers = (),
        **detail: str,
    ) -> None:
        super().__init__(code, description, **detail)
        self.status = status
        self.headers = headers


def bad_request(description: str) -> HTTPError:
    """Return the refusal of a request that breaks a rule of form."""
    return HTTPError(400, description)


def not_found() -> HTTPError:
    """Return the refusal of a path, or of an environment in it, that is not served."""
    return HTTPError(404, "Nothing is served at this path.")


def method_not_allowed(allow: bytes) -> HTTPError:
    """Return the refusal of a method; `allow` lists those that the path takes.

    Spec: RFC 9110 §15.5.6.
    """
    return HTTPError(405, "This path does not take this method.", headers=((b"allow", allow),))


def too_late() -> HTTPError:
    """Return the refusal of a request that did not become whole in time."""
    return HTTPError(408, "The request did not arrive in time.")


def too_large(max_body_bytes: int) -> HTTPError:
    """Return the refusal of a body over the route's cap."""
    return HTTPError(413, f"The body is larger than {max_body_bytes} bytes.")


def unsupported_media_type(description: str) -> HTTPError:
    """Return the refusal of a body in a form that is not even looked at."""
    return HTTPError(415, description)


def internal_error(error_id: str) -> HTTPError:
    """Return what a client learns of a defect: an id to tell the operator, and nothing else."""
    return HTTPError(500, f"The server failed. Error id: {error_id}.", code=OAuthCode.SERVER_ERROR)
