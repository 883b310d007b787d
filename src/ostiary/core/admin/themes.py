"""The theme of an environment as a document: its files stand in it, read and checked."""

from ostiary.core.admin.bodies import ThemeBody, ThemeColoursBody, ThemeLinksBody
from ostiary.core.base.data_urls import write_data_url
from ostiary.core.configuration.schema_theme import ThemeSettings
from ostiary.core.configuration.secret_sources import Surroundings
from ostiary.core.configuration.theme_files import read_image, read_stylesheet


def describe_theme(theme: ThemeSettings, surroundings: Surroundings) -> ThemeBody:
    """Return a theme with the files that it names.

    Raises: ThemeFileRefusedError.
    """

    def picture(source: str | None) -> str | None:
        return None if source is None else write_data_url(*read_image(source, surroundings))

    sheet = theme.stylesheet
    return ThemeBody(
        title=theme.title,
        logo=picture(theme.logo),
        dark_logo=picture(theme.dark_logo),
        stylesheet=None if sheet is None else write_data_url(*read_stylesheet(sheet, surroundings)),
        light=ThemeColoursBody(**theme.light.model_dump()),
        dark=ThemeColoursBody(**theme.dark.model_dump()),
        links=ThemeLinksBody(**theme.links.model_dump()),
    )
