"""An environment: one tenant with its issuer, clients, token managers and keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ostiary.core.base.ids import ClientId, EnvironmentId, KeyId, TokenManagerId
from ostiary.core.crypto.certificate_authorities import CertificateAuthorities
from ostiary.core.crypto.keys import KeySet, SigningKey
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.crypto.secret_digests import SecretDigester
from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.model.client import Client
from ostiary.core.model.device_request import DEVICE_GRANT
from ostiary.core.model.ldap_directory import LOCAL, LDAPDirectory
from ostiary.core.model.own_pages import OWN_PAGES, make_own_pages
from ostiary.core.model.password_policy import LockoutPolicy, PasswordPolicy
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.model.receivers import make_receivers
from ostiary.core.model.reference_adapter import ReferenceAdapter
from ostiary.core.model.resource import Resource
from ostiary.core.model.session import SessionPolicy
from ostiary.core.model.theme import Theme
from ostiary.core.model.token_manager import TokenManager
from ostiary.core.model.traits import Traits
from ostiary.core.model.trusted_issuer import TrustedIssuer

ENVIRONMENT_KEYS = "environment"
"""Name of the key set that every environment has, for what is no access token."""


class Face(StrEnum):
    """Which vendor's wire an environment answers on."""

    PINGFEDERATE = "pingfederate"
    PINGONE = "pingone"


class SubjectKind(StrEnum):
    """What `sub` says of a user. Spec: OpenID Connect Core §2 (never given to a second user)."""

    ID = "id"
    USERNAME = "username"
    """As PingFederate's usual contracts have it; whoever gives a username again must know."""


