"""Forms that only our own pages may send."""

from ostiary.http.errors import HTTPError
from ostiary.http.message import Request

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({b"same-origin", b"same-site", b"none"})


def check_same_site(request: Request) -> None:
    """Refuse what a page on another web site made a browser send.

    Browsers that say nothing pass: a token in the form has to do there. `Origin` is no help: it is
    `null` on the forms of pages that send no referrer, and ours are such pages.

    Spec: W3C Fetch Metadata §2.3.
    Raises: HTTPError 400 when the header stands twice, 403.
    """
    if request.method in _READING_METHODS:
        return
    site = request.find_header(b"sec-fetch-site")
    if site is not None and site not in _OWN:
        raise HTTPError(403, "A page on another web site sent this request.")
