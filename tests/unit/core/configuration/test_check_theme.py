"""Themes: what a check says of their files and colours."""

import pytest

from ostiary.core.configuration.theme_files import MAX_IMAGE_BYTES, MAX_STYLESHEET_BYTES
from tests.support.configurations import MadeUpSurroundings, problems_in

SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
_PLACE = "environments.main.theme"


def theme_problems(theme: str, **files: str) -> list[str]:
    """Return what a check finds in an environment with a theme of these fields."""
    text = f'server.mode = "dev"\n[environments.main]\n[environments.main.theme]\n{theme}'
    found = problems_in(text, MadeUpSurroundings(files=files))
    assert all(each.startswith(_PLACE) for each in found)
    return [each.removeprefix(f"{_PLACE}.") for each in found]


def image_problems(content: str) -> list[str]:
    """Return what a check finds in a logo."""
    return theme_problems('logo = "logo"', logo=content)


def style_problems(content: str) -> list[str]:
    """Return what a check finds in a stylesheet."""
    return theme_problems('stylesheet = "style"', style=content)


def test_a_whole_theme_is_good() -> None:
    theme = """
        title = "Shop"
        logo = "light"
        dark_logo = "dark"
        stylesheet = "style"
        light = { primary = "#0f766e" }
        dark = { primary = "#5eead4", on_primary = "#000" }
        links = { imprint = "https://shop.example/imprint", support = "https://help.example" }
    """
    style = "/* no url(x), no @import */ h1 { fill: url(#a); background: var(--curl-url); }"
    assert theme_problems(theme, light=SVG, dark=SVG.format("<path/>"), style=style) == []


@pytest.mark.parametrize("field", ["logo", "stylesheet"])
def test_a_file_that_is_not_there_is_told(field: str) -> None:
    (found,) = theme_problems(f'{field} = "gone"')
    assert found == f"{field}: the file gone cannot be read: No such file or directory"


@pytest.mark.parametrize(
    "content", ["", "GIF89a", "<html/>", "<svg/>", SVG.format("<unclosed>"), "\x89PNG", "RIFF"]
)
def test_what_is_no_picture_of_the_three_kinds_is_refused(content: str) -> None:
    assert image_problems(content) == ["logo: is no SVG, PNG or WebP"]


@pytest.mark.parametrize(
    ("inside", "named"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ('<x:script xmlns:x="http://www.w3.org/2000/svg"/>', "<script>"),
        ("<foreignObject/>", "<foreignObject>"),
        ('<path onload="alert(1)"/>', "onload="),
        ('<a OnClick="x"/>', "OnClick="),
    ],
)
def test_SEC_137_a_drawing_that_does_something_is_refused(inside: str, named: str) -> None:
    assert image_problems(SVG.format(inside)) == [
        f"logo: holds {named}: a logo only shows something"
    ]


def test_SEC_137_a_drawing_that_grows_is_refused() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + SVG.format("&b;")
    assert image_problems(bomb) == ["logo: declares entities, which a logo needs not"]


@pytest.mark.parametrize(
    ("style", "word"),
    [
        ('@import "https://a.example/x.css";', "@import"),
        ("h1 { background: URL( https://a.example/x ); }", "url()"),
        ('h1 { background: url("/own.png"); }', "url()"),
        ("h1 { background: url(data:image/png;base64,x); }", "url()"),
        ('h1 { background: image-set("a.png" 1x); }', "image-set()"),
    ],
)
def test_a_stylesheet_that_loads_something_is_refused(style: str, word: str) -> None:
    expected = f"stylesheet: loads something by {word}, which pages do not let in"
    assert style_problems(style) == [expected]


def test_large_files_are_refused() -> None:
    (found,) = image_problems(SVG.format(" " * MAX_IMAGE_BYTES))
    assert found == f"logo: the file logo cannot be read: it has more than {MAX_IMAGE_BYTES} bytes"
    (found,) = style_problems(" " * (MAX_STYLESHEET_BYTES + 1))
    assert "it has more than 65536 bytes" in found


def test_a_file_may_stand_in_the_configuration_itself() -> None:
    png = "data:image/png;base64,iVBORw0KGgo="
    assert theme_problems(f'logo = "{png}"') == []
    assert theme_problems('logo = "data:image/png,x"') == ['logo: must be "data:TYPE;base64,..."']
    # What it is called does not make it that.
    assert theme_problems('logo = "data:image/png;base64,YWJj"') == ["logo: is no SVG, PNG or WebP"]


def test_a_dark_logo_alone_is_refused() -> None:
    assert theme_problems('dark_logo = "a"', a=SVG) == ["dark_logo: needs a logo beside it"]


@pytest.mark.parametrize("colour", ["red", "#12", "#12345", "#ggg", "#fff;", "rgb(0,0,0)", "#0\n"])
def test_SEC_137_what_is_no_colour_is_refused(colour: str) -> None:
    (found,) = theme_problems(f'light.page = "{colour.encode("unicode_escape").decode()}"')
    assert found == 'light.page: must be a colour such as "#1d4ed8" or "#fff"'


@pytest.mark.parametrize(
    ("colours", "said"),
    [
        (
            'light.primary = "#ffcc00"',
            (
                "light.primary: warning: on_primary (#fff) on primary (#ffcc00) has a contrast of "
                "1.5 to 1: some people could not read it; it should be 4.5 or more"
            ),
        ),
        ('dark.edge = "#374151"', "dark.edge: warning: edge (#374151) on card (#1f2937)"),
        ('light.wrong = "#f99"', "light.wrong: warning: wrong (#f99) on card (#fff)"),
    ],
)
def test_colours_that_some_could_not_read_are_pointed_out(colours: str, said: str) -> None:
    (found,) = theme_problems(colours)
    assert found.startswith(said)


def test_links_lead_over_tls_only() -> None:
    (found,) = theme_problems('links.imprint = "http://shop.example"')
    assert found.startswith("links.imprint: must start with")
