"""Pass phrases of reference adapters: what is stored and what is wanted, settled to what is kept.

None is ever generated, so whoever applies a configuration knows it, or has the store keep it.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from ostiary.core.admin.bodies import ReferenceAdapterBody, SecretBody
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

FIELD = "pass_phrase"
_KIND = DigestKind.HMAC_SHA256


def settle_pass_phrases(
    before: Contents, draft: Draft, wanted: Mapping[DocumentId, WantedSecret], sealer: Sealer
) -> list[Problem]:
    """Give the adapters of a draft their pass phrases as they are kept; return what is wrong.

    An unchanged one keeps its bytes, so that nothing counts as a change that is none.
    Raises: SealBrokenError.
    """
    problems: list[Problem] = []
    for place, adapter in tuple(select(draft, ReferenceAdapterBody)):
        want = wanted.get(place)
        if want is None:
            continue
        old = find(before, ReferenceAdapterBody, place.environment, place.key)
        stored = old.pass_phrase if old else None
        if want.origin is Origin.GIVEN:
            digester = open_digester(draft, sealer, place.environment)
            value = (want.value or Secret("")).reveal()
            digest = b64.encode(digester.digest(_KIND, value))
            kept: SecretBody | None = SecretBody(kind=_KIND, digest=digest)
        else:
            kept = stored
        if kept is None:
            message = "is to be kept, but the store has none"
            problems.append(error((*path_of(place), FIELD), message))
        draft[place] = replace(adapter, pass_phrase=kept)
    return problems
