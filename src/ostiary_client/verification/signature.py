"""The signature of a token: by an algorithm that is allowed, and by a key of the issuer."""

from ostiary_client.printable import printable
from ostiary_client.verification import algorithms, refusals
from ostiary_client.verification.key_source import KeySource
from ostiary_client.verification.reading.unverified import UnverifiedJWT
from ostiary_client.verification.trusted_issuer import TrustedIssuer


def check_signature(jwt: UnverifiedJWT, issuer: TrustedIssuer, keys: KeySource) -> None:
    """Refuse a token that no key of its issuer has signed.

    Spec: RFC 8725 §3.1; RFC 7515 §5.2.
    Raises: InvalidTokenError; KeysUnavailableError when the keys are not known.
    """
    if jwt.algorithm not in issuer.algorithms:
        raise refusals.forged(f"signed with {printable(jwt.algorithm)}, which is not allowed")
    candidates = keys.keys_for(jwt.kid, jwt.algorithm)
    if not candidates:
        raise refusals.forged("; ".join((refusals.NO_SUCH_KEY, *keys.passed_over())))
    if not any(
        algorithms.holds(
            key.public_key, jwt.algorithm, signature=jwt.signature, data=jwt.signing_input
        )
        for key in candidates
    ):
        raise refusals.forged("the signature does not hold")
