"""How something is told to a person who is not in front of a page: by mail, by text message."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

import msgspec

from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import UserId
from ostiary.core.model.environment import Environment


class Channel(StrEnum):
    """By which way a message goes."""

    EMAIL = "email"
    SMS = "sms"


class Template(StrEnum):
    """What a message says; its texts, in each language, are the adapter's."""

    ONE_TIME_CODE = "one_time_code"
    VERIFY_EMAIL = "verify_email"
    RECOVERY_CODE = "recovery_code"
    RECOVERY_LINK = "recovery_link"
    USERNAME_REMINDER = "username_reminder"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind of message
    EMAIL_CHANGED = "email_changed"
    """Told to the address before."""
    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    ACCOUNT_EXISTS = "account_exists"
    """Somebody tried to register with an address that has an account; told to nobody else."""


PLACEHOLDERS: Mapping[Template, frozenset[str]] = {
    Template.ONE_TIME_CODE: frozenset({"code", "minutes"}),
    Template.VERIFY_EMAIL: frozenset({"code", "minutes"}),
    Template.RECOVERY_CODE: frozenset({"code", "minutes"}),
    Template.RECOVERY_LINK: frozenset({"link", "minutes"}),
    Template.USERNAME_REMINDER: frozenset({"usernames"}),
    Template.PASSWORD_CHANGED: frozenset(),
    Template.EMAIL_CHANGED: frozenset(),
    Template.AUTHENTICATOR_ADDED: frozenset({"authenticator"}),
    Template.AUTHENTICATOR_REMOVED: frozenset({"authenticator"}),
    Template.ACCOUNT_EXISTS: frozenset(),
}
"""Names of the values that a message brings; the environment's name is added to all of them."""


class DeliveryFailedError(UnavailableError):
    """There is no such channel here, for nobody."""

    def __init__(self, **detail: str) -> None:
        super().__init__("Messages cannot be sent at the moment.", retry_after_seconds=30, **detail)


class Message(msgspec.Struct, frozen=True):
    """One message to one person.

    Args:
        to: an e-mail address, or a telephone number (E.164, with its plus sign).
        values: exactly those that `PLACEHOLDERS` names for the template.
        locale: language tag of the person, such as "de" or "fr-CH"; "" when unknown.
        user: whose it is, for events, where there is such a user.
    Raises: ValueError for other values than the template's, which is a defect of the caller.
    """

    channel: Channel
    to: str
    template: Template
    values: Mapping[str, str] = {}
    locale: str = ""
    user: UserId | None = None

    def __post_init__(self) -> None:
        if set(self.values) != PLACEHOLDERS[self.template]:
            raise ValueError(f"{self.template} takes {sorted(PLACEHOLDERS[self.template])}")

    def __repr__(self) -> str:
        """Name it without what nobody but its reader may know."""
        return f"Message({self.channel}, {self.template})"


class Delivery(Protocol):
    """Takes messages and has them delivered; nobody waits for that, and events say what came of it.

    So an answer takes as long for a user who is sent something as for one whom nobody knows.
    """

    def can_send(self, env: Environment, channel: Channel) -> bool:
        """Tell whether messages go this way here: by configuration, so the same for everybody."""
        ...

    def send(self, env: Environment, message: Message) -> None:
        """Take a message; it does not wait, and does not tell whether it will arrive.

        One that cannot be taken (too many wait, too many went there) is dropped with an event, for
        an error would say that there is somebody to send it to.
        Raises: DeliveryFailedError where `can_send` is false.
        """
        ...