STANDARD_STEP = StepInstance("form", "username_password")
STANDARD_POLICY = Policy("default", StepNode("form"))


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Environment:
    """One tenant, compiled whole from the configuration and never changed afterwards.

    Args:
        base_url: public, without a trailing slash; every absolute link starts with it.
        endpoint_bases: every base URL under which this environment's endpoints may be addressed
            (assertion audiences).
        clients: by `client_id`.
        client_secrets: digests and compares secrets under this environment's own key.
        secrets: seals what users of this environment have in the store.
        allowed_origins: browser origins that may call its endpoints.
        lockout: when failed attempts lock a user.
        passwords: what a new password must be.
        scope_descriptions: what a scope allows, in plain words, by its name.
        steps: configured authentication steps by key.
        policies: authentication policies by key; `default_policy` is one of them.
        scope_claims: which claims a scope asks for, beside the standard's own.
        claim_attributes: which user attribute fills a claim, where the names differ.
        applications: programs that show the authentication API's flows to people.
        default_application: where a browser is sent to sign on, instead of our own pages.
        passkey_domain: what passkeys are bound to; None for the host of `base_url`.
        mail_sender: whom its mail is from; "" for the server's own sender.
        mutual_tls_url: like `base_url`, of the listener that asks for certificates; None for none.
        errors_url: as of the whole installation: where refusals are explained; None for nowhere.
        client_authorities: whose certificates say who a program is that calls with one.
        reference_adapters: where applications hand attributes over, by key.
        trusted_issuers: whose tokens are taken beside its own, by `iss`.
        directories: of users that are kept elsewhere, by key.
        directory_order: keys of the directories that are asked for a name, the store's among them;
            the first that knows it has the user.
        theme: what its pages look like; None for what they look like everywhere.
        traits: what it does otherwise for the sake of clients that expect it so.
        management_audience: `aud` of tokens that open its management API, and of those in the
            style of its face that are for nothing else; None for none.
    """

    id: EnvironmentId
    key: str
    name: str
    face: Face
    organization_id: str
    base_url: str
    issuer: str
    endpoint_bases: tuple[str, ...]
    scopes: frozenset[str]
    clients: Mapping[ClientId, Client] = field(repr=False)
    token_managers: Mapping[TokenManagerId, TokenManager] = field(repr=False)
    resources: tuple[Resource, ...] = field(repr=False)
    key_sets: Mapping[str, KeySet] = field(repr=False)
    client_secrets: SecretDigester = field(repr=False)
    secrets: Sealer = field(repr=False)
    allowed_origins: frozenset[str] = frozenset()
    lockout: LockoutPolicy = field(default=LockoutPolicy())
    passwords: PasswordPolicy = field(default=PasswordPolicy())
    scope_descriptions: Mapping[str, str] = field(default_factory=dict)
    sessions: SessionPolicy = field(default=SessionPolicy())
    steps: Mapping[str, StepInstance] = field(default_factory=lambda: {"form": STANDARD_STEP})
    policies: Mapping[str, Policy] = field(default_factory=lambda: {"default": STANDARD_POLICY})
    default_policy: str = "default"
    subject: SubjectKind = SubjectKind.ID
    scope_claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    claim_attributes: Mapping[str, str] = field(default_factory=dict)
    code_lifetime_seconds: int = 60
    flow_lifetime_seconds: int = 900
    applications: tuple[AuthenticationApplication, ...] = ()
    default_application: AuthenticationApplication | None = None
    mail_sender: str = ""
    passkey_domain: str | None = None
    mutual_tls_url: str | None = None
    errors_url: str | None = None
    client_authorities: CertificateAuthorities = field(default=CertificateAuthorities(), repr=False)
    reference_adapters: Mapping[str, ReferenceAdapter] = field(default_factory=dict, repr=False)
    trusted_issuers: Mapping[str, TrustedIssuer] = field(default_factory=dict, repr=False)
    directories: Mapping[str, LDAPDirectory] = field(default_factory=dict, repr=False)
    directory_order: tuple[str, ...] = (LOCAL,)
    theme: Theme | None = field(default=None, repr=False)
    traits: Traits = field(default=Traits())
    management_audience: str | None = None
    own_pages: Client = field(init=False, repr=False)
    """As what people sign on for a page of ours; it is not among `clients`."""
    receivers: Mapping[ClientId, Client] = field(init=False, repr=False)
    """Applications that are handed attributes; not among `clients` either."""
    lets_devices_in: bool = field(init=False)
    """Whether there is any client without a browser."""

    def __post_init__(self) -> None:
        managers = tuple(self.token_managers)[:1]
        object.__setattr__(self, "own_pages", make_own_pages(self.clients.values(), managers))
        receivers = make_receivers(self.reference_adapters.values(), managers)
        object.__setattr__(self, "receivers", receivers)
        has_any = any(DEVICE_GRANT in client.grant_types for client in self.clients.values())
        object.__setattr__(self, "lets_devices_in", has_any)

    def at_mutual_tls(self, url: str) -> str:
        """Return one of its own URLs as it is where certificates are asked for."""
        return f"{self.mutual_tls_url}{url.removeprefix(self.base_url)}"

    def find_requester(self, client_id: ClientId) -> Client | None:
        """Return whom a flow is for: a client, our own pages, or a receiver."""
        found = self.clients.get(client_id)
        if found is not None:
            return found
        return self.own_pages if client_id == OWN_PAGES else self.receivers.get(client_id)

    def find_key(self, kid: KeyId) -> tuple[SigningKey, str] | None:
        """Return the key of that id and the name of its set, or None."""
        for key_set in self.key_sets.values():
            for key in key_set.keys:
                if key.kid == kid:
                    return key, key_set.name
        return None

    def published_keys(self, jwks_path: str | None, now: float) -> tuple[SigningKey, ...] | None:
        """Return the keys published at one manager's path, or (None) with the environment's own.

        Returns None when no manager publishes at `jwks_path`.
        """
        names = [
            manager.key_set
            for manager in self.token_managers.values()
            if manager.jwks_path == jwks_path and manager.key_set in self.key_sets
        ]
        if jwks_path is None:
            names.insert(0, ENVIRONMENT_KEYS)
        if not names:
            return None
        return tuple(key for name in names for key in self.key_sets[name].published(now))

    def resources_of(self, scopes: frozenset[str]) -> tuple[Resource, ...]:
        """Return the resources that own any of `scopes`, in configured order."""
        return tuple(resource for resource in self.resources if resource.scopes & scopes)
