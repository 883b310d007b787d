"""One environment compiled from its documents: every reference resolved, every key opened."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from ostiary.core.admin.bodies import (
    ClientAuthorityBody,
    ClientBody,
    EnvironmentBody,
    LockoutBody,
    PasswordPolicyBody,
    ResourceBody,
    ServerBody,
    SigningKeyBody,
    ThemeBody,
    TokenManagerBody,
    own_key_set,
)
from ostiary.core.admin.compiler.client_compiler import ClientCompiler
from ostiary.core.admin.compiler.directory_compiler import compile_directories, compile_order
from ostiary.core.admin.compiler.key_opener import build_key_sets
from ostiary.core.admin.compiler.reference_compiler import (
    check_policies,
    compile_reference_adapters,
)
from ostiary.core.admin.compiler.signon_compiler import SignOnCompiler
from ostiary.core.admin.compiler.theme_compiler import compile_theme
from ostiary.core.admin.compiler.trusted_issuer_compiler import compile_trusted_issuers
from ostiary.core.admin.contents import ConfigurationBrokenError, Contents, describe, select
from ostiary.core.admin.keys.installation_keys import open_digester, open_sealer
from ostiary.core.base.hosts import host_of
from ostiary.core.base.ids import ClientId, EnvironmentId, TokenManagerId, stable_uuid
from ostiary.core.crypto.certificate_authorities import CertificateAuthorities
from ostiary.core.crypto.keys import KeySet
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.faces import FACES
from ostiary.core.model.password_policy import LockoutPolicy, PasswordPolicy
from ostiary.core.model.resource import Resource
from ostiary.core.model.theme import Theme
from ostiary.core.model.token_manager import TokenKind, TokenManager


@dataclass(frozen=True, slots=True)
class EnvironmentCompiler:
    """Compiles one environment.

    Args:
        documents: those of this environment only.
        is_default: it also answers on hosts that no environment claims.
    """

    key: str
    body: EnvironmentBody
    documents: Contents
    server: ServerBody
    sealer: Sealer
    now: float
    is_default: bool

    def compile(self) -> Environment:
        """Return the environment.

        Raises: ConfigurationBrokenError, SealBrokenError, KeyRefusedError.
        """
        base_url = self.body.base_url or self.server.public_url
        key_sets = build_key_sets(select(self.documents, SigningKeyBody), self.sealer)
        managers = self._token_managers(key_sets)
        signon = SignOnCompiler(self.key, self.body, self.documents, base_url)
        adapters = compile_reference_adapters(self.documents, managers)
        steps = signon.steps(adapters)
        policies = signon.policies(steps)
        check_policies(adapters.values(), policies)
        applications = signon.applications()
        directories = compile_directories(self.documents, self.sealer)
        return Environment(
            id=EnvironmentId(self.body.id),
            key=self.key,
            name=self.body.name or self.key,
            face=self.body.face,
            organization_id=self.body.organization_id,
            base_url=base_url,
            issuer=_issuer(self.body, base_url),
            endpoint_bases=self._endpoint_bases(base_url),
            scopes=frozenset(self.body.scopes),
            clients=self._clients(
                ClientCompiler(managers, policies, applications, key_sets, self.sealer)
            ),
            token_managers=managers,
            resources=self._resources(),
            key_sets=key_sets,
            client_secrets=open_digester(self.documents, self.sealer, self.key),
            secrets=open_sealer(self.documents, self.sealer, self.key),
            allowed_origins=frozenset(self.body.allowed_origins),
            lockout=_lockout(self.body.lockout),
            passwords=_password_policy(self.body.password_policy),
            scope_descriptions=self.body.scopes,
            sessions=signon.sessions(applications),
            steps=steps,
            policies=policies,
            default_policy=signon.default_policy(policies),
            subject=self.body.subject,
            scope_claims=self.body.scope_claims,
            claim_attributes=self.body.claim_attributes,
            code_lifetime_seconds=self.body.code_seconds,
            flow_lifetime_seconds=self.body.flow_minutes * 60,
            applications=applications,
            default_application=signon.default_application(applications),
            traits=FACES[self.body.face].find_traits(self.body.id, self.body.organization_id),
            management_audience=self.body.management_audience,
            mail_sender=self.body.mail_sender or "",
            passkey_domain=self.body.passkey_domain,
            mutual_tls_url=_mutual_tls_url(base_url, self.server.mutual_tls_url),
            errors_url=self.server.errors_url,
            client_authorities=self._client_authorities(),
            reference_adapters=adapters,
            trusted_issuers=compile_trusted_issuers(self.documents),
            directories=directories,
            directory_order=compile_order(self.body.directory_order, directories),
            theme=self._theme(),
        )

    def _client_authorities(self) -> CertificateAuthorities:
        bodies = select(self.documents, ClientAuthorityBody)
        return CertificateAuthorities.parse(body.pem for _, body in bodies)

    def _theme(self) -> Theme | None:
        for _, body in select(self.documents, ThemeBody):
            return compile_theme(body, self.body.name or self.key)
        return None

    def _token_managers(self, key_sets: dict[str, KeySet]) -> dict[TokenManagerId, TokenManager]:
        managers: dict[TokenManagerId, TokenManager] = {}
        for place, body in select(self.documents, TokenManagerBody):
            managers[TokenManagerId(place.key)] = manager = _token_manager(place.key, body)
            if manager.kind is TokenKind.JWT:
                _check_can_sign(key_sets, manager, self.now)
        return managers

    def _clients(self, compiler: ClientCompiler) -> dict[ClientId, Client]:
        clients: dict[ClientId, Client] = {}
        for place, body in select(self.documents, ClientBody):
            try:
                client = compiler.compile(place, body)
            except (ValueError, ConfigurationBrokenError) as error:
                raise ConfigurationBrokenError(f"{describe(place)}: {error}") from error
            if clients.setdefault(client.client_id, client) is not client:
                raise ConfigurationBrokenError(f"{describe(place)}: its client_id is taken")
        return clients

    def _resources(self) -> tuple[Resource, ...]:
        return tuple(
            Resource(
                id=stable_uuid(self.key, "resource", place.key),
                key=place.key,
                audience=body.audience,
                scopes=frozenset(body.scopes),
            )
            for place, body in select(self.documents, ResourceBody)
        )

    def _endpoint_bases(self, base_url: str) -> tuple[str, ...]:
        """Return the base URLs under which a request reaches this environment.

        PingOne's paths name it on any host; PingFederate's do so on its own hosts, and the
        default one's on the server's too.
        """
        bases = [base_url, *(_same_port(base_url, host) for host in self.body.hosts)]
        if self.is_default or self.body.face is Face.PINGONE:
            public_url = self.server.public_url
            bases.append(public_url)
            bases += (_same_port(public_url, host) for host in self.server.hosts)
        return tuple(dict.fromkeys(bases))


def _same_port(url: str, host: str) -> str:
    return url.replace(f"://{host_of(url)}", f"://{host}", 1)


def _lockout(body: LockoutBody) -> LockoutPolicy:
    return LockoutPolicy(
        failures=body.failures,
        lock_seconds=tuple(minutes * 60.0 for minutes in body.lock_minutes),
        ceiling=body.ceiling,
        forget_seconds=body.forget_hours * 3600.0,
        spray_users=body.spray_users,
        spray_seconds=body.spray_minutes * 60.0,
    )


def _password_policy(body: PasswordPolicyBody) -> PasswordPolicy:
    days = body.max_age_days
    return PasswordPolicy(
        min_characters=body.min_characters,
        max_age_seconds=None if days is None else days * 86_400.0,
        min_of=body.min_of,
        max_repeated=body.max_repeated,
        min_unique=body.min_unique,
        excludes_profile=body.excludes_profile,
        excludes_similar=body.excludes_similar,
        excludes_common=body.excludes_common,
        history=body.history,
    )


def _mutual_tls_url(base_url: str, server_url: str | None) -> str | None:
    if server_url is None:
        return None
    own, shared = urlsplit(base_url), urlsplit(server_url)
    port = "" if shared.port is None else f":{shared.port}"
    return f"{shared.scheme}://{host_of(base_url)}{port}{own.path}"


def _issuer(body: EnvironmentBody, base_url: str) -> str:
    return f"{base_url}/{body.id}/as" if body.face is Face.PINGONE else base_url


def _check_can_sign(key_sets: dict[str, KeySet], manager: TokenManager, now: float) -> None:
    try:
        key_sets[manager.key_set].signing_key(manager.algorithm, now)
    except LookupError as error:
        raise ConfigurationBrokenError(
            f"token manager {manager.id}: key set {manager.key_set} has no {manager.algorithm} key"
        ) from error


def _token_manager(key: str, body: TokenManagerBody) -> TokenManager:
    return TokenManager(
        id=TokenManagerId(key),
        kind=body.kind,
        style=body.style,
        lifetime_seconds=body.lifetime_seconds,
        algorithm=body.algorithm,
        key_set=own_key_set(key),
        jwks_path=body.jwks_path,
        scope_format=body.scope_format,
        client_claim=body.client_claim,
        scope_claim=body.scope_claim,
        grant_claim=body.grant_claim,
        jti_bytes=body.jti_bytes,
        manager_header=body.manager_header,
        authorization_details=body.authorization_details,
        legacy_claims=body.legacy_claims,
        attributes=body.attributes,
        user_attributes=body.user_attributes,
        resources=body.resources,
        audiences=body.audiences,
        selector=body.selector,
        length=body.length,
    )
