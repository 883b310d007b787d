"""A theme: what makes the pages of an environment look like those of its owner."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "page": "#f3f4f6",
        "card": "#fff",
        "text": "#1f2937",
        "line": "#d1d5db",
        "edge": "#6b7280",
        "settled": "#f3f4f6",
        "link": "#1d4ed8",
        "wrong": "#b91c1c",
        "primary": "#1d4ed8",
        "on_primary": "#fff",
        "focus": "#1d4ed8",
    }
)
"""The colours of pages without a theme, and of whatever a theme does not name."""
DARK: Mapping[str, str] = MappingProxyType(
    {
        "page": "#0b1120",
        "card": "#1f2937",
        "text": "#f3f4f6",
        "line": "#374151",
        "edge": "#9ca3af",
        "settled": "#111827",
        "link": "#93c5fd",
        "wrong": "#fca5a5",
        "primary": "#93c5fd",
        "on_primary": "#0b1120",
        "focus": "#fde68a",
    }
)


class LinkKind(StrEnum):
    """What a link below every page leads to."""

    IMPRINT = "imprint"
    PRIVACY = "privacy"
    TERMS = "terms"
    ACCESSIBILITY = "accessibility"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """What browsers fetch for a page.

    Args: name: with a digest of the content: another content has another name.
    """

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Theme:
    """What pages show beside what they say.

    Args:
        title: what people call the environment.
        stylesheet: colours, and the owner's own rules.
        dark_logo: shown in the logo's place on dark pages.
    """

    title: str
    stylesheet: ThemeFile | None = None
    logo: ThemeFile | None = None
    dark_logo: ThemeFile | None = None
    links: tuple[tuple[LinkKind, str], ...] = ()

    def find_file(self, name: str) -> ThemeFile | None:
        """Return the file of a name; of an earlier name, the one that has come in its place.

        A page and what belongs to it may come from two workers, of which one knows a new
        configuration already.
        """
        kind = kind_of(name)
        files = (self.stylesheet, self.logo, self.dark_logo)
        return next((each for each in files if each and kind_of(each.name) == kind), None)


def kind_of(name: str) -> str:
    """Return what a file's name says before the digest."""
    return name.rpartition("-")[0]
