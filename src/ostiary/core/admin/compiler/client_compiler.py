"""One client compiled from its document."""

from collections.abc import Mapping
from dataclasses import dataclass

from ostiary.core.admin.bodies import (
    ClientBody,
    DeviceBody,
    ExchangeBody,
    RefreshBody,
    SecretBody,
    client_uuid,
    seal_context,
)
from ostiary.core.admin.contents import ConfigurationBrokenError
from ostiary.core.base import b64
from ostiary.core.base.ids import ClientId, TokenManagerId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.certificate_authorities import CertificateAuthorities
from ostiary.core.crypto.client_certificates import thumbprint
from ostiary.core.crypto.distinguished_names import parse_name
from ostiary.core.crypto.keys import Algorithm, KeySet, VerificationKey
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.crypto.secret_digests import SecretDigest
from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.model.client import (
    AuthMethod,
    CertificateSubject,
    Client,
    DevicePolicy,
    ReadableSecret,
    RefreshPolicy,
)
from ostiary.core.model.environment import ENVIRONMENT_KEYS
from ostiary.core.model.logout import LogoutURIs
from ostiary.core.model.permission import Permission, permissions_of
from ostiary.core.model.policy import Policy
from ostiary.core.model.token_exchange import ExchangePolicy
from ostiary.core.model.token_manager import TokenManager
from ostiary.core.ports.configuration import DocumentId


@dataclass(frozen=True, slots=True)
class ClientCompiler:
    """Compiles the clients of one environment."""

    token_managers: Mapping[TokenManagerId, TokenManager]
    policies: Mapping[str, Policy]
    applications: tuple[AuthenticationApplication, ...]
    key_sets: Mapping[str, KeySet]
    sealer: Sealer

    def compile(self, place: DocumentId, body: ClientBody) -> Client:
        """Return the client of a document.

        Raises: ConfigurationBrokenError, SealBrokenError, KeyRefusedError.
        """
        return Client(
            id=client_uuid(place.environment, place.key),
            key=place.key,
            client_id=ClientId(body.client_id),
            name=body.name or place.key,
            enabled=body.enabled,
            auth_methods=frozenset(body.auth_methods),
            grant_types=frozenset(body.grant_types),
            scopes=frozenset(body.scopes),
            default_scopes=ScopeSet.of(body.default_scopes),
            token_managers=self._managers(body),
            secrets=tuple(_digest(secret) for _, secret in _secrets(body)),
            readable_secrets=self._readable_secrets(place, body),
            jwks=_read_jwks(body),
            certificate_subject=_subject(body),
            certificate_thumbprints=_thumbprints(body),
            binds_tokens=body.certificate_bound_tokens,
            may_introspect=body.may_introspect,
            issuer_audience_only=body.issuer_audience_only,
            redirect_uris=body.redirect_uris,
            post_logout_redirect_uris=body.post_logout_redirect_uris,
            logout=_logout(body),
            response_types=frozenset(body.response_types or ()),
            response_modes=frozenset(body.response_modes),
            pkce=body.pkce,
            refresh=_refresh(body.refresh),
            device=_device(body.device),
            is_redirectless=body.allow_redirectless,
            is_cookieless=body.cookieless,
            bypasses_approval=body.bypass_approval,
            sends_issuer=body.send_issuer,
            policy=self._policy(body.policy),
            policies=tuple(key for key in map(self._policy, body.policies) if key),
            application=self._application(body),
            ends_sessions=body.idp_signoff,
            id_token_algorithm=self._algorithm(body.id_token_algorithm),
            id_token_lifetime_seconds=body.id_token_lifetime_minutes * 60,
            userinfo_algorithm=self._algorithm(body.userinfo_algorithm),
            puts_claims_in_id_token=body.claims_in_id_token,
            exchanges=_exchanges(body.token_exchange),
            brings_passwords_unproved=body.password_without_proof,
            allows_authorization_alias=body.authorization_alias,
            logo_uri=body.logo_uri,
            policy_uri=body.policy_uri,
            tos_uri=body.tos_uri,
            type=body.type,
            permissions=_permissions(body),
            managed_populations=frozenset(body.managed_populations) or None,
        )

    def _managers(self, body: ClientBody) -> tuple[TokenManagerId, ...]:
        ids = tuple(TokenManagerId(key) for key in body.token_managers)
        for id_ in ids:
            if id_ not in self.token_managers:
                raise ConfigurationBrokenError(f"token manager {id_} does not exist")
        if not ids:
            raise ConfigurationBrokenError("no token manager is open to it")
        return ids

    def _policy(self, key: str | None) -> str | None:
        if key is not None and key not in self.policies:
            raise ConfigurationBrokenError(f"policy {key} does not exist")
        return key

    def _application(self, body: ClientBody) -> AuthenticationApplication | None:
        chosen = body.authentication_application
        found = next((each for each in self.applications if each.key == chosen), None)
        if chosen is not None and found is None:
            raise ConfigurationBrokenError(f"authentication application {chosen} does not exist")
        return found

    def _algorithm(self, algorithm: Algorithm | None) -> Algorithm | None:
        """Return an algorithm for which the environment has a key of its own."""
        if algorithm is None:
            return None
        if algorithm not in {key.algorithm for key in self.key_sets[ENVIRONMENT_KEYS].keys}:
            raise ConfigurationBrokenError(f"the environment has no {algorithm} key")
        return algorithm

    def _readable_secrets(self, place: DocumentId, body: ClientBody) -> tuple[ReadableSecret, ...]:
        """Open the secrets that a method computes with."""
        if AuthMethod.CLIENT_SECRET_JWT not in body.auth_methods:
            return ()
        return tuple(
            ReadableSecret(self._open(secret.sealed, seal_context(place, field)), secret.expires_at)
            for field, secret in _secrets(body)
            if secret.sealed is not None
        )

    def _open(self, sealed: str, context: str) -> Secret[str]:
        return Secret(self.sealer.open(sealed, context=context).decode())


