"""Secrets of clients: shown to administrators where they are kept readable, and made anew."""

from dataclasses import dataclass

import msgspec

from ostiary.core.admin.apply import ConfigurationEditor
from ostiary.core.admin.bodies import ClientBody, SecretBody, seal_context
from ostiary.core.admin.contents import Contents, Draft, find, identify, read
from ostiary.core.admin.keys.installation_keys import open_digester
from ostiary.core.admin.secret_settling import CURRENT, GENERATED_CHARACTERS, PREVIOUS
from ostiary.core.base import b64
from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import mint_alphanumeric
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.crypto.secret_digests import DigestKind
from ostiary.core.model.audit.administration import ConfigurationApplied
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.ports.configuration import Configurations, DocumentId
from ostiary.core.ports.events import Events

SOURCE = "management"


class NoSecretError(LookupError):
    """The client has no secret that could be shown."""


@dataclass(frozen=True, slots=True)
class ShownSecrets:
    """The secrets of a client in plain.

    Args: previous_expires_at is when the one before stops working, in seconds since the epoch.
    """

    current: Secret[str]
    previous: Secret[str] | None = None
    previous_expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class ClientSecrets:
    """Reads and rotates the secrets of clients, in the store itself."""

    configurations: Configurations
    sealer: Sealer
    events: Events
    clock: Clock

    async def show(self, env: Environment, client: Client) -> ShownSecrets:
        """Return a client's secrets.

        Raises: NoSecretError, SealBrokenError, UnavailableError.
        """
        contents = read((await self.configurations.load()).documents)
        return self._open(contents, env, client)

    async def rotate(
        self, env: Environment, client: Client, *, previous_expires_at: float | None
    ) -> ShownSecrets:
        """Give a client a new secret.

        Every worker knows it within a second or two. A configuration file that gives the secret
        itself puts it back when it is applied again.
        Args: previous_expires_at is until when the current one goes on working; None for not at
            all.
        Raises: NoSecretError for a client that has none, ConfigurationBrokenError,
            VersionConflictError, UnavailableError.
        """

        def change(draft: Draft, now: float) -> ShownSecrets:
            place = identify(ClientBody, env.key, client.key)
            body = _find(draft, env, client)
            previous = None
            if previous_expires_at is not None and previous_expires_at > now:
                old = self._open(draft, env, client).current
                previous = self._keep(draft, place, PREVIOUS, old, expires_at=previous_expires_at)
            new = Secret(mint_alphanumeric(GENERATED_CHARACTERS))
            current = self._keep(draft, place, CURRENT, new)
            draft[place] = msgspec.structs.replace(body, secret=current, previous_secret=previous)
            return self._open(draft, env, client)

        editor = ConfigurationEditor(self.configurations, self.sealer, self.clock)
        applied = await editor.edit(change)
        self.events.emit(ConfigurationApplied(applied.version, len(applied.plan.changes), SOURCE))
        return applied.outcome

    def _open(self, contents: Contents, env: Environment, client: Client) -> ShownSecrets:
        body = _find(contents, env, client)
        current = self._reveal(env, client, CURRENT, body.secret)
        if current is None:
            raise NoSecretError
        previous, now = body.previous_secret, self.clock.now()
        if previous is None or (previous.expires_at or 0.0) <= now:
            return ShownSecrets(current)
        shown = self._reveal(env, client, PREVIOUS, previous)
        return ShownSecrets(current, shown, previous.expires_at)

    def _reveal(
        self, env: Environment, client: Client, field: str, kept: SecretBody | None
    ) -> Secret[str] | None:
        if kept is None or kept.sealed is None:
            return None
        context = seal_context(identify(ClientBody, env.key, client.key), field)
        return Secret(self.sealer.open(kept.sealed, context=context).decode())

    def _keep(
        self,
        contents: Contents,
        place: DocumentId,
        field: str,
        value: Secret[str],
        *,
        expires_at: float | None = None,
    ) -> SecretBody:
        digester = open_digester(contents, self.sealer, place.environment)
        kind = DigestKind.SHA256 if field == CURRENT else DigestKind.HMAC_SHA256
        context = seal_context(place, field)
        return SecretBody(
            kind=kind,
            digest=b64.encode(digester.digest(kind, value.reveal())),
            sealed=self.sealer.seal(value.reveal().encode(), context=context),
            expires_at=expires_at,
        )


def _find(contents: Contents, env: Environment, client: Client) -> ClientBody:
    body = find(contents, ClientBody, env.key, client.key)
    if body is None or body.secret is None:
        raise NoSecretError
    return body
