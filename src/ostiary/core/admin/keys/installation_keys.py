"""The key under which an environment's client secrets are digested: made once, kept sealed."""

import secrets

from ostiary.core.admin.bodies import (
    INSTALLATION_KEY,
    EnvironmentBody,
    InstallationKeyBody,
    seal_context,
)
from ostiary.core.admin.contents import Contents, Draft, find, identify, select
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.sealing import KEY_BYTES, Sealer
from ostiary.core.crypto.secret_digests import SecretDigester


def ensure_installation_keys(draft: Draft, sealer: Sealer) -> None:
    """Give every environment the key under which its client secrets are digested."""
    for environment, _ in tuple(select(draft, EnvironmentBody)):
        place = identify(InstallationKeyBody, environment.key, INSTALLATION_KEY)
        if place not in draft:
            key = secrets.token_bytes(KEY_BYTES)
            draft[place] = InstallationKeyBody(
                sealed=sealer.seal(key, context=seal_context(place, "sealed"))
            )


def open_digester(contents: Contents, sealer: Sealer, environment: str) -> SecretDigester:
    """Return what digests the client secrets of one environment.

    Raises: SealBrokenError; LookupError when the environment has no key for it.
    """
    body = find(contents, InstallationKeyBody, environment, INSTALLATION_KEY)
    if body is None:
        raise LookupError(f"environment {environment} has no key for client secrets")
    place = identify(InstallationKeyBody, environment, INSTALLATION_KEY)
    return SecretDigester(Secret(sealer.open(body.sealed, context=seal_context(place, "sealed"))))
