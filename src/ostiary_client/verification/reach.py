"""How issuers are reached: by one way for each certificate that one of them is shown."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ostiary_client.transport import ssl_context
from ostiary_client.transport_options import Cert, TransportOptions, Verify
from ostiary_client.verification.trusted_issuer import TrustedIssuer

Reach: TypeAlias = Mapping[Cert | None, TransportOptions]
"""None stands for no certificate: keys are fetched so, and whoever is asked with a secret."""


def reach_of(issuers: Sequence[TrustedIssuer], verify: Verify, timeout_seconds: float) -> Reach:
    """Return how to reach these issuers.

    Raises: ConfigurationError for authorities or certificates that cannot be read.
    """
    certs = {each.introspection.cert for each in issuers if each.introspection is not None}
    return {
        cert: TransportOptions(ssl_context(verify, cert), timeout_seconds)
        for cert in (None, *(certs - {None}))
    }
