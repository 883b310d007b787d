"""Verifiers of the SDK that trust played issuers."""

from typing import Any

import pytest

from ostiary_client.errors import InvalidTokenError
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.verifier import TokenVerifier
from tests.support.played_issuer import AUDIENCE, Clock, PlayedIssuer


def verifier_of(*issuers: PlayedIssuer, now: Clock | None = None, **options: Any) -> TokenVerifier:
    trusted = [TrustedIssuer(i.url, **{"audience": AUDIENCE, **options}) for i in issuers]
    return TokenVerifier(*trusted, now=now or Clock())


def refused(verifier: TokenVerifier, token: str) -> str:
    """Return in which words a token is refused."""
    with pytest.raises(InvalidTokenError) as refusal:
        verifier.verify(token)
    return refusal.value.problem
