"""What a configuration wants of its secrets, the given ones fetched from their place."""

from collections.abc import Collection

from ostiary.core.admin.wanted_secrets import Origin, WantedSecret, WantedSecrets
from ostiary.core.configuration.schema import ClientSettings, EnvironmentSettings, SecretSource
from ostiary.core.configuration.secret_sources import Surroundings, resolve
from ostiary.core.model.client import AuthMethod
from ostiary.core.model.faces import FACES


def want_secrets(
    environment: EnvironmentSettings,
    auth_methods: Collection[str],
    client: ClientSettings,
    surroundings: Surroundings,
) -> WantedSecrets:
    """Return what a client's table wants of its secrets.

    Raises: SecretUnavailableError.
    """
    previous = client.previous_secret
    return WantedSecrets(
        current=_want(client.secret, surroundings) if client.secret else None,
        previous=_want(previous, surroundings, previous.expires_at.timestamp())
        if previous
        else None,
        is_readable=FACES[environment.face].keeps_readable_secrets
        or AuthMethod.CLIENT_SECRET_JWT in auth_methods,
    )


def want_pass_phrase(source: SecretSource, surroundings: Surroundings) -> WantedSecret:
    """Return what a reference adapter's table wants of its pass phrase.

    Raises: SecretUnavailableError.
    """
    return _want(source, surroundings)


def _want(
    source: SecretSource, surroundings: Surroundings, expires_at: float | None = None
) -> WantedSecret:
    if source.generate:
        return WantedSecret(Origin.GENERATED, expires_at=expires_at)
    if source.stored:
        return WantedSecret(Origin.STORED, expires_at=expires_at)
    return WantedSecret(Origin.GIVEN, resolve(source, surroundings), expires_at)
