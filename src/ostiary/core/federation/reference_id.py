"""The back channel of reference adapters: attributes dropped off, and picked up once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ostiary.core.base.errors import OAuthCode, OAuthError, ProtocolError, TooManyAttemptsError
from ostiary.core.clientauth.contract import Presented
from ostiary.core.federation.reference_callers import PresentedCaller, ReferenceCallers
from ostiary.core.model.audit.references import AttributesDropped, AttributesPickedUp
from ostiary.core.model.environment import Environment
from ostiary.core.model.reference_adapter import AttributeFormat, Direction, ReferenceAdapter
from ostiary.core.model.reference_context import ReferenceContext
from ostiary.core.oauth.refusals import describe_refusal
from ostiary.core.ports.events import Events
from ostiary.core.ports.limiter import Limiter
from ostiary.core.ports.references import DroppedReference
from ostiary.core.signon.reference import ReferenceHandover

Attributes = Mapping[str, Any]


class DroppedOff(msgspec.Struct, frozen=True):
    """What an application drops off. Args: context: on which occasion."""

    attributes: Attributes
    context: ReferenceContext | None = None

    def __repr__(self) -> str:
        return "DroppedOff(…)"


ReadAttributes = Callable[[AttributeFormat], DroppedOff]
"""Reads what a caller sent, in the form in which its adapter takes it."""
DROP_OFF, PICK_UP = "drop off", "pick up"
OF_TOKENS = frozenset(
    {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "act", "azp", "nonce", "sid"}
    | {"acr", "amr", "auth_time", "client_id", "scope"}
)
"""Names under which the server itself says something in tokens: no attribute may look like it."""
_MAX_NUMBER = 2**63


class PickedUp(msgspec.Struct, frozen=True):
    """What a reference stood for: nothing, for one that is unknown, spent or over.

    Args:
        adapter: its key.
        context: on which occasion it was dropped.
        is_own: the server dropped it, and no application.
    """

    attributes: Attributes
    format: AttributeFormat
    adapter: str = ""
    context: ReferenceContext | None = None
    is_own: bool = False

    def __repr__(self) -> str:
        return "PickedUp(…)"


@dataclass(frozen=True, slots=True)
class ReferenceBackChannel:
    """Takes attributes from applications, and gives them to applications."""

    reference_callers: ReferenceCallers
    handover: ReferenceHandover
    limiter: Limiter
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
            said = _read(adapter, read, OF_TOKENS | reserved)
            reference = await self.handover.drop(
                env,
                adapter,
                said.attributes,
                is_from_application=True,
                flow_id=None if said.context is None else said.context.flow_id,
                context=said.context,
            )
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
        Raises: as `ReferenceCallers.authenticate`; TooManyAttemptsError for one that stands for
            nothing, of a caller that has shown many of them; UnavailableError.
        """
        try:
            adapter = await self.reference_callers.authenticate(env, presented)
            found = await self._take(env, adapter, reference, presented.address)
        except ProtocolError as error:
            self._refuse(env, PICK_UP, error, presented)
            raise
        is_found, address = found is not None, presented.address
        self.events.emit(AttributesPickedUp(env.id, adapter.key, is_found, address))
        if found is None:
            return PickedUp({}, adapter.outgoing_format)
        return PickedUp(
            dict(_written(adapter, found.attributes)),
            adapter.outgoing_format,
            adapter.key,
            found.context,
            is_own=not found.is_from_application,
        )

    async def _take(
        self, env: Environment, adapter: ReferenceAdapter, reference: str, address: str
    ) -> DroppedReference | None:
        # A good one is always handed out: whatever strangers have an application ask about, those
        # who sign on meanwhile still do. It has 16 random bytes at least, so nobody guesses one.
        found = await self.handover.take(env, adapter, reference)
        if found is None:
            self._count_miss(env, adapter, address)
        return found

    def _count_miss(self, env: Environment, adapter: ReferenceAdapter, address: str) -> None:
        subject = ("reference", adapter.key, address)
        try:
            self.limiter.check(env, subject)
        except TooManyAttemptsError as error:
            error.detail["claimed"] = adapter.key
            raise
        self.limiter.count(env, subject)

    def _refuse(
        self, env: Environment, endpoint: str, error: ProtocolError, presented: PresentedCaller
    ) -> None:
        caller = Presented(presented.address, ())
        self.events.emit(describe_refusal(env, endpoint, error, client=None, presented=caller))


def _written(adapter: ReferenceAdapter, attributes: Attributes) -> Iterator[tuple[str, Any]]:
    """Yield attributes as their adapter has them handed out."""
    for name, value in attributes.items():
        if value is None and not adapter.includes_null:
            continue
        is_text = isinstance(value, dict | list) and not adapter.keeps_json
        yield name, msgspec.json.encode(value).decode() if is_text else value


def _read(adapter: ReferenceAdapter, read: ReadAttributes, reserved: frozenset[str]) -> DroppedOff:
    if adapter.direction is not Direction.IDP:
        raise OAuthError(
            OAuthCode.ACCESS_DENIED, "This adapter takes no attributes from applications."
        )
    said = read(adapter.incoming_format)
    attributes = said.attributes
    if not reserved.isdisjoint(attributes):
        raise OAuthError(
            OAuthCode.INVALID_REQUEST, "An attribute has a name that is the server's own."
        )
    if not all(map(_is_storable, attributes.values())):
        raise OAuthError(OAuthCode.INVALID_REQUEST, "An attribute holds a number of over 64 bits.")
    return said


def _is_storable(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_storable, value.values()))
    if isinstance(value, list):
        return all(map(_is_storable, value))
    return not isinstance(value, int) or -_MAX_NUMBER <= value < _MAX_NUMBER
