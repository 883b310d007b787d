"""Pages as values: what they say and ask, not how they look."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Literal

from ostiary.core.base.uris import FOREIGN_SCHEMES
from ostiary.web.links import Link, is_safe_url
from ostiary.web.list_pages import ListPage

Kind = Literal[
    "text",
    "password",
    "checkbox",
    "hidden",
    "email",
    "tel",
    "code",
    "choice",
    "make_passkey",
    "use_passkey",
]
_TYPED = frozenset({"text", "email", "tel", "code"})
_PASSKEYS = frozenset({"make_passkey", "use_passkey"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the things that a field lets one choose from."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form.

    Args:
        value: what it holds at first; a password is never written into a page. Of a passkey's
            field, what a script gives to the browser, as JSON.
        autocomplete: HTML's word for what a browser may fill in, such as "username".
        problem: what is wrong with what was sent.
        has_digits_only: of a code: telephones show a keyboard of digits.
    """

    name: str
    label: str
    kind: Kind = "text"
    _: KW_ONLY
    value: str = ""
    checked: bool = False
    required: bool = False
    read_only: bool = False
    autocomplete: str | None = None
    problem: str | None = None
    choices: Sequence[Choice] = ()
    has_digits_only: bool = False

    @property
    def is_hidden(self) -> bool:
        """Nobody sees it."""
        return self.kind == "hidden"

    @property
    def is_typed(self) -> bool:
        """What was typed may stand in it again."""
        return self.kind in _TYPED

    @property
    def is_passkey(self) -> bool:
        """A script fills it with what the browser makes of a passkey."""
        return self.kind in _PASSKEYS

    @property
    def chosen(self) -> int:
        """Which of its choices is chosen at first, counted from 1; 0 for none."""
        values = [choice.value for choice in self.choices]
        return values.index(self.value) + 1 if self.value in values else 0

    @property
    def is_wrong(self) -> bool:
        """It is to be corrected."""
        return self.problem is not None and not self.is_hidden

    @property
    def is_to_fill(self) -> bool:
        """It waits for somebody to type, or to choose."""
        if self.kind == "choice":
            return self.required
        is_empty = self.kind == "password" or (self.is_typed and not self.value)
        return is_empty and not self.read_only


@dataclass(frozen=True, slots=True)
class Button:
    """What sends a form. Only a primary one insists on required fields."""

    name: str
    value: str
    label: str
    _: KW_ONLY
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class FormPage:
    """A page that asks.

    Args:
        action: the path on this host that the form is posted to.
        problems: what is wrong with all of it.
        lines: paragraphs above the form.
        items: a list below them.
        figure: a text that is shown as a QR code.
        logo: the address of an image.
    """

    title: str
    heading: str
    action: str
    _: KW_ONLY
    fields: Sequence[Field] = ()
    buttons: Sequence[Button] = ()
    problems: Sequence[str] = ()
    lines: Sequence[str] = ()
    items: Sequence[str] = ()
    figure: str = ""
    links: Sequence[Link] = ()
    logo: str | None = None

    def __post_init__(self) -> None:
        if not self.action.startswith("/") or self.action[1:2] in {"/", "\\"}:
            raise ValueError("a form goes to a path on this host")

    @property
    def focused(self) -> Field | None:
        """Where typing begins: at the first wrong field, or else the first empty one.

        With a passkey there is nothing to type: its button is pressed.
        """
        if self.has_passkey:
            return None
        wrong = [field for field in self.fields if field.is_wrong]
        empty = [field for field in self.fields if field.is_to_fill]
        return next(iter([*wrong, *empty]), None)

    @property
    def has_passkey(self) -> bool:
        """A script is needed."""
        return any(field.is_passkey for field in self.fields)

    @property
    def ordered_buttons(self) -> list[Button]:
        """The buttons, primary ones first: the key Enter presses the first."""
        return sorted(self.buttons, key=lambda button: not button.is_primary)


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A page that only tells something."""

    title: str
    heading: str
    _: KW_ONLY
    lines: Sequence[str] = ()
    links: Sequence[Link] = ()


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A page that says what went wrong.

    Args:
        detail: what is wrong, in the words that programs get.
        code: what to tell whoever can help, such as an error id.
    """

    title: str
    heading: str
    _: KW_ONLY
    detail: str | None = None
    lines: Sequence[str] = ()
    code: str | None = None


@dataclass(frozen=True, slots=True)
class AutoSubmitPage:
    """A page that posts its fields elsewhere by itself, or when its button is pressed.

    Args:
        action: an absolute URL that has been checked to be the client's own.
    """

    action: str
    fields: Sequence[tuple[str, str]]

    def __post_init__(self) -> None:
        if not self.action.lower().startswith(("https://", "http://")):
            raise ValueError("a form is posted to an http(s) URL")


@dataclass(frozen=True, slots=True)
class SignedOffPage:
    """A page that has other sites sign off in hidden frames, and then goes on.

    Args:
        frames: absolute URLs of clients; a page shows those that are `is_safe_url`.
        onward: where the browser goes afterwards: a client's registered URI, perhaps of an
            application's own scheme; None to stay.
    """

    title: str
    heading: str
    frames: Sequence[str]
    _: KW_ONLY
    onward: str | None = None
    lines: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.onward is not None and self.onward.partition(":")[0].lower() in FOREIGN_SCHEMES:
            raise ValueError("nobody is sent to where something runs")

    @property
    def leads_on(self) -> bool:
        """It has a link onward; to an application only the header that it is sent with leads."""
        return self.onward is not None and is_safe_url(self.onward)


Page = FormPage | MessagePage | ErrorPage | AutoSubmitPage | SignedOffPage | ListPage
