"""A theme compiled: names that change with the content, colours as a stylesheet."""

from hashlib import sha256

import pytest

from ostiary.core.admin.bodies import ThemeBody, ThemeColoursBody, ThemeLinksBody
from ostiary.core.admin.compiler.theme_compiler import compile_theme
from ostiary.core.admin.contents import ConfigurationBrokenError
from ostiary.core.base.data_urls import write_data_url
from ostiary.core.model.theme import LinkKind
from tests.support.administration import FULL, Installation


def test_colours_come_before_the_owners_own_rules() -> None:
    body = ThemeBody(
        stylesheet=write_data_url("text/css", b"h1 { color: var(--primary); }\n"),
        light=ThemeColoursBody(primary="#0f766e", on_primary="#fff"),
        dark=ThemeColoursBody(page="#000"),
    )
    stylesheet = compile_theme(body, "Shop").stylesheet
    assert stylesheet is not None
    assert stylesheet.content.decode() == (
        "@media not all and (prefers-color-scheme: dark) {\n"
        ":root {\n  --primary: #0f766e;\n  --on-primary: #fff;\n}\n}\n"
        "@media (prefers-color-scheme: dark) {\n:root {\n  --page: #000;\n}\n}\n"
        "h1 { color: var(--primary); }\n"
    )
    assert stylesheet.name == f"style-{sha256(stylesheet.content).hexdigest()[:24]}.css"


def test_a_theme_without_colours_and_rules_has_no_stylesheet() -> None:
    theme = compile_theme(ThemeBody(), "Shop")
    assert (theme.title, theme.stylesheet, theme.logo, theme.links) == ("Shop", None, None, ())


def test_an_earlier_name_leads_to_what_has_come_in_its_place() -> None:
    old, new = (
        compile_theme(ThemeBody(logo=write_data_url("image/png", content)), "Shop").logo
        for content in (b"old", b"new")
    )
    assert old is not None
    assert new is not None
    theme = compile_theme(ThemeBody(logo=write_data_url("image/png", b"new")), "Shop")
    assert old.name != new.name
    assert theme.find_file(old.name) == theme.find_file(new.name) == new
    assert theme.find_file("dark-logo-0.png") is theme.find_file("style-0.css") is None
    assert theme.find_file("") is None


async def test_a_stored_theme_comes_with_its_environment() -> None:
    installation = Installation()
    await installation.apply(FULL)
    theme = (await installation.environment("main")).theme
    assert theme is not None
    assert theme.title == "The Main"
    assert theme.links == ((LinkKind.IMPRINT, "https://main.example.com/imprint"),)
    assert theme.logo is not None
    assert theme.logo.media_type == "image/svg+xml"
    assert (await installation.environment("people")).theme is None


async def test_a_change_of_a_theme_is_told_in_few_words() -> None:
    installation = Installation()
    await installation.apply(FULL)
    changed = FULL.replace("iVBORw0KGgo=", "iVBORw0KGgoA").replace('"#0f766e"', '"#115e59"')
    assert (await installation.plan(changed)).changes == (
        (
            "environments.main.theme.dark_logo: image/png, 8 bytes, SHA-256 4c4b6a3be131 → "
            "image/png, 9 bytes, SHA-256 843ac23b1736"
        ),
        'environments.main.theme.light.primary: "#0f766e" → "#115e59"',
    )
    without = FULL[: FULL.index("[environments.main.theme]")]
    without += FULL[FULL.index("[environments.people]") :]
    assert (await installation.plan(without)).changes == ("- environments.main.theme",)


@pytest.mark.parametrize(
    "body",
    [
        ThemeBody(logo="logo.svg"),
        ThemeBody(logo=write_data_url("text/html", b"x")),
        ThemeBody(stylesheet=write_data_url("text/css", b"\xff")),
    ],
)
def test_what_is_no_theme_is_not_run(body: ThemeBody) -> None:
    with pytest.raises(ConfigurationBrokenError):
        compile_theme(body, "Shop")


def test_links_stand_in_one_order() -> None:
    links = ThemeLinksBody(support="https://a.example", imprint="https://b.example")
    kinds = [kind for kind, _ in compile_theme(ThemeBody(links=links), "Shop").links]
    assert kinds == [LinkKind.IMPRINT, LinkKind.SUPPORT]
