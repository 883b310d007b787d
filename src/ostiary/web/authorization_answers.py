"""An authorization response on its way to the application: by redirect or by a page that posts."""

from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.authorization_response import AuthorizationResponse
from ostiary.core.oauth.response_modes import answer_url
from ostiary.http.errors import Headers
from ostiary.http.languages import page_language
from ostiary.http.message import NO_STORE, Request, Response, empty_response
from ostiary.http.redirects import redirect
from ostiary.web.pages import AutoSubmitPage
from ostiary.web.rendering import Pages


def send_response(
    pages: Pages,
    env: Environment | None,
    request: Request,
    response: AuthorizationResponse,
    headers: Headers = (),
) -> Response:
    """Send a browser to the application with the answer; yes to a mere question is no content.

    Spec: RFC 6749 §4.1.2, §4.2.2; OAuth 2.0 Form Post Response Mode §2.
    Raises: ValueError for an answer that does not go through a browser.
    """
    if response.mode is ResponseMode.FORM_POST and response.redirect_uri is not None:
        fields = [(name, str(value)) for name, value in response.members.items()]
        page, language = AutoSubmitPage(response.redirect_uri, fields), page_language(request)
        return pages.render(page, headers=headers, language=language, env=env)
    if response.is_status_alone:
        return empty_response(204, (*NO_STORE, *headers))
    return redirect(request, answer_url(response), headers)
