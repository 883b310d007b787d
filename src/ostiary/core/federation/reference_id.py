"""The back channel of reference adapters: attributes dropped off, and picked up once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ostiary.core.base.errors import OAuthCode, OAuthError, ProtocolError
from ostiary.core.clientauth.contract import Presented
from ostiary.core.federation.reference_callers import PresentedCaller, ReferenceCallers
from ostiary.core.model.audit.references import AttributesDropped, AttributesPickedUp
from ostiary.core.model.environment import Environment
from ostiary.core.model.reference_adapter import AttributeFormat, Direction, ReferenceAdapter
from ostiary.core.oauth.refusals import describe_refusal
from ostiary.core.ports.events import Events
from ostiary.core.signon.reference import ReferenceHandover

Attributes = Mapping[str, Any]
ReadAttributes = Callable[[AttributeFormat], Attributes]
"""Reads what a caller sent, in the form in which its adapter takes it."""
DROP_OFF, PICK_UP = "drop off", "pick up"
OF_TOKENS = frozenset(
    {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "act", "azp", "nonce", "sid"}
    | {"acr", "amr", "auth_time", "client_id", "scope"}
)
"""Names under which the server itself says something in tokens: no attribute may look like it."""
_MAX_NUMBER = 2**63


class PickedUp(msgspec.Struct, frozen=True):
    """What a reference stood for: nothing, for one that is unknown, spent or over."""

    attributes: Attributes
    format: AttributeFormat

    def __repr__(self) -> str:
        return "PickedUp(…)"


@dataclass(frozen=True, slots=True)
class ReferenceBackChannel:
    """Takes attributes from applications, and gives them to applications."""

    reference_callers: ReferenceCallers
    handover: ReferenceHandover
    events: Events

    async def drop_off(
        self,
        env: Environment,
        presented: PresentedCaller,
        read: ReadAttributes,
        *,
        reserved: frozenset[str] = frozenset(),
    ) -> str:
        """Keep the attributes of a person whom the calling application knows; return a reference.

        Spec: PingFederate "Reference ID adapter" (drop-off).
        Args: reserved are names that the server fills in itself, beside those of tokens.
        Stores: the attributes under the hash of the reference.
        Raises: what `read` raises; as `ReferenceCallers.authenticate`; OAuthError access_denied,
            invalid_request.
        """
        try:
            adapter = await self.reference_callers.authenticate(env, presented)
            attributes = _read(adapter, read, OF_TOKENS | reserved)
            reference = await self.handover.drop(env, adapter, attributes, is_from_application=True)
        except ProtocolError as error:
            self._refuse(env, DROP_OFF, error, presented)
            raise
        self.events.emit(AttributesDropped(env.id, adapter.key, presented.address))
        return reference

    async def pick_up(
        self, env: Environment, presented: PresentedCaller, reference: str
    ) -> PickedUp:
        """Return what a reference stands for, and forget it.

        Spec: PingFederate "Reference ID adapter" (pick-up).
        Raises: as `ReferenceCallers.authenticate`; UnavailableError.
        """
        try:
            adapter = await self.reference_callers.authenticate(env, presented)
            found = await self.handover.take(env, adapter, reference)
        except ProtocolError as error:
            self._refuse(env, PICK_UP, error, presented)
            raise
        is_found, address = found is not None, presented.address
        self.events.emit(AttributesPickedUp(env.id, adapter.key, is_found, address))
        attributes = found.attributes if found else {}
        if not adapter.includes_null:
            attributes = {name: each for name, each in attributes.items() if each is not None}
        return PickedUp(attributes, adapter.outgoing_format)

    def _refuse(
        self, env: Environment, endpoint: str, error: ProtocolError, presented: PresentedCaller
    ) -> None:
        caller = Presented(presented.address, ())
        self.events.emit(describe_refusal(env, endpoint, error, client=None, presented=caller))


def _read(adapter: ReferenceAdapter, read: ReadAttributes, reserved: frozenset[str]) -> Attributes:
    if adapter.direction is not Direction.IDP:
        raise OAuthError(
            OAuthCode.ACCESS_DENIED, "This adapter takes no attributes from applications."
        )
    attributes = read(adapter.incoming_format)
    if not reserved.isdisjoint(attributes):
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "An attribute has a name that is the server's own."
        )
    if not all(map(_is_storable, attributes.values())):
        raise OAuthError(OAuthCode.INVALID_REQUEST, "An attribute holds a number of over 64 bits.")
    return attributes


def _is_storable(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_storable, value.values()))
    if isinstance(value, list):
        return all(map(_is_storable, value))
    return not isinstance(value, int) or -_MAX_NUMBER <= value < _MAX_NUMBER
