"""Pages as values: what they say and ask, not how they look."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Literal

from ostiary.web.links import Link

Kind = Literal["text", "password", "checkbox", "hidden"]


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form.

    Args:
        value: what it holds at first; a password is never written into a page.
        autocomplete: HTML's word for what a browser may fill in, such as "username".
        problem: what is wrong with what was sent.
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

    @property
    def is_hidden(self) -> bool:
        """Nobody sees it."""
        return self.kind == "hidden"

    @property
    def is_wrong(self) -> bool:
        """It is to be corrected."""
        return self.problem is not None and not self.is_hidden

    @property
    def is_to_fill(self) -> bool:
        """It waits for somebody to type."""
        is_empty = self.kind == "password" or (self.kind == "text" and not self.value)
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
    links: Sequence[Link] = ()
    logo: str | None = None
    language: str = "en"

    def __post_init__(self) -> None:
        if not self.action.startswith("/") or self.action[1:2] in {"/", "\\"}:
            raise ValueError("a form goes to a path on this host")

    @property
    def focused(self) -> Field | None:
        """Where typing begins: at the first wrong field, or else the first empty one."""
        wrong = [field for field in self.fields if field.is_wrong]
        empty = [field for field in self.fields if field.is_to_fill]
        return next(iter([*wrong, *empty]), None)

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
    language: str = "en"


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A page that says what went wrong.

    Args:
        code: what to tell whoever can help, such as an error id.
    """

    title: str
    heading: str
    _: KW_ONLY
    lines: Sequence[str] = ()
    code: str | None = None
    language: str = "en"


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


Page = FormPage | MessagePage | ErrorPage | AutoSubmitPage
