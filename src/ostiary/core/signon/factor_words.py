"""What `second_factors` and those who ask for a factor say to each other: JSON values."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from ostiary.core.base.ids import FlowId
from ostiary.core.model.authenticator import Authenticator
from ostiary.core.signon.one_time_codes import KeptCode

RefusalReason = Literal["wrong", "over", "locked", "limit"]


class FactorContext(msgspec.Struct, frozen=True):
    """Where a factor is asked for.

    Args:
        flow_id: a challenge made in one flow is good in no other.
        address: from where somebody acts, for the event log.
        locale: in which language a message is wished; "" when unknown.
        device: where the user has given a second factor before, which has counts of its own; "" for
            any other.
    """

    flow_id: FlowId
    address: str
    locale: str = ""
    device: str = ""


class Challenge(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an answer is held against. Whoever asks keeps it, and never lets it out of the server.

    Args:
        flow_id: the flow that it was made in.
        failures: how many wrong answers there were.
        code: what is kept of a code that was sent.
        options: what a browser is given to make a passkey or to use one, as JSON (WebAuthn).
    """

    flow_id: FlowId
    failures: int = 0
    code: KeptCode | None = None
    options: str = ""

    def to_state(self) -> dict[str, Any]:
        """Return it as JSON values, for the state of a step."""
        state: dict[str, Any] = msgspec.to_builtins(self)
        return state

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "Challenge":
        """Read what `to_state` wrote."""
        return msgspec.convert(state, cls)


class Enrolment(msgspec.Struct, frozen=True):
    """An authenticator that waits for its user to show that it works; it is stored only then.

    Args:
        authenticator: as it will be; the secret in it is sealed.
        account: the user's name, for applications that show codes.
    """

    authenticator: Authenticator
    challenge: Challenge
    account: str

    def to_state(self) -> dict[str, Any]:
        """Return it as JSON values, for the state of a step."""
        state: dict[str, Any] = msgspec.to_builtins(self)
        return state

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "Enrolment":
        """Read what `to_state` wrote."""
        return msgspec.convert(state, cls)


class Exhibit(msgspec.Struct, frozen=True):
    """What the person who enrols gets to see, and nobody else ever.

    Args:
        key: TOTP: the key in base32, to be typed.
        key_uri: TOTP: the same for a QR code.
        creation_options: passkey: what the browser is given, as JSON.
        recovery_codes: to be kept somewhere safe.
    """

    key: str = ""
    key_uri: str = ""
    creation_options: str = ""
    recovery_codes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Exhibit(…)"


class FactorRefused(msgspec.Struct, frozen=True):
    """It was not taken.

    Args:
        reason: "wrong"; "over": the challenge is, and a new one is needed; "locked": nothing is
            right for `retry_seconds`; "limit": too many codes were sent, or there are too many
            authenticators.
        remaining: how many more wrong answers there may be.
        kept: takes the place of the challenge before anybody is told; else nothing is counted.
    """

    reason: RefusalReason
    remaining: int | None = None
    retry_seconds: int | None = None
    kept: Challenge | None = None
