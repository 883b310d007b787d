"""An environment's own key, under which secrets are digested and sealed: made once, kept sealed."""

import secrets

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

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

_SEALING = b"ostiary: sealing secrets of users"
_SEALING_KEY = "e1"


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
    return SecretDigester(_open(contents, sealer, environment))


def open_sealer(contents: Contents, sealer: Sealer, environment: str) -> Sealer:
    """Return what seals the secrets of users of one environment, such as the seeds of codes.

    Its key is derived from the environment's own, so that it holds when the master key is changed.
    Spec: RFC 5869.
    Raises: as `open_digester`.
    """
    own = _open(contents, sealer, environment).reveal()
    derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=_SEALING).derive(own)
    return Sealer({_SEALING_KEY: Secret(derived)}, _SEALING_KEY)


def _open(contents: Contents, sealer: Sealer, environment: str) -> Secret[bytes]:
    body = find(contents, InstallationKeyBody, environment, INSTALLATION_KEY)
    if body is None:
        raise LookupError(f"environment {environment} has no key for client secrets")
    place = identify(InstallationKeyBody, environment, INSTALLATION_KEY)
    return Secret(sealer.open(body.sealed, context=seal_context(place, "sealed")))
