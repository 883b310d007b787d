"""Applications behind reference adapters as clients of a session, when they are told of its end.

Those that vouched for somebody have an id here; those that were handed attributes are receivers.
"""

from ostiary.core.base.ids import ClientId
from ostiary.core.model.environment import Environment
from ostiary.core.model.policy import StepInstance
from ostiary.core.model.reference_adapter import Direction, ReferenceAdapter

_PREFIX = "voucher "
_STEP_TYPE, _SETTING = "reference_id", "adapter"
"""The step that such an application answers, and its setting that says which."""


def voucher_id(adapter_key: str) -> ClientId:
    """Return the id of an application that vouches; no configured client has a space in its id."""
    return ClientId(_PREFIX + adapter_key)


def find_adapter(env: Environment, client_id: ClientId) -> ReferenceAdapter | None:
    """Return the adapter whose application has an id, or None for a client's."""
    receiver = env.receivers.get(client_id)
    if receiver is not None:
        return receiver.receives_at
    is_voucher = client_id.startswith(_PREFIX)
    found = env.reference_adapters.get(client_id.removeprefix(_PREFIX)) if is_voucher else None
    return found if found is not None and found.direction is Direction.IDP else None


def find_vouching(env: Environment, step: StepInstance | None) -> ReferenceAdapter | None:
    """Return the adapter whose application vouches for whoever passes a step, or None."""
    if step is None or step.type != _STEP_TYPE:
        return None
    return env.reference_adapters.get(str(step.settings.get(_SETTING)))
