"""What is built in, by name, for those who must not read a catalog."""

from collections.abc import Iterable
from importlib.util import find_spec

from ostiary.adapters.stores import catalog as stores
from ostiary.core.clientauth import catalog as client_authentication_methods
from ostiary.core.configuration.vocabulary import Vocabulary
from ostiary.core.grants import catalog as grant_types
from ostiary.core.steps import catalog as steps
from ostiary.core.steps.consent import Consent
from ostiary.dialects.pingfederate.adapter_to_adapter import OURS
from ostiary.dialects.pingfederate.reference_wire import SAID


def built_in_vocabulary() -> Vocabulary:
    """Return the names that a configuration may use; consent is asked for without being named."""
    return Vocabulary(
        grant_types=_names("grant_type", grant_types.ALL),
        auth_methods=_names("method", client_authentication_methods.ALL),
        step_types=_names("type", steps.ALL) - {Consent.type} - _names("type", steps.DETOURS),
        store_schemes=frozenset(scheme for scheme, _ in stores.BACKENDS),
        said_attributes=SAID,
        carried_parameters=OURS,
        has_ldap=find_spec("ldap") is not None,
    )


def _names(attribute: str, extensions: Iterable[type]) -> frozenset[str]:
    """Return what each class is called; the contracts declare it of instances only."""
    return frozenset(str(getattr(extension, attribute)) for extension in extensions)
