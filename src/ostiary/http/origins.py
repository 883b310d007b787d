"""Which programs in a browser may sign people on: authentication applications, and callers."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from ostiary.core.base.ids import ClientId
from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.model.environment import Environment
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

    Programs that are no browser send no `Origin`, and pass; so do our own pages.

    Spec: PingFederate "Configuring authentication applications" (client for redirectless mode).
    Raises: HTTPError 403.
    """
    if request.find_header(b"origin") is None:
        return
    origin = _origin_of(request)
    if origin is not None and _is_own(env, origin, request):
        return
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
    if origin is None or not (_is_own(env, origin, request) or any(_applications_of(env, origin))):
        raise HTTPError(
            403,
            "This origin is no authentication application: "
            "see authentication_applications, and allowed_origins for its tokens.",
            code="access_denied",
        )


def find_caller_origins(env: Environment, request: Request) -> frozenset[str]:
    """Return the origin of a request if its pages may sign people on, or none.

    Where applications speak to the authorization endpoint themselves, that is whoever may call the
    endpoints at all, and every authentication application.
    """
    origin = _origin_of(request)
    if origin is not None and origin in env.allowed_origins:
        return frozenset({origin})
    return find_application_origins(env, request)


def check_caller(env: Environment, request: Request, client_id: ClientId | None = None) -> None:
    """Refuse a page that is neither our own nor on an origin that may sign people on.

    Programs that are no browser send no `Origin`, and pass. Where the client is known, a page does
    it for that client alone: one on `allowed_origins` only if the client's answers go there.

    Args: client_id: of the client that the page does it for, where that is known.
    Raises: HTTPError 403.
    """
    if request.find_header(b"origin") is None:
        return
    origin = _origin_of(request)
    if origin is not None and (
        _is_allowed(env, origin, client_id) or _is_own(env, origin, request)
    ):
        return
    found = [] if origin is None else list(_applications_of(env, origin))
    if not any(client_id is None or each.client_id in {None, client_id} for each in found):
        raise HTTPError(
            403,
            "Pages on this origin may not sign anybody on for the client: "
            "see allowed_origins, its redirect_uris and authentication_applications.",
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


def _is_allowed(env: Environment, origin: str, client_id: ClientId | None) -> bool:
    """Tell whether the endpoints are open to a page, and it is one of the client if that is known.

    Whoever may call the endpoints is not thereby every client: its page would get the codes of all.
    """
    if origin not in env.allowed_origins:
        return False
    client = None if client_id is None else env.clients.get(client_id)
    # For a client that is not there nobody is signed on; its page is told so.
    return client is None or origin in {url_origin(uri) for uri in client.redirect_uris}


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


def _is_own(env: Environment, origin: str, request: Request) -> bool:
    """Tell whether it is a page of this very host, whoever ended TLS before it.

    Where pages are read over TLS, one without it may be anybody's on the way.
    """
    host = (request.find_header(b"host") or b"").decode("latin-1").lower()
    is_secure = request.is_secure or env.base_url.startswith("https:")
    return origin == url_origin(f"{'https' if is_secure else 'http'}://{host}")