def _subject(body: ClientBody) -> CertificateSubject | None:
    certificate = body.client_certificate
    if certificate is None or certificate.own:
        return None
    name = certificate.subject_dn
    return CertificateSubject(
        name=None if name is None else parse_name(name),
        dns=certificate.san_dns,
        uri=certificate.san_uri,
        ip=certificate.san_ip,
        mail=certificate.san_email,
    )


def _thumbprints(body: ClientBody) -> frozenset[str]:
    own = body.client_certificate.own if body.client_certificate else ()
    return frozenset(map(thumbprint, CertificateAuthorities.parse(own).dump()))


def _permissions(body: ClientBody) -> frozenset[Permission]:
    try:
        return permissions_of(body.roles)
    except KeyError as error:
        raise ConfigurationBrokenError(f"role {error.args[0]} does not exist") from error


def _exchanges(body: ExchangeBody) -> ExchangePolicy:
    return ExchangePolicy(
        clients=frozenset(body.clients),
        issuers=frozenset(body.issuers),
        audiences=frozenset(body.audiences),
        impersonates=body.impersonation,
    )


def _refresh(body: RefreshBody) -> RefreshPolicy:
    return RefreshPolicy(
        is_rolling=body.rolling,
        grace_seconds=float(body.grace_seconds),
        idle_seconds=body.idle_days * 86_400.0,
        lifetime_seconds=body.lifetime_days * 86_400.0,
    )


def _device(body: DeviceBody) -> DevicePolicy:
    return DevicePolicy(
        lifetime_seconds=body.lifetime_seconds,
        interval_seconds=body.interval_seconds,
        is_open=body.without_authentication,
        needs_fresh_sign_on=body.fresh_sign_on,
    )


def _logout(body: ClientBody) -> LogoutURIs:
    return LogoutURIs(
        backchannel=body.backchannel_logout_uri,
        names_session_in_back=body.backchannel_logout_session_required,
        frontchannel=body.frontchannel_logout_uri,
        names_session_in_front=body.frontchannel_logout_session_required,
    )


def _secrets(body: ClientBody) -> tuple[tuple[str, SecretBody], ...]:
    both = (("secret", body.secret), ("previous_secret", body.previous_secret))
    return tuple((field, secret) for field, secret in both if secret is not None)


def _digest(secret: SecretBody) -> SecretDigest:
    return SecretDigest(secret.kind, b64.decode(secret.digest), secret.expires_at)


def _read_jwks(body: ClientBody) -> tuple[VerificationKey, ...]:
    if body.jwks is None:
        return ()
    # Few clients have keys, and their parser is heavier than all the rest of this.
    from ostiary.core.crypto.jwk_sets import parse_public_keys  # noqa: PLC0415 - as above

    return parse_public_keys(body.jwks.keys)
