"""Checking a token for `ostiary decode --verify`, with the issuer's published keys."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ostiary_client.errors import ConfigurationError, InvalidTokenError
from ostiary_client.profiles import load_profile
from ostiary_client.verification.refusals import NO_SUCH_KEY
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.verifier import TokenVerifier

_ELSEWHERE = (
    "PingFederate's token managers publish theirs elsewhere:   --jwks-uri https://.../ext/PATH"
)


def find_refusal(  # noqa: PLR0913 - what the command's options say
    token: str,
    header: Mapping[str, Any],
    issuer: str,
    *,
    audience: str | None,
    jwks_uri: str | None,
    ca_file: Path | None,
) -> InvalidTokenError | None:
    """Return why a token is not to be believed, or None.

    Args: header is the token's own; audience is whom it has to be meant for, and None leaves that
        open.
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
        if reason.startswith(NO_SUCH_KEY):
            return _of_no_known_key(header, jwks_uri, reason.removeprefix(NO_SUCH_KEY).strip("; "))
        return InvalidTokenError(error.problem, remedy=reason)
    return None


def find_ca_file(issuer: str, profile: str | None) -> Path | None:
    """Return the authorities that a profile believes in for this issuer, if it is its server.

    Args: profile is None for the one that counts by default; no harm is done if that is broken.
    Raises: ConfigurationError for a profile that was named.
    """
    with suppress(*(() if profile else (ConfigurationError,))):
        # What a profile says of another server than this is left out.
        return load_profile(profile, overrides={"base_url": issuer}, with_credentials=False).ca_file
    return None


def _of_no_known_key(
    header: Mapping[str, Any], jwks_uri: str | None, passed_over: str
) -> InvalidTokenError:
    """Say that no key was there to judge by: the token may well be genuine."""
    where = f"the keys at {jwks_uri}" if jwks_uri else "the issuer's published keys"
    algorithm = f"(for {header.get('alg')})"
    kid = header.get("kid")
    lacks = "may be this token's" if kid is None else f"has the id {kid}"
    return InvalidTokenError(
        f"None of {where} {lacks} {algorithm}",
        remedy=passed_over or ("" if jwks_uri else _ELSEWHERE),
    )
