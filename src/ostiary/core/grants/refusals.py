"""How grants refuse: the same words to everybody, and the reason for the event log."""

from ostiary.core.base.errors import OAuthCode, OAuthError


def invalid_grant(reason: str) -> OAuthError:
    """Refuse a code or a refresh token, whatever is wrong with it.

    Spec: RFC 6749 §5.2.
    """
    return OAuthError(
        OAuthCode.INVALID_GRANT,
        "The grant is invalid, expired or was used before.",
        reason=reason,
    )
