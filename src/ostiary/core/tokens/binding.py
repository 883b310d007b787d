"""Access tokens that are good with one certificate only: who gets such, and who holds it.

Decided here for all grants, and asked here wherever an access token opens something.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.crypto.client_certificates import ClientCertificate
from ostiary.core.formats.jwt import InvalidClaimsError
from ostiary.core.model.authorization import Authorization
from ostiary.core.model.token import AccessToken

CONFIRMATION = "cnf"
THUMBPRINT = "x5t#S256"


def check_certificate_shown(certificate: ClientCertificate | None) -> None:
    """Refuse a client whose tokens are bound, before anything is spent on what it cannot get.

    Spec: RFC 8705 §3.4.
    Raises: OAuthError invalid_request.
    """
    if certificate is None:
        raise OAuthError(
            OAuthCode.INVALID_REQUEST,
            "Tokens of this client are bound to its certificate: show it in the TLS handshake.",
        )


def bind(authorization: Authorization, certificate: ClientCertificate | None) -> Authorization:
    """Return the authorization for a token that is bound, if its client's are.

    A public client proves nothing else at a refresh, so it shows the certificate with which its
    grant began; any other client proves itself each time, and may have another one by now.

    Spec: RFC 8705 §3, §4.
    Raises: OAuthError invalid_grant.
    """
    shown = None if certificate is None else certificate.thumbprint
    refreshed = authorization.refreshed
    expected = None if refreshed is None else refreshed.grant.bound_to
    if expected is not None and shown != expected:
        raise OAuthError(
            OAuthCode.INVALID_GRANT,
            "The grant is invalid, expired or was used before.",
            reason="the refresh token is bound to another certificate",
        )
    if not authorization.client.binds_tokens:
        return authorization
    return replace(authorization, bound_to=shown)


def is_held_by(token: AccessToken, certificate: ClientCertificate | None) -> bool:
    """Tell whether a token is presented by whom it is good for; one that is not bound always is.

    Spec: RFC 8705 §3.
    """
    expected = token.bound_to
    return expected is None or (certificate is not None and certificate.thumbprint == expected)


def check_held(token: AccessToken, certificate: ClientCertificate | None) -> None:
    """Refuse a token that came without the certificate that it is bound to.

    Spec: RFC 8705 §3.
    Raises: OAuthError invalid_token.
    """
    if not is_held_by(token, certificate):
        raise OAuthError(
            OAuthCode.INVALID_TOKEN, "The access token is bound to a certificate that is not shown."
        )


def write_confirmation(bound_to: str) -> dict[str, str]:
    """Return the value of the claim `cnf`.

    Spec: RFC 8705 §3.1.
    """
    return {THUMBPRINT: bound_to}


def read_confirmation(claims: Mapping[str, Any]) -> str | None:
    """Return what the claims of one of our tokens bind it to, None where they do not.

    Spec: RFC 8705 §3.1.
    Raises: InvalidClaimsError for a binding that is not understood, and so cannot be checked.
    """
    confirmation = claims.get(CONFIRMATION)
    if confirmation is None:
        return None
    thumbprint = confirmation.get(THUMBPRINT) if isinstance(confirmation, dict) else None
    if not isinstance(thumbprint, str):
        raise InvalidClaimsError("cnf is no thumbprint of a certificate")
    return thumbprint
