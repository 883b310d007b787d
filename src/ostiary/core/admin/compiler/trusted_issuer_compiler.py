"""Trusted issuers compiled from their documents."""

from collections.abc import Mapping

from ostiary.core.admin.bodies import ClientBody, JWKSBody, TrustedIssuerBody
from ostiary.core.admin.contents import ConfigurationBrokenError, Contents, describe, select
from ostiary.core.crypto.keys import VerificationKey
from ostiary.core.model.trusted_issuer import TrustedIssuer
from ostiary.core.ports.configuration import DocumentId


def compile_trusted_issuers(documents: Contents) -> Mapping[str, TrustedIssuer]:
    """Return the trusted issuers of one environment by what they call themselves.

    Args: documents are those of this environment only.
    Raises: ConfigurationBrokenError.
    """
    known = {place.key for place, _ in select(documents, ClientBody)}
    found: dict[str, TrustedIssuer] = {}
    for place, body in select(documents, TrustedIssuerBody):
        for name in body.clients:
            if name not in known:
                raise ConfigurationBrokenError(f"{describe(place)}: client {name} does not exist")
        issuer = _compile(place, body)
        if found.setdefault(body.issuer, issuer) is not issuer:
            raise ConfigurationBrokenError(f"{describe(place)}: its issuer is taken")
    return found


def _compile(place: DocumentId, body: TrustedIssuerBody) -> TrustedIssuer:
    try:
        keys = () if body.jwks is None else _read_keys(body.jwks)
    except ValueError as error:
        raise ConfigurationBrokenError(f"{describe(place)}: {error}") from error
    return TrustedIssuer(
        key=place.key,
        issuer=body.issuer,
        keys=keys,
        jwks_url=body.jwks_url,
        algorithms=frozenset(body.algorithms),
        audiences=frozenset(body.audiences),
        scopes=frozenset(body.scopes),
        subject=body.subject,
        subject_claim=body.subject_claim,
        clients=frozenset(body.clients),
        max_lifetime_seconds=body.max_lifetime_minutes * 60.0,
    )


def _read_keys(jwks: JWKSBody) -> tuple[VerificationKey, ...]:
    # Few environments trust anybody else, and the parser is heavier than all the rest of this.
    from ostiary.core.crypto.jwk_sets import parse_public_keys  # noqa: PLC0415 - as above

    return parse_public_keys(jwks.keys)
