"""Pages that show several things, each with what may be done with it."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True)
class Deed:
    """One button, and what it sends.

    Args:
        label: what the button says.
        action: the path on this host that is posted to.
        fields: names and values.
    """

    label: str
    action: str
    fields: Sequence[tuple[str, str]] = ()

    def __post_init__(self) -> None:
        if not self.action.startswith("/") or self.action[1:2] in {"/", "\\"}:
            raise ValueError("a form goes to a path on this host")


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the things.

    Args:
        lines: what is to be known of it.
        items: a list below them.
    """

    heading: str
    _: KW_ONLY
    lines: Sequence[str] = ()
    items: Sequence[str] = ()
    deed: Deed | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Things of one kind.

    Args:
        lines: what is to be known of them all, or that there is none.
        deed: what may be done with several at once.
    """

    heading: str
    _: KW_ONLY
    lines: Sequence[str] = ()
    entries: Sequence[Entry] = ()
    deed: Deed | None = None


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of sections.

    Args: notice: what has just been done.
    """

    title: str
    heading: str
    _: KW_ONLY
    notice: str = ""
    lines: Sequence[str] = ()
    sections: Sequence[Section] = ()
