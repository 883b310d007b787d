"""An issuer whose tokens an API believes, and under which conditions."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ostiary_client.errors import ConfigurationError
from ostiary_client.options import Identity, as_secret
from ostiary_client.protocol.metadata import Metadata, check_scheme, origin_of
from ostiary_client.secret import Secret
from ostiary_client.transport_options import Cert
from ostiary_client.verification.algorithms import ALGORITHMS

LONGEST_CACHE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Introspector:
    """How to ask an issuer about tokens; what a token says of itself is not needed then.

    client_id, client_secret: the API's own, as they are registered at the issuer.
    private_key, key_id, algorithm, auth_method, cert: as `ClientOptions` has them.
    jwts_too: ask about JWTs as well, which finds out revoked ones at once; else only about others.
    cache_seconds: for how long a good answer is believed, though never beyond the token's end.
    metadata: the endpoints themselves; nothing is discovered then.
    """

    client_id: str
    client_secret: str | Secret | None = field(default=None, repr=False)
    private_key: str | Secret | None = field(default=None, repr=False)
    key_id: str | None = None
    algorithm: str | None = None
    auth_method: str | None = None
    jwts_too: bool = False
    cache_seconds: float = 0.0
    metadata: Metadata | None = None
    cert: Cert | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        if not 0 <= self.cache_seconds <= LONGEST_CACHE_SECONDS:
            raise ConfigurationError(
                f"cache_seconds is between 0 and {LONGEST_CACHE_SECONDS:.0f}",
                remedy="A token that is revoked in between is believed for so long",
            )
        _ = self.identity

    @property
    def identity(self) -> Identity:
        """Who asks."""
        return Identity(
            self.client_id,
            as_secret(self.client_secret),
            as_secret(self.private_key),
            self.key_id,
            self.algorithm,
            self.auth_method,
            has_certificate=self.cert is not None,
        )


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer, spelled exactly as its tokens do, and what its tokens must be like.

        from ostiary_client import TrustedIssuer

        TrustedIssuer("https://auth.pingone.eu/…/as", audience="https://orders.example")

    audience: what the API is called in `aud`; one of several will do. None switches the check off,
        for token managers of PingFederate that write no `aud`: then every token of the issuer is
        good here, whichever API it was meant for.
    jwks_uri: where its keys are, at one address or several; found in its metadata when left out.
        PingFederate's token managers have key sets of their own, such as `/ext/oauth/jwks`, that
        the metadata does not name.
    base_url: where its metadata is, when that is not the issuer itself.
    algorithms: those that it signs with, if fewer than all safe ones.
    issuer_claim_optional: believe tokens that name no issuer when its keys signed them, for token
        managers of PingFederate that write no `iss`. One issuer at most may have this.
    accept_id_token: take ID tokens for `client_id` as well, although they are not made for APIs.
    client_id: the application whose ID tokens and logout tokens are verified.
    logout_type_optional: take logout tokens whose header has no `typ` of theirs, by their claims.
    introspection: ask the issuer about tokens that are no JWT, or about all.
    trusted_origins: other hosts than the issuer's that may be sent the credentials.
    insecure_http: allow http:// to other machines than this one.
    """

    issuer: str
    audience: str | Sequence[str] | None = field(kw_only=True)
    jwks_uri: str | Sequence[str] | None = field(default=None, kw_only=True)
    base_url: str | None = field(default=None, kw_only=True)
    algorithms: frozenset[str] = field(default=frozenset(ALGORITHMS), kw_only=True, repr=False)
    issuer_claim_optional: bool = field(default=False, kw_only=True)
    accept_id_token: bool = field(default=False, kw_only=True)
    client_id: str | None = field(default=None, kw_only=True)
    logout_type_optional: bool = field(default=False, kw_only=True)
    introspection: Introspector | None = field(default=None, kw_only=True)
    trusted_origins: tuple[str, ...] = field(default=(), kw_only=True)
    insecure_http: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        """Refuse what cannot work, or would believe more than is meant."""
        for url in self.jwks_uris or (self.base_url or self.issuer,):
            origin_of(url)
            check_scheme(url, insecure_http=self.insecure_http)
        self._check_audience()
        if not self.algorithms or not self.algorithms <= ALGORITHMS.keys():
            unknown = sorted(self.algorithms - ALGORITHMS.keys())
            raise ConfigurationError(
                f"Signatures by {' and '.join(unknown) or 'no algorithm'} cannot be checked",
                remedy=f"There are {', '.join(ALGORITHMS)}",
            )
        if self.accept_id_token and not self.client_id:
            raise ConfigurationError(
                "ID tokens are for one application, which has to be named",
                remedy="Give client_id=… beside accept_id_token=True",
            )

    @property
    def jwks_uris(self) -> tuple[str, ...]:
        """Where its keys are; nothing when the metadata has to say."""
        if isinstance(self.jwks_uri, str):
            return (self.jwks_uri,)
        return tuple(self.jwks_uri or ())

    @property
    def audiences(self) -> tuple[str, ...] | None:
        """The names of the API, of which a token must have one; None for no check."""
        if self.audience is None or isinstance(self.audience, str):
            return None if self.audience is None else (self.audience,)
        return tuple(self.audience)

    def _check_audience(self) -> None:
        if self.audiences is not None and not (self.audiences and all(self.audiences)):
            raise ConfigurationError(
                f"No audience is given for {self.issuer}",
                remedy="Give the name that its tokens have for this API, or None for no check",
            )
