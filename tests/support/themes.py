"""A theme with everything that one may have."""

from collections.abc import Iterator

from ostiary.core.admin.bodies import ThemeBody, ThemeColoursBody, ThemeLinksBody
from ostiary.core.admin.compiler.theme_compiler import compile_theme
from ostiary.core.base.data_urls import write_data_url
from ostiary.core.model.theme import Theme, ThemeFile

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
PNG = b"\x89PNG\r\n\x1a\n"
LINKS = ThemeLinksBody(
    imprint="https://shop.example/imprint",
    privacy="https://shop.example/privacy",
    terms="https://shop.example/terms",
    accessibility="https://shop.example/accessibility",
    support="https://help.shop.example/",
)


def make_theme() -> Theme:
    """Make a theme named "Example Shop"."""
    body = ThemeBody(
        title="Example Shop",
        logo=write_data_url("image/svg+xml", SVG),
        dark_logo=write_data_url("image/png", PNG),
        stylesheet=write_data_url("text/css", b"h1 { font-weight: 400; }\n"),
        light=ThemeColoursBody(primary="#0f766e"),
        links=LINKS,
    )
    return compile_theme(body, "shop")


def files_of(theme: Theme) -> Iterator[ThemeFile]:
    """Yield every file of a theme."""
    yield from filter(None, (theme.stylesheet, theme.logo, theme.dark_logo))
