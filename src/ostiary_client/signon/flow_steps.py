"""The steps of a sign-on flow, in the same words for every server."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from ostiary_client.protocol.flow_wire import Step, as_text
from ostiary_client.signon.base_state import FlowState
from ostiary_client.signon.second_factor_states import Device


class FlowSteps(ABC):
    """What can be done in a flow; each returns the state that follows.

    A step that the state has no use for is not sent: FlowError with INVALID_ACTION_ID.

    Spec: PingFederate "Authentication API" (states and actions); PingOne "Flows" (action media
        types).
    """

    @abstractmethod
    def _take(self, step: Step, *values: object) -> FlowState: ...

    def check_password(self, username: str, password: str) -> FlowState:
        """Give the username and the password.

        Raises: WrongPasswordError; as `act`.
        """
        return self._take(Step.CHECK_PASSWORD, username, password)

    def submit_identifier(self, identifier: str) -> FlowState:
        """Give the username alone, where it is asked for first.

        Raises: as `act`.
        """
        return self._take(Step.SUBMIT_IDENTIFIER, identifier)

    def check_code(self, code: str) -> FlowState:
        """Give a code, wherever it came from.

        Raises: as `act`.
        """
        return self._take(Step.CHECK_CODE, code)

    def resend_code(self) -> FlowState:
        """Have another code sent.

        Raises: as `act`.
        """
        return self._take(Step.RESEND_CODE)

    def select_device(self, device: Device | str) -> FlowState:
        """Choose one of the state's devices, or its id.

        Raises: as `act`.
        """
        id = device if isinstance(device, str) else device.id
        return self._take(Step.SELECT_DEVICE, id)

    def check_assertion(
        self, assertion: str | Mapping[str, Any], origin: str | None = None
    ) -> FlowState:
        """Give what the browser made of a passkey's options.

        Args: origin is that of the page, where the server wants to be told.
        Raises: as `act`.
        """
        return self._take(Step.CHECK_ASSERTION, as_text(assertion), origin)

    def change_password(self, current: str, new: str) -> FlowState:
        """Choose another password.

        Raises: as `act`; the error's details say which rules the new one breaks.
        """
        return self._take(Step.CHANGE_PASSWORD, current, new)

    def select_pairing_method(self, method: str) -> FlowState:
        """Choose what to set up, such as `TOTP`.

        Raises: as `act`.
        """
        return self._take(Step.SELECT_PAIRING_METHOD, method)

    def confirm_recovery_codes(self) -> FlowState:
        """Say that the recovery codes are kept.

        Raises: as `act`.
        """
        return self._take(Step.CONFIRM_RECOVERY_CODES)
