"""The errors that the core raises: one half for the caller, one for the event log."""

from enum import StrEnum


class OAuthCode(StrEnum):
    """Error codes of the OAuth endpoints, spelled as the specifications spell them.

    Spec: RFC 6749 §4.1.2.1, §5.2; RFC 6750 §3.1; RFC 7009 §2.2.1; RFC 8707 §2 (invalid_target);
    OpenID Connect Core §3.1.2.6; RFC 8628 §3.5.
    """

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_TOKEN_TYPE = "unsupported_token_type"  # noqa: S105 - an error code, not a password
    INVALID_SCOPE = "invalid_scope"
    INVALID_TARGET = "invalid_target"
    ACCESS_DENIED = "access_denied"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    INTERACTION_REQUIRED = "interaction_required"
    LOGIN_REQUIRED = "login_required"
    CONSENT_REQUIRED = "consent_required"
    REQUEST_NOT_SUPPORTED = "request_not_supported"
    REQUEST_URI_NOT_SUPPORTED = "request_uri_not_supported"
    REGISTRATION_NOT_SUPPORTED = "registration_not_supported"
    INVALID_TOKEN = "invalid_token"  # noqa: S105 - an error code, not a token
    INSUFFICIENT_SCOPE = "insufficient_scope"
    AUTHORIZATION_PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - an error code, not a token
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    SERVER_ERROR = "server_error"


def explanation_url(errors_url: str, code: str) -> str:
    """Return where an error is explained: `error_uri` of a refusal.

    Spec: RFC 6749 §4.1.2.1, §5.2.
    """
    return f"{errors_url}#{code}"


class ProtocolError(Exception):
    """A refusal that a client may see.

    Args:
        description: public, constant per call site; never says whether a user or client exists.
        detail: private facts for the event log; no token, password or secret.
    """

    def __init__(self, code: str, description: str, **detail: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.detail = detail


class OAuthError(ProtocolError):
    """A refusal by an OAuth endpoint; `code` is one of `OAuthCode`."""

    def __init__(self, code: OAuthCode, description: str, **detail: str) -> None:
        super().__init__(code, description, **detail)
        self.oauth_code = code


class InvalidClientError(OAuthError):
    """Client authentication failed; the same words whatever the reason was.

    Spec: RFC 6749 §5.2.
    """

    def __init__(self, **detail: str) -> None:
        super().__init__(
            OAuthCode.INVALID_CLIENT, "Invalid client or client credentials.", **detail
        )


class DeviceDeniedError(OAuthError):
    """The user has refused the device, and its program is told so where it asks for tokens.

    Spec: RFC 8628 §3.5.
    """

    def __init__(self, **detail: str) -> None:
        super().__init__(OAuthCode.ACCESS_DENIED, "The user has refused the device.", **detail)


class RetryLaterError(ProtocolError):
    """The server cannot answer now, and says when to ask again (seconds)."""

    def __init__(self, description: str, *, retry_after_seconds: int, **detail: str) -> None:
        super().__init__(OAuthCode.TEMPORARILY_UNAVAILABLE, description, **detail)
        self.retry_after_seconds = retry_after_seconds


class UnavailableError(RetryLaterError):
    """Something the answer needs (store, pool) is down or full: 503 on every wire."""


class TooManyAttemptsError(RetryLaterError):
    """A limiter refused: 429 on every wire."""
