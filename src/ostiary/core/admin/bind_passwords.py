"""Passwords with which directories are asked: what is stored and wanted, settled to what is kept.

They are sealed, for they must be said again. None is ever generated.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from ostiary.core.admin.bodies import DirectoryBody, SecretBody, seal_context
from ostiary.core.admin.changes import path_of
from ostiary.core.admin.contents import Contents, Draft, find, select
from ostiary.core.admin.keys.installation_keys import open_digester
from ostiary.core.admin.wanted_secrets import Origin, WantedSecret
from ostiary.core.base import b64
from ostiary.core.base.secret import Secret
from ostiary.core.configuration.problems import Problem, error
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.crypto.secret_digests import DigestKind
from ostiary.core.ports.configuration import DocumentId

FIELD = "bind_password"
_KIND = DigestKind.HMAC_SHA256


def settle_bind_passwords(
    before: Contents, draft: Draft, wanted: Mapping[DocumentId, WantedSecret], sealer: Sealer
) -> list[Problem]:
    """Give the directories of a draft their passwords as they are kept; return what is wrong.

    An unchanged one keeps its bytes, so that nothing counts as a change that is none.
    Raises: SealBrokenError.
    """
    problems: list[Problem] = []
    for place, directory in tuple(select(draft, DirectoryBody)):
        want = wanted.get(place)
        if want is None:
            continue
        old = find(before, DirectoryBody, place.environment, place.key)
        kept = stored = old.bind_password if old else None
        if want.origin is Origin.GIVEN:
            value = (want.value or Secret("")).reveal()
            digester = open_digester(draft, sealer, place.environment)
            digest = b64.encode(digester.digest(_KIND, value))
            if stored is None or stored.digest != digest:
                sealed = sealer.seal(value.encode(), context=seal_context(place, FIELD))
                kept = SecretBody(kind=_KIND, digest=digest, sealed=sealed)
        if kept is None:
            message = "is to be kept, but the store has none"
            problems.append(error((*path_of(place), FIELD), message))
        draft[place] = replace(directory, bind_password=kept)
    return problems


def open_bind_password(place: DocumentId, body: DirectoryBody, sealer: Sealer) -> str:
    """Return the password of a directory; "" for none.

    Raises: SealBrokenError.
    """
    kept = body.bind_password
    if kept is None or kept.sealed is None:
        return ""
    return sealer.open(kept.sealed, context=seal_context(place, FIELD)).decode()
