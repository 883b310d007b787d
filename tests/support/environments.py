"""Environments for tests: the smallest one that compiles, with whatever a test overrides."""

from typing import Any

from ostiary.core.base.ids import EnvironmentId, stable_uuid
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.crypto.secret_digests import SecretDigester
from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.faces import FACES


def make_environment(key: str = "default", **overrides: Any) -> Environment:
    """Make an environment without clients, managers or keys; fields are overridden by name."""
    base_url = f"https://{key}.example.com"
    fields: dict[str, Any] = {
        "id": EnvironmentId(stable_uuid("environment", key)),
        "key": key,
        "name": key.title(),
        "face": Face.PINGFEDERATE,
        "organization_id": stable_uuid("organization", key),
        "base_url": base_url,
        "issuer": base_url,
        "endpoint_bases": (base_url,),
        "scopes": frozenset(),
        "clients": {},
        "token_managers": {},
        "resources": (),
        "key_sets": {},
        "client_secrets": SecretDigester(Secret(bytes(32))),
        "secrets": Sealer({"e1": Secret(bytes(32))}, "e1"),
    }
    merged = {**fields, **overrides}
    merged.setdefault(
        "traits", FACES[merged["face"]].find_traits(merged["id"], merged["organization_id"])
    )
    return Environment(**merged)
