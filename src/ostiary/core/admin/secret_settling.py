"""Client secrets: what is stored and what is wanted, settled to what is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from ostiary.core.admin.bodies import ClientBody, SecretBody, seal_context
from ostiary.core.admin.changes import path_of
from ostiary.core.admin.contents import Contents, Draft, find, select
from ostiary.core.admin.keys.installation_keys import open_digester
from ostiary.core.admin.wanted_secrets import Origin, WantedSecret, WantedSecrets
from ostiary.core.base import b64
from ostiary.core.base.ids import mint_alphanumeric
from ostiary.core.base.secret import Secret
from ostiary.core.configuration.problems import Problem, error
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.crypto.secret_digests import DigestKind, SecretDigester
from ostiary.core.ports.configuration import DocumentId

GENERATED_CHARACTERS = 64
"""Like PingOne's own; 381 bits of entropy."""
CURRENT, PREVIOUS = "secret", "previous_secret"


class SecretRefusedError(ValueError):
    """What is wanted of a secret cannot be had; `field` says of which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(slots=True)
class Settled:
    """What came of settling: secrets that had to be made, and what cannot be had."""

    generated: dict[DocumentId, Secret[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def settle_secrets(
    before: Contents,
    draft: Draft,
    wanted: Mapping[DocumentId, WantedSecrets],
    *,
    sealer: Sealer,
    now: float,
) -> Settled:
    """Give the clients of a draft their secrets as they are kept.

    Raises: SealBrokenError.
    """
    settled = Settled()
    for environment in {place.environment for place in wanted}:
        digester = open_digester(draft, sealer, environment)
        for place, client in tuple(select(draft, ClientBody, environment)):
            old = find(before, ClientBody, environment, place.key)
            settler = SecretSettler(
                place, old, wanted[place], digester, sealer, now, settled.generated
            )
            try:
                draft[place] = settler.settle(client)
            except SecretRefusedError as refusal:
                path = (*path_of(place), refusal.field)
                settled.problems.append(error(path, str(refusal)))
    return settled


@dataclass(frozen=True, slots=True)
class SecretSettler:
    """Settles the secrets of one client.

    Unchanged secrets keep their bytes, so that nothing counts as a change that is none.
    Args:
        old: the client as stored; None for a new one.
        generated: takes the secret that had to be made, to be shown once.
    """

    place: DocumentId
    old: ClientBody | None
    wanted: WantedSecrets
    digester: SecretDigester
    sealer: Sealer
    now: float
    generated: dict[DocumentId, Secret[str]]

    def settle(self, client: ClientBody) -> ClientBody:
        """Return the client with its secrets as they are kept.

        Raises: SecretRefusedError.
        """
        current = self._settle_current(self.wanted.current)
        previous = self._settle_previous(self.wanted.previous, current)
        return msgspec.structs.replace(client, secret=current, previous_secret=previous)

    def _settle_current(self, wanted: WantedSecret | None) -> SecretBody | None:
        if wanted is None:
            return None
        stored = self._stored(CURRENT)
        match wanted.origin:
            case Origin.GIVEN:
                return self._take(wanted, CURRENT, (CURRENT,))
            case Origin.STORED:
                if stored is None:
                    raise SecretRefusedError(CURRENT, "is to be kept, but the store has none")
                return self._keep(stored, CURRENT, CURRENT)
            case Origin.GENERATED:
                is_ours = stored is not None and stored.kind is DigestKind.SHA256
                if stored is not None and is_ours and not self._is_rotation_wanted():
                    return self._keep(stored, CURRENT, CURRENT)
                return self._generate()

    def _settle_previous(
        self, wanted: WantedSecret | None, current: SecretBody | None
    ) -> SecretBody | None:
        if wanted is None:
            return None
        match wanted.origin:
            case Origin.GIVEN:
                return self._take(wanted, PREVIOUS, (PREVIOUS, CURRENT))
            case Origin.GENERATED:
                raise SecretRefusedError(PREVIOUS, "cannot be generated: it was there before")
            case Origin.STORED:
                replaced, stored = self._stored(CURRENT), self._stored(PREVIOUS)
                if replaced and (current is None or current.digest != replaced.digest):
                    return self._keep(replaced, CURRENT, PREVIOUS, expires_at=wanted.expires_at)
                if stored is None:
                    raise SecretRefusedError(PREVIOUS, "is to be kept, but the store has none")
                return self._keep(stored, PREVIOUS, PREVIOUS, expires_at=wanted.expires_at)

    def _is_rotation_wanted(self) -> bool:
        """Tell whether the generated secret shall step back for a new one.

        Its writer says so by keeping a previous secret that is not there yet.
        """
        wanted = self.wanted.previous
        if wanted is None or wanted.origin is not Origin.STORED or self._stored(PREVIOUS):
            return False
        if (wanted.expires_at or 0.0) <= self.now:
            raise SecretRefusedError(PREVIOUS, "is to be kept until a time that is over")
        return True

    def _take(self, wanted: WantedSecret, field: str, known_as: tuple[str, ...]) -> SecretBody:
        """Return what is kept of a given secret: as stored, if it is one of those there."""
        value = wanted.value or Secret("")
        for origin in known_as:
            stored = self._stored(origin)
            if stored is not None and self._digest(stored.kind, value) == stored.digest:
                return self._keep(stored, origin, field, value=value, expires_at=wanted.expires_at)
        return SecretBody(
            kind=DigestKind.HMAC_SHA256,
            digest=self._digest(DigestKind.HMAC_SHA256, value),
            sealed=self._seal(value, field) if self.wanted.is_readable else None,
            expires_at=wanted.expires_at,
        )

    def _generate(self) -> SecretBody:
        value = Secret(mint_alphanumeric(GENERATED_CHARACTERS))
        self.generated[self.place] = value
        return SecretBody(
            kind=DigestKind.SHA256,
            digest=self._digest(DigestKind.SHA256, value),
            sealed=self._seal(value, CURRENT) if self.wanted.is_readable else None,
        )

    def _keep(
        self,
        stored: SecretBody,
        origin: str,
        field: str,
        *,
        value: Secret[str] | None = None,
        expires_at: float | None = None,
    ) -> SecretBody:
        """Return a stored secret, sealed for its place if it must be readable."""
        sealed = None
        if self.wanted.is_readable:
            sealed = stored.sealed if origin == field else None
            if sealed is None:
                sealed = self._seal(value or self._open(stored, origin, field), field)
        return msgspec.structs.replace(stored, sealed=sealed, expires_at=expires_at)

    def _open(self, stored: SecretBody, origin: str, field: str) -> Secret[str]:
        if stored.sealed is None:
            raise SecretRefusedError(
                field, "must be readable now, but only its digest is stored: give it once more"
            )
        opened = self.sealer.open(stored.sealed, context=seal_context(self.place, origin))
        return Secret(opened.decode())

    def _seal(self, value: Secret[str], field: str) -> str:
        return self.sealer.seal(value.reveal().encode(), context=seal_context(self.place, field))

    def _digest(self, kind: DigestKind, value: Secret[str]) -> str:
        return b64.encode(self.digester.digest(kind, value.reveal()))

    def _stored(self, field: str) -> SecretBody | None:
        if self.old is None:
            return None
        return self.old.secret if field == CURRENT else self.old.previous_secret
