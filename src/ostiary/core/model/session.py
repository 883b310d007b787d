"""Sessions: who signed on in which browser, and how long that holds."""

from dataclasses import dataclass
from operator import attrgetter

import msgspec

from ostiary.core.base.ids import BrowserKey, ClientId, SessionId, UserId
from ostiary.core.model.user import User

_SKIPPED = attrgetter("skipped")
MAX_FORMER = 4
"""So many earlier cookies of a browser still open the flows that were begun with them."""
MAX_CLIENTS = 16
"""A session remembers so many clients for which the user signed on in it, the latest."""


class PassedPolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """A policy that somebody has passed, and what was shown for it.

    Args:
        at: seconds since the epoch.
        way: the branches taken, from the policy's root to its end.
        steps: the steps on that way, each as key and a digest of its kind and settings.
        methods: how the user proved who it is on it.
        skipped: keys of the steps on it that asked nothing; see `core.flow.skipped_steps`.
    """

    key: str
    at: float
    way: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    context: str | None = None
    skipped: tuple[str, ...] = ()


class Authentication(msgspec.Struct, frozen=True, omit_defaults=True):
    """How, and when, a user proved who it is.

    Args:
        at: seconds since the epoch (`auth_time`).
        methods: how, as RFC 8176 names it (`amr`).
        passed: the authentication policies that it satisfies, the latest last.
        context: the class of the last of them (`acr`), if it names one.
        credential: `User.credential` of the user that was proved, as it was read before the proof;
            None holds for nobody.
        directory: `User.directory` of that user; None where it was not written down.
    """

    user_id: UserId
    at: float
    methods: tuple[str, ...] = ()
    passed: tuple[PassedPolicy, ...] = ()
    context: str | None = None
    credential: float | None = None
    directory: str | None = None

    @property
    def has_skipped(self) -> bool:
        """Tell whether there was a step that asked nothing."""
        return any(map(_SKIPPED, self.passed))

    def by(self, passed: PassedPolicy) -> "Authentication":
        """Return it as it counts where only one of the policies does: as old, and as strong."""
        return msgspec.structs.replace(
            self, at=passed.at, methods=passed.methods, context=passed.context
        )

    def holds_for(self, user: User) -> bool:
        """Tell whether it still proves this user, as the directory has it now.

        Whoever changes a password throws out everybody who knew the old one, and whoever disables
        a user everybody who has signed on as it.
        """
        is_same = user.id == self.user_id and user.credential == self.credential
        is_kept_there = self.directory is None or user.directory == self.directory
        return is_same and is_kept_there and user.may_sign_on


class SignOnPlace(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a user signed on last, for people to know their own devices again.

    Args: program, system: what the browser said it is, each in a word; "" for unknown.
    """

    address: str = ""
    program: str = ""
    system: str = ""


class Session(msgspec.Struct, frozen=True, omit_defaults=True):
    """One browser in which a user has signed on. Times are seconds since the epoch.

    Args:
        key: of the cookie that shows it now; it changes with each authentication.
        persistent_key: of the cookie that outlives the browser, where the environment has it.
        former: keys of the cookies before; nobody is recognised by them any more, but flows that
            were begun with them may go on.
        created_at: when the user first signed on in it.
        clients: for which the user signed on; others may have used the session afterwards.
    """

    id: SessionId
    key: BrowserKey
    authentication: Authentication
    created_at: float
    used_at: float
    persistent_key: BrowserKey | None = None
    former: tuple[BrowserKey, ...] = ()
    place: SignOnPlace = SignOnPlace()
    clients: tuple[ClientId, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """How long sessions hold, and which cookies show them.

    Args:
        idle_seconds: without use, a session ends after so long.
        max_seconds: and after so long in any case.
        is_persistent: a second cookie outlives the browser.
        is_cross_site: cookies also go with requests that other sites make (`SameSite=None`).
        is_partitioned: then only within the site that embeds them (`Partitioned`).
    """

    idle_seconds: float = 3600.0
    max_seconds: float = 28_800.0
    is_persistent: bool = False
    is_cross_site: bool = False
    is_partitioned: bool = False

    def expires_at(self, session: Session) -> float:
        """Return when a session ends if it is not used again."""
        return min(session.used_at + self.idle_seconds, session.created_at + self.max_seconds)
