"""What an authentication step is: it asks something of a person, and says what came of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

import msgspec

from ostiary.core.base.ids import UserId
from ostiary.core.base.languages import choose_language, parse_language_ranges
from ostiary.core.model.authorization_request import AuthorizationRequest, DeviceWish
from ostiary.core.model.client import Client
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow
from ostiary.core.model.policy import StepInstance
from ostiary.core.model.user import User
from ostiary.core.signon.password import PresentedPassword


class Action(msgspec.Struct, frozen=True):
    """What somebody may do: a noun and a verb, in lower camel case.

    Each dialect spells it its own way: `checkUsernamePassword`, `usernamePassword.check`.
    """

    noun: str
    verb: str


class State(msgspec.Struct, frozen=True):
    """What a step is waiting for: ("usernamePassword", "required"), spelled by each dialect."""

    noun: str
    condition: str


class InputKind(StrEnum):
    """What an input holds."""

    TEXT = "text"
    PASSWORD = "password"  # noqa: S105 - a kind of input
    NEW_PASSWORD = "new password"  # noqa: S105 - browsers offer to make one up
    BOOLEAN = "boolean"
    EMAIL = "email"
    PHONE = "phone"
    CODE = "code"
    """What was sent to a person, or an application or a list shows: digits mostly."""
    CHOICE = "choice"
    """The value of one of the input's options; programs send it as a reference to a thing."""
    JSON = "json"
    """What a browser gives back (WebAuthn): text, whether it came as text or as an object."""


class Option(msgspec.Struct, frozen=True):
    """One of the things that an input lets one choose from."""

    value: str
    label: str


class Input(msgspec.Struct, frozen=True):
    """One thing that an action takes, for programs and for a page alike.

    Args:
        label: what a person reads beside it.
        value: what it holds at first: text, or a bool.
        autocomplete: what a browser may fill it with (HTML's tokens).
        options: of a choice, in order; no other value is taken.
        has_digits_only: of a code: telephones show a keyboard of digits. Nothing is refused for it.
    """

    name: str
    label: str
    kind: InputKind = InputKind.TEXT
    is_required: bool = False
    value: str | bool = ""
    is_read_only: bool = False
    autocomplete: str | None = None
    max_characters: int = 256
    options: tuple[Option, ...] = ()
    has_digits_only: bool = False


class Offer(msgspec.Struct, frozen=True):
    """An action that is possible now.

    Args:
        label: of its button; an offer without one is for programs only.
        is_primary: what the page is for; at most one of a view is.
    """

    action: Action
    label: str = ""
    inputs: tuple[Input, ...] = ()
    is_primary: bool = False


class View(msgspec.Struct, frozen=True):
    """What a person or program gets to see of a step; computed, never stored.

    Args:
        fields: members of the state for programs, by their names on the wire.
        title, lines, items: for the page: its heading, paragraphs, and a list.
        figure: what the page shows as a QR code; "" for none.
        leads_away: instead of a page the browser goes to an application; see `steps.departures`.
    """

    state: State
    offers: tuple[Offer, ...]
    fields: Mapping[str, object] = {}
    title: str = "Sign on"
    lines: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    figure: str = ""
    leads_away: bool = False


