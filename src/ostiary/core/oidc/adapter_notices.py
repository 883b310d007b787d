"""Back-channel logout of applications behind reference adapters: they are called with a reference.

Spec: PingFederate "Reference ID adapter" (logout mode, back channel).
"""

from collections.abc import Callable
from dataclasses import dataclass

from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import Participation
from ostiary.core.model.reference_adapter import SUBJECT, LogoutMode, ReferenceAdapter
from ostiary.core.model.reference_context import ReferenceContext
from ostiary.core.ports.fetcher import Fetcher, FetchRequest
from ostiary.core.signon.reference import ReferenceHandover

PURPOSE = "adapter_logout"
MAX_ANSWER_BYTES = 64 * 1024
"""An application may well answer with a page that nobody sees."""


@dataclass(frozen=True, slots=True)
class AdapterNotifier:
    """Calls applications.

    Args: add_reference: returns an application's URL with a reference in it.
    """

    handover: ReferenceHandover
    fetcher: Fetcher
    add_reference: Callable[[str, str], str]

    async def tell(
        self, env: Environment, adapter: ReferenceAdapter, endpoint: str, told: Participation
    ) -> int:
        """Tell an application whose session is over, and return the status of its answer.

        Stores: what it may pick up meanwhile.
        Raises: FetchFailedError, UnavailableError.
        """
        reference = await self.handover.drop(
            env,
            adapter,
            {SUBJECT: told.subject},
            is_from_application=False,
            context=ReferenceContext(session_id=told.session_id),
        )
        request = FetchRequest(
            PURPOSE,
            self.add_reference(endpoint, reference),
            max_bytes=MAX_ANSWER_BYTES,
            skips_host_name_check=adapter.skips_host_name_check,
        )
        return (await self.fetcher.fetch(env, request)).status


def find_endpoint(adapter: ReferenceAdapter | None) -> str | None:
    """Return where the server itself calls an adapter's application, or None where it does not."""
    if adapter is None or adapter.logout_mode is not LogoutMode.BACK_CHANNEL:
        return None
    return adapter.logout_endpoint
