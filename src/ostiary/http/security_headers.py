"""Headers that every answer carries, refusals and failures too."""

from ostiary.http.errors import Headers

CONTENT_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""For every answer that is no page; a page brings its own."""

_ALWAYS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    CONTENT_POLICY,
)
_TLS_ONLY = (b"strict-transport-security", b"max-age=31536000")


def security_headers(*, is_dev: bool) -> Headers:
    """Return the constant headers; a development server does not bind its host to TLS for a year.

    Spec: RFC 6797; OWASP Secure Headers.
    """
    return _ALWAYS if is_dev else (*_ALWAYS, _TLS_ONLY)