class ProblemKind(StrEnum):
    """Why an input was not taken; each dialect has its own code for it."""

    REQUIRED = "required"
    FORMAT = "format"
    UNKNOWN = "unknown"
    VALUE = "value"
    CREDENTIALS = "credentials"
    ATTEMPTS = "attempts"
    NEW_PASSWORD = "new password"  # noqa: S105 - what is wrong, not a password
    """It breaks rules of the policy; `Problem.unmet` names them."""
    TAKEN = "taken"
    CODE = "code"
    """A one-time code is not right, or over."""
    USER_CODE = "user code"
    """What was typed is the code of no device that waits."""
    LIMIT = "limit"
    """Too many were asked for; `Problem.retry_seconds` says how long to wait."""


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with what was sent; the step stays as it is.

    Args:
        message: for whoever develops the client.
        user_message: for the person; it never says whether a user exists.
        target: the input that it is about, or None.
        remaining: how many more attempts there are, where that may be known.
        unmet: rules of the password policy that a new password breaks, by their fields' names.
        retry_seconds: how long to wait before it is worth another try.
    """

    kind: ProblemKind
    message: str
    user_message: str
    target: str | None = None
    remaining: int | None = None
    unmet: tuple[str, ...] = ()
    retry_seconds: int | None = None


class Visitor(msgspec.Struct, frozen=True):
    """From where somebody acts.

    Args:
        device: the device cookie as it came, not verified.
        remembered: the same, of the cookie by which second factors are remembered.
        username: who signed on here before and wished to be remembered.
        languages: which ones the browser would like, as `parse_language_ranges` reads them.
        reference: what a browser brought along that begins a flow; for its first step alone.
    """

    address: str
    device: str | None = None
    remembered: str | None = None
    username: str | None = None
    languages: str = ""
    reference: str | None = None

    def __repr__(self) -> str:
        return f"Visitor(address={self.address!r}, …)"


class Keepsake(msgspec.Struct, frozen=True):
    """What the browser is to keep of a step.

    Args:
        username: to be filled in the next time; "" to forget it, None to leave it.
        device: the new device cookie, or None to leave it.
        remembered: the new cookie by which second factors are remembered, or None to leave it.
    """

    username: str | None = None
    device: str | None = None
    remembered: str | None = None


class Situation(msgspec.Struct, frozen=True):
    """Where a step is asked.

    Args:
        instance: as which it is configured.
        state: what it remembered last (`Ask.state`); when it begins, what a detour or the way back
            from one handed over, {} otherwise.
    """

    client: Client
    flow: Flow
    instance: StepInstance
    visitor: Visitor
    state: Mapping[str, Any]

    @property
    def language(self) -> str:
        """Return the language of what the person is sent: the application's wish comes first."""
        accepted = parse_language_ranges(self.visitor.languages)
        return choose_language((*self.flow.request.ui_locales, *accepted))


class Ask(msgspec.Struct, frozen=True):
    """The step waits for somebody; JSON values, nothing secret.

    Args: problems with what was sent, where the refusal itself is to be remembered (a wrong code
        that counts).
    """

    state: Mapping[str, Any] = {}
    problems: tuple[Problem, ...] = ()


class Passed(msgspec.Struct, frozen=True):
    """The step has what it asked for, and the policy goes on with its success.

    Args:
        user_id: whom it proved; None when it proved nobody (identifier first, consent).
        credential: `User.credential` of that user as it was read before the proof was compared, so
            that a proof of what is changed meanwhile comes to nothing; never read again for it.
        is_skipped: nothing was asked; a session holds by that only while the same would be skipped.
        methods: how (`amr`, RFC 8176).
        identifier: what somebody said who they are.
        scopes: what the user approved; None where that was not the question.
        is_remembered: that approval is to be kept for the next time.
    """

    user_id: UserId | None = None
    methods: tuple[str, ...] = ()
    identifier: str | None = None
    scopes: tuple[str, ...] | None = None
    is_remembered: bool = False
    keepsake: Keepsake = Keepsake()
    credential: float | None = None
    is_skipped: bool = False


class Failed(msgspec.Struct, frozen=True):
    """The step is over without success, and the policy goes on with its failure.

    Args: code and description of the OAuth error, should that be the end of the flow.
    """

    code: str = "access_denied"
    description: str = "The sign-on was not completed."


class Refused(msgspec.Struct, frozen=True):
    """What was sent is not taken; the step goes on waiting as before."""

    problems: tuple[Problem, ...]


class Restart(msgspec.Struct, frozen=True):
    """Begin again at the policy's root: whoever was named so far is somebody else.

    Once somebody is proved there is no way back, and the flow stays where it is.
    """


