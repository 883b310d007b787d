"""Keys out of their documents: opened, and ready to sign."""

from collections.abc import Iterable
from operator import attrgetter

from ostiary.core.admin.bodies import SigningKeyBody, seal_context
from ostiary.core.base import b64
from ostiary.core.base.ids import KeyId
from ostiary.core.crypto.keys import KeySet, SigningKey, check_fits, load_own_pem, public_jwk
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.ports.configuration import DocumentId


def open_key(place: DocumentId, body: SigningKeyBody, sealer: Sealer) -> SigningKey:
    """Return a key that can sign.

    Raises: SealBrokenError; KeyRefusedError.
    """
    pem = sealer.open(body.private_key, context=seal_context(place, "private_key"))
    private_key = load_own_pem(pem)
    check_fits(private_key, body.algorithm)
    certificate = b64.decode(body.certificate)
    return SigningKey(
        kid=KeyId(body.kid),
        algorithm=body.algorithm,
        private_key=private_key,
        public_jwk=public_jwk(private_key.public_key(), body.kid, body.algorithm, certificate),
        certificate=certificate,
        active_from=body.active_from,
        published_until=body.published_until,
    )


def build_key_sets(
    keys: Iterable[tuple[DocumentId, SigningKeyBody]], sealer: Sealer
) -> dict[str, KeySet]:
    """Return the key sets of one environment by name, each with its youngest key first."""
    sets: dict[str, list[SigningKey]] = {}
    for place, body in keys:
        sets.setdefault(body.set, []).append(open_key(place, body, sealer))
    return {
        name: KeySet(name, tuple(sorted(members, key=attrgetter("active_from"), reverse=True)))
        for name, members in sets.items()
    }
