"""What the environments of tests are made of: keys, token managers, clients, resources."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from ostiary.core.base.ids import ClientId, EnvironmentId, KeyId, TokenManagerId, stable_uuid
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.base.secret import Secret
from ostiary.core.crypto import keys
from ostiary.core.crypto.certificates import self_signed
from ostiary.core.crypto.secret_digests import DigestKind, SecretDigest, SecretDigester
from ostiary.core.model.client import AuthMethod, Client, ReadableSecret
from ostiary.core.model.environment import ENVIRONMENT_KEYS, Environment, Face
from ostiary.core.model.resource import Resource
from ostiary.core.model.token_manager import ClaimStyle, ScopeFormat, TokenKind, TokenManager
from tests.support.environments import make_environment

BASIC, POST = AuthMethod.CLIENT_SECRET_BASIC, AuthMethod.CLIENT_SECRET_POST
SECRET_JWT, KEY_JWT, NONE = (
    AuthMethod.CLIENT_SECRET_JWT,
    AuthMethod.PRIVATE_KEY_JWT,
    AuthMethod.NONE,
)
MADE_AT = 1_749_000_000.0


@cache
def private_key(name: str, algorithm: keys.Algorithm) -> keys.PrivateKey:
    """Return the key of that name; made once in a process, because RSA keys take their time."""
    return keys.generate(algorithm)


@cache
def signing_key(name: str, algorithm: keys.Algorithm, kid: str | None = None) -> keys.SigningKey:
    """Return a signing key with certificate; its id is the thumbprint unless `kid` names it."""
    private = private_key(name, algorithm)
    public = private.public_key()
    certificate = self_signed(private, name, now=MADE_AT)
    kid = kid or keys.thumbprint(public)
    return keys.SigningKey(
        kid=KeyId(kid),
        algorithm=algorithm,
        private_key=private,
        public_jwk=keys.public_jwk(public, kid, algorithm, certificate),
        certificate=certificate,
        active_from=MADE_AT,
    )


def verification_key(
    name: str, algorithm: keys.Algorithm, kid: str | None = None, alg: str | None = None
) -> keys.VerificationKey:
    """Return the public half of the key `name`, as a client registers it.

    Args: alg is what it may verify, when that is not `algorithm`.
    """
    public = private_key(name, algorithm).public_key()
    return keys.VerificationKey(KeyId(kid or name), alg or algorithm, public)


def make_manager(id: str, **overrides: Any) -> TokenManager:
    """Make a JWT manager that signs with ES256 under keys of its own."""
    fields: dict[str, Any] = {
        "id": TokenManagerId(id),
        "kind": TokenKind.JWT,
        "style": ClaimStyle.RFC9068,
        "lifetime_seconds": 7200,
        "algorithm": "ES256",
        "key_set": f"manager:{id}",
    }
    return TokenManager(**{**fields, **overrides})


def make_client(client_id: str, *methods: AuthMethod, **overrides: Any) -> Client:
    """Make a client of the client-credentials grant with the scopes `read` and `write`.

    Without methods it takes its secret by both ways. Its secret is `secret_of(client_id)`.
    """
    chosen = methods or (BASIC, POST)
    secret = secret_of(client_id)
    fields: dict[str, Any] = {
        "id": stable_uuid("test", "client", client_id),
        "key": client_id,
        "client_id": ClientId(client_id),
        "name": client_id.title(),
        "enabled": True,
        "auth_methods": frozenset(chosen),
        "grant_types": frozenset({"client_credentials"}),
        "scopes": frozenset({"read", "write"}),
        "default_scopes": ScopeSet.of(["read"]),
        "token_managers": (TokenManagerId("default"),),
        "secrets": (digest_of(secret),) if {BASIC, POST} & set(chosen) else (),
        "readable_secrets": (ReadableSecret(Secret(secret)),) if SECRET_JWT in chosen else (),
    }
    return Client(**{**fields, **overrides})


def secret_of(client_id: str) -> str:
    """Return the secret of a client made by `make_client`: long enough for any HMAC."""
    return f"canary-secret-of-{client_id}-0123456789-0123456789-0123456789"


def digest_of(secret: str, expires_at: float | None = None) -> SecretDigest:
    """Digest a secret as generated ones are kept: without the environment's own key."""
    digest = SecretDigester(Secret(bytes(32))).digest(DigestKind.SHA256, secret)
    return SecretDigest(DigestKind.SHA256, digest, expires_at)


def make_tenant(
    key: str,
    face: Face,
    base_url: str,
    *,
    managers: Iterable[TokenManager],
    clients: Iterable[Client],
    resources: Iterable[Resource] = (),
    **overrides: Any,
) -> Environment:
    """Make an environment with keys for each of its managers and for itself.

    Keys are named after the environment and their set, so no two environments share one.
    """
    id = stable_uuid("environment", key)
    by_id = {manager.id: manager for manager in managers}
    fields: dict[str, Any] = {
        "face": face,
        "base_url": base_url,
        "issuer": base_url if face is Face.PINGFEDERATE else f"{base_url}/{id}/as",
        "endpoint_bases": (base_url,),
        "scopes": frozenset({"openid", "profile", "read", "write"}),
        "clients": {client.client_id: client for client in clients},
        "token_managers": by_id,
        "resources": tuple(resources),
        "key_sets": _key_sets(key, by_id.values()),
        "id": EnvironmentId(id),
    }
    return make_environment(key, **{**fields, **overrides})