class Detour(msgspec.Struct, frozen=True):
    """Another kind of step goes on in this one's place: a forgotten password, a registration.

    It is asked under this one's key and settings. What it passes or fails with counts as this
    one's outcome; `Back` leads here again, and a further detour takes its place.
    Args:
        type: the kind of step.
        state: `Situation.state` when it begins; JSON values, nothing secret.
    """

    type: str
    state: Mapping[str, Any] = {}


class Back(msgspec.Struct, frozen=True):
    """A detour is over without an outcome: the step that the policy asks begins again.

    Args: state: `Situation.state` when it does.
    """

    state: Mapping[str, Any] = {}


class NeedsPolicy(msgspec.Struct, frozen=True):
    """The step asks once somebody has passed a policy: at once, or after signing on anew.

    Args:
        policy: its key.
        device: what the step has found out; when it begins again, it stands in the request.
        is_fresh: the policy must have been passed in this very flow.
        state: as `Ask.state`, where nobody has to sign on anew.
    """

    policy: str
    device: DeviceWish
    is_fresh: bool = False
    state: Mapping[str, Any] = {}


Begun = Ask | Passed | Failed | Detour | Back | NeedsPolicy
Outcome = Ask | Passed | Failed | Refused | Restart | Detour | Back | NeedsPolicy


class Revisit(msgspec.Struct, frozen=True):
    """A session is used once more in which a step was skipped.

    Args: request: what is asked for now.
    """

    instance: StepInstance
    user: User
    visitor: Visitor
    request: AuthorizationRequest


class Step(Protocol):
    """One kind of step, made once; what it remembers of a flow is in the flow.

    A dataclass whose fields name the ports that it needs.
    """

    @property
    def type(self) -> str:
        """Return the name by which the configuration asks for it."""
        ...

    @property
    def plugin_id(self) -> str:
        """Return 22 characters that name the kind for ever (PingFederate: `pluginTypeId`)."""
        ...

    async def begin(self, env: Environment, situation: Situation) -> Begun:
        """Begin: ask, or be done at once when there is nothing to ask.

        Raises: UnavailableError.
        """
        ...

    def view(self, env: Environment, situation: Situation) -> View:
        """Return what is asked now: the same for the same flow, whoever looks."""
        ...

    async def act(
        self, env: Environment, situation: Situation, action: Action, inputs: Mapping[str, Any]
    ) -> Outcome:
        """Take one of the actions that `view` offers.

        Args: inputs are those of the offer and no others, each `str` or `bool` by its kind;
            required ones are there.
        Raises: UnavailableError; nothing has happened then.
        """
        ...


class Unattended(msgspec.Struct, frozen=True):
    """Somebody signs on by a program that can ask nothing back: all that there is is this.

    Args:
        user: whom an earlier step has proved; None for nobody yet.
        presented: the username, the password, and from where they come.
        request: what is asked for, as far as a program says it.
    """

    instance: StepInstance
    user: User | None
    presented: PresentedPassword
    request: AuthorizationRequest

    def revisit(self, user: User) -> Revisit:
        """Return how a step is asked whether it lets a user go on without asking."""
        return Revisit(self.instance, user, Visitor(self.presented.address), self.request)


class NeedsPerson(msgspec.Struct, frozen=True):
    """The step is not content with a name and a password; the reason is for the event log."""

    reason: str


@runtime_checkable
class UnattendedStep(Step, Protocol):
    """A step that may be content with a name and a password; all others need the person."""

    async def pass_unattended(
        self, env: Environment, unattended: Unattended
    ) -> Passed | NeedsPerson:
        """Decide at once, with nobody there to be asked.

        Raises: UnavailableError.
        """
        ...


@runtime_checkable
class SkippableStep(Step, Protocol):
    """A step that may let people go on without asking them (`Passed.is_skipped`)."""

    async def may_skip(self, env: Environment, revisit: Revisit) -> bool:
        """Tell whether the step would still ask nothing of somebody whom it let go on.

        Raises: UnavailableError.
        """
        ...
