"""A refusal as a page: what went wrong, and what helps."""

from ostiary.core.base.errors import OAuthCode, OAuthError, ProtocolError, RetryLaterError
from ostiary.core.flow.errors import FlowCode, FlowRefusedError
from ostiary.core.model.environment import Environment
from ostiary.http.errors import Headers, HTTPError
from ostiary.http.languages import page_language
from ostiary.http.message import Request, Response
from ostiary.http.oauth_json import status_and_headers
from ostiary.web.pages import ErrorPage
from ostiary.web.rendering import Pages

_TITLE = "Sign-on"
_ONCE_MORE = "Go back, and try once more."
_FAILED = 500
_LATER = frozenset({429, 503})


def render_error_page(
    pages: Pages, error: ProtocolError, request: Request | None, env: Environment | None = None
) -> Response:
    """Tell the person at the browser about a refusal of which nobody else is to be told.

    Args: env: whose page it is, where that is known.
    """
    headers: Headers = ()
    status = _page_status(error)
    if isinstance(error, HTTPError | RetryLaterError):
        status, headers = status_and_headers(error)
    page = ErrorPage(
        _TITLE,
        _heading(status),
        detail=error.description,
        lines=_advice(error, status),
        code=str(error.code),
    )
    return pages.render(page, status, headers=headers, language=page_language(request), env=env)


def _page_status(error: ProtocolError) -> int:
    is_unknown = isinstance(error, FlowRefusedError) and error.flow_code is FlowCode.NOT_FOUND
    return 404 if is_unknown else 400


def _heading(status: int) -> str:
    if status in _LATER:
        return "Please try again in a moment"
    return "Something went wrong here" if status >= _FAILED else "This sign-on cannot go on"


def _advice(error: ProtocolError, status: int) -> tuple[str, ...]:
    if error.code == OAuthCode.ACCESS_DENIED:
        return (_ONCE_MORE,)
    if isinstance(error, OAuthError):
        return ("The application that sent you here has to correct this; tell whoever runs it.",)
    return (_ONCE_MORE,) if status in _LATER else ()
