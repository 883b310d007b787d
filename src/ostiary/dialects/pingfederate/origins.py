"""Which programs in a browser may use the authentication API: authentication applications."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from ostiary.core.base.ids import ClientId
from ostiary.core.model.environment import AuthenticationApplication, Environment
from ostiary.http.errors import HTTPError
from ostiary.http.message import Request

ANY_PORT = ":*"
_USUAL_PORT = {"https": 443, "http": 80}


def find_application_origins(env: Environment, request: Request) -> frozenset[str]:
    """Return the origin of a request if an authentication application has it, or none.

    Spec: PingFederate "Configuring authentication applications".
    """
    origin = _origin_of(request)
    if origin is None or not any(_applications_of(env, origin)):
        return frozenset()
    return frozenset({origin})


def check_application(env: Environment, request: Request, client_id: ClientId | None) -> None:
    """Refuse a flow without redirects to a page that is no application open to this client.

    Programs that are no browser send no `Origin`, and pass.

    Spec: PingFederate "Configuring authentication applications" (client for redirectless mode).
    Raises: HTTPError 403.
    """
    if request.find_header(b"origin") is None:
        return
    origin = _origin_of(request)
    open_to = [] if origin is None else list(_applications_of(env, origin))
    if not any(application.client_id in {None, client_id} for application in open_to):
        raise HTTPError(
            403,
            "This origin is no authentication application of the client: "
            "see authentication_applications, and allowed_origins for its tokens.",
            code="access_denied",
        )


def check_origin(env: Environment, request: Request) -> None:
    """Refuse a page that is neither an authentication application nor our own.

    Raises: HTTPError 403.
    """
    if request.find_header(b"origin") is None:
        return
    origin = _origin_of(request)
    if origin is None or not (_is_own(origin, request) or any(_applications_of(env, origin))):
        raise HTTPError(
            403,
            "This origin is no authentication application: "
            "see authentication_applications, and allowed_origins for its tokens.",
            code="access_denied",
        )


def url_origin(url: str) -> str | None:
    """Return the origin of a URL as browsers write it in `Origin`, or None if it has none.

    Spec: RFC 6454 §6.2 (lower case, no usual port).
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or not parts.scheme:
        return None
    name = f"[{host}]" if ":" in host else host
    is_usual = port is None or port == _USUAL_PORT.get(parts.scheme)
    return f"{parts.scheme}://{name}" if is_usual else f"{parts.scheme}://{name}:{port}"


def _applications_of(env: Environment, origin: str) -> Iterator[AuthenticationApplication]:
    for application in env.applications:
        patterns = {*application.origins, url_origin(application.url)}
        if origin in patterns or _with_any_port(origin) in patterns:
            yield application


def _with_any_port(origin: str) -> str | None:
    """Return the pattern that matches an origin whatever its port is; the port has to be there."""
    rest, colon, port = origin.rpartition(":")
    is_port = colon and port.isascii() and port.isdigit()
    return f"{rest}{ANY_PORT}" if is_port else None


def _origin_of(request: Request) -> str | None:
    """Return the origin that a browser names, or None for what is none, such as `null`."""
    sent = (request.find_header(b"origin") or b"").decode("latin-1")
    return sent if sent == url_origin(sent) else None


def _is_own(origin: str, request: Request) -> bool:
    """Tell whether it is a page of this very host, whoever ended TLS before it."""
    host = (request.find_header(b"host") or b"").decode("latin-1").lower()
    return origin in {url_origin(f"{scheme}://{host}") for scheme in _USUAL_PORT}
