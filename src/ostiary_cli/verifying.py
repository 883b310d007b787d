"""Checking a token for `ostiary decode --verify`, with the issuer's published keys."""

from pathlib import Path

from ostiary_client.errors import InvalidTokenError
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.verifier import TokenVerifier


def find_refusal(
    token: str, issuer: str, audience: str | None, jwks_uri: str | None, ca_file: Path | None
) -> InvalidTokenError | None:
    """Return why a token is not to be believed, or None.

    Args: audience is whom it has to be meant for; None leaves that open.
    Raises: IssuerUnavailableError; ConfigurationError.
    """
    # Token managers of PingFederate may write no `iss`; the keys are this issuer's all the same.
    trusted = TrustedIssuer(
        issuer, audience=audience, jwks_uri=jwks_uri, issuer_claim_optional=True
    )
    try:
        TokenVerifier(trusted, verify=ca_file or True).verify(token)
    except InvalidTokenError as error:
        # The reason is kept from strangers; whoever holds the token may know it.
        reason = error.remedy.removeprefix("For this log only: ")
        return InvalidTokenError(error.problem, remedy=reason)
    return None