def _key_sets(key: str, managers: Iterable[TokenManager]) -> Mapping[str, keys.KeySet]:
    sets = {ENVIRONMENT_KEYS: keys.KeySet(ENVIRONMENT_KEYS, (signing_key(key, "RS256"),))}
    for manager in managers:
        if manager.kind is TokenKind.JWT:
            # The seeds' tokens name their keys `k1`; no two keys of a server may have one name.
            named = "k1" if manager.manager_header and key == "default" else None
            made = signing_key(f"{key} {manager.id}", manager.algorithm, named)
            sets[manager.key_set] = keys.KeySet(manager.key_set, (made,))
    return sets


def pingfederate_managers() -> tuple[TokenManager, ...]:
    """Return one manager of every kind and style that PingFederate's face has."""
    seeds: dict[str, Any] = {
        "style": ClaimStyle.PINGFEDERATE,
        "scope_format": ScopeFormat.ARRAY,
    }
    return (
        make_manager("default", **seeds, algorithm="RS256", jwks_path="oauth/jwks"),
        make_manager(
            "6pac",
            **seeds,
            algorithm="RS256",
            jwks_path="6pac/jwks",
            manager_header=True,
            authorization_details=True,
            attributes={"Username": "jsmith", "OrgName": "Example"},
        ),
        make_manager("interact", **seeds, jwks_path="interact/jwks", client_claim="client_id_name"),
        make_manager("modern", resources=("https://api.example.com/orders",)),
        make_manager("edwards", algorithm="EdDSA", audiences=("https://edwards.example.com",)),
        make_manager(
            "reference", kind=TokenKind.REFERENCE, selector="0001", attributes={"Tier": "gold"}
        ),
    )


def pingfederate_clients() -> tuple[Client, ...]:
    """Return one client for every way to authenticate, and those with a part of their own."""
    every_manager = tuple(manager.id for manager in pingfederate_managers())
    seeds: dict[str, Any] = {
        "scopes": frozenset({"openid", "profile", "email", "api:read", "api:write", "sso"}),
        "default_scopes": ScopeSet.of(["api:read"]),
    }
    return (
        make_client("sdk-client-id", **seeds),
        make_client("app_client", POST, **seeds, token_managers=(TokenManagerId("interact"),)),
        make_client("ac_oic_client", **seeds, token_managers=(TokenManagerId("6pac"),)),
        make_client("many", token_managers=every_manager),
        make_client("modern", token_managers=(TokenManagerId("modern"),)),
        make_client("reference", token_managers=(TokenManagerId("reference"),)),
        make_client("rs256", KEY_JWT, jwks=(verification_key("rs256", "RS256"),)),
        make_client("ps256", KEY_JWT, jwks=(verification_key("ps256", "PS256"),)),
        make_client("es256", KEY_JWT, jwks=(verification_key("es256", "ES256"),)),
        make_client("eddsa", KEY_JWT, jwks=(verification_key("eddsa", "EdDSA"),)),
        make_client("hs256", SECRET_JWT),
        make_client("public", NONE),
        make_client("disabled", enabled=False),
        make_client("no-grants", grant_types=frozenset()),
        make_client("rs_client", token_managers=every_manager, may_introspect=True),
        make_client(
            "rs_of_modern", token_managers=(TokenManagerId("modern"),), may_introspect=True
        ),
    )


def pingone_managers() -> tuple[TokenManager, ...]:
    """Return PingOne's managers: as it writes tokens now, and as it did for the seed."""
    return (
        make_manager("default", style=ClaimStyle.PINGONE, algorithm="RS256", lifetime_seconds=3600),
        make_manager("legacy", style=ClaimStyle.PINGONE, lifetime_seconds=3600, legacy_claims=True),
    )


def pingone_clients(key: str) -> tuple[Client, ...]:
    """Return PingOne applications; their client ids are UUIDs, as PingOne's are."""

    def id_of(name: str) -> str:
        return stable_uuid(key, "client", name)

    both = (TokenManagerId("default"), TokenManagerId("legacy"))
    key_name = f"{key} service"
    return (
        make_client(id_of("worker"), key="worker"),
        make_client(id_of("legacy"), key="legacy", token_managers=both[1:]),
        make_client(id_of("rs"), key="rs", may_introspect=True, token_managers=both),
        make_client(id_of("spa"), NONE, key="spa"),
        make_client(
            id_of("service"), KEY_JWT, key="service", jwks=(verification_key(key_name, "ES256"),)
        ),
    )


def pingone_resources() -> tuple[Resource, ...]:
    """Return a custom resource that owns the scope `write`."""
    return (Resource("r1", "orders", "https://orders.example.com", frozenset({"write"})),)
