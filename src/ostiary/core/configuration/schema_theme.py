"""The table `[environments.NAME.theme]`: what the pages of an environment look like."""

from typing import Annotated

from pydantic import AfterValidator, Field

from ostiary.core.base.colours import HEX_COLOUR
from ostiary.core.configuration.field_types import FilePath
from ostiary.core.configuration.schema_secrets import Settings
from ostiary.core.configuration.url_types import WebLink

MAX_TITLE_CHARACTERS = 80


def _check_colour(text: str) -> str:
    if HEX_COLOUR.fullmatch(text) is None:
        raise ValueError('must be a colour such as "#1d4ed8" or "#fff"')
    return text


Colour = Annotated[str, AfterValidator(_check_colour)]


class ThemeColours(Settings):
    """Colours of one scheme; what is not named stays as it is without a theme."""

    page: Colour | None = Field(default=None, description="Behind everything.")
    card: Colour | None = Field(default=None, description="Behind the text, the fields too.")
    text: Colour | None = Field(default=None, description="The text.")
    line: Colour | None = Field(default=None, description="Around the card.")
    edge: Colour | None = Field(default=None, description="Around fields and buttons.")
    settled: Colour | None = Field(
        default=None, description="Behind fields that cannot be changed."
    )
    link: Colour | None = Field(default=None, description="Links.")
    wrong: Colour | None = Field(default=None, description="What is wrong, in words.")
    primary: Colour | None = Field(default=None, description="The button that leads on.")
    on_primary: Colour | None = Field(default=None, description="The words on that button.")
    focus: Colour | None = Field(
        default=None, description="Around what the keyboard would press or fill in."
    )


class ThemeLinks(Settings):
    """Links below every page, in its reader's language."""

    imprint: WebLink | None = Field(default=None, description="Who runs this.")
    privacy: WebLink | None = Field(default=None, description="What becomes of people's data.")
    terms: WebLink | None = Field(default=None, description="The terms of use.")
    accessibility: WebLink | None = Field(
        default=None, description="How everybody can use it, and whom to tell who cannot."
    )
    support: WebLink | None = Field(default=None, description="Where people find help.")


class ThemeSettings(Settings):
    """What the pages of an environment look like; without this table, as everywhere else.

    A file is named by its path, or written here as `data:TYPE;base64,...`, as an export does.
    """

    title: str = Field(
        default="",
        max_length=MAX_TITLE_CHARACTERS,
        description="What people call it, in the titles of windows, and above every page where "
        "there is no logo; default: the environment's name.",
    )
    logo: FilePath | None = Field(
        default=None,
        min_length=1,
        description="A picture above every page: SVG, PNG or WebP, at most 256 KiB.",
    )
    dark_logo: FilePath | None = Field(
        default=None,
        min_length=1,
        description="The one for people who want dark pages; default: the same.",
    )
    stylesheet: FilePath | None = Field(
        default=None,
        min_length=1,
        description="Rules in CSS that come after ours, at most 64 KiB. It loads nothing: no "
        "`@import`, no `url()`.",
    )
    light: ThemeColours = Field(default_factory=ThemeColours, description="Colours of light pages.")
    dark: ThemeColours = Field(default_factory=ThemeColours, description="Colours of dark pages.")
    links: ThemeLinks = Field(default_factory=ThemeLinks, description="Links below every page.")
