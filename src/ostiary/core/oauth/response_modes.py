"""The URL that carries an answer to an application, in its query or its fragment.

Spec: OAuth 2.0 Multiple Response Type Encoding Practices §2.1; RFC 6749 §4.1.2, §4.2.2, appendix B.
"""

import re
from urllib.parse import quote

from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.oauth.authorization_response import AuthorizationResponse

_UNRESERVED = "-._~"
_PLAIN = re.compile(r"[A-Za-z0-9._~-]*")


def answer_url(response: AuthorizationResponse) -> str:
    """Return where a browser is sent with an answer of mode `query` or `fragment`.

    Every character that is not a letter, digit or one of `-._~` is escaped, so nothing of what
    came with the request can end a header or a parameter.
    Raises: ValueError for an answer that no URL carries.
    """
    redirect_uri = response.redirect_uri
    if redirect_uri is None or response.mode in {ResponseMode.PI_FLOW, ResponseMode.FORM_POST}:
        raise ValueError(f"no URL carries an answer of mode {response.mode}")
    encoded = "&".join(
        f"{_escape(name)}={_escape(str(value))}" for name, value in response.members.items()
    )
    if not encoded:
        return redirect_uri
    if response.mode is ResponseMode.FRAGMENT:
        return f"{redirect_uri}#{encoded}"
    _, has_query, query = redirect_uri.partition("?")
    separator = "?" if not has_query else "&" if query else ""
    return f"{redirect_uri}{separator}{encoded}"


def _escape(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote(text, safe=_UNRESERVED)
