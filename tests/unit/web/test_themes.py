"""Pages that look like those of their owner, and those of everybody else."""

import re
from importlib import resources

import pytest

from ostiary.core.model.environment import Environment
from ostiary.core.model.theme import DARK, LIGHT, Theme
from ostiary.http.message import Response
from ostiary.http.security_headers import security_headers
from ostiary.web.pages import FormPage, MessagePage, Page
from ostiary.web.rendering import Pages
from tests.support.environments import make_environment
from tests.support.html import Element, check_page, parse_elements, visible_text
from tests.support.themes import make_theme
from tests.unit.web.test_rendering import EVERY_KIND, name_of

PAGE = MessagePage("Sign-on", "You are signed on")


def theme_path(_env: Environment, name: str) -> str:
    return f"/assets/theme/{name}"


PAGES = Pages().of_face(theme_path)


def environment(theme: Theme | None) -> Environment:
    return make_environment("shop", theme=theme)


def show(page: Page = PAGE, theme: Theme | None = None, language: str = "en") -> Response:
    return PAGES.render(page, env=environment(theme or make_theme()), language=language)


def elements(response: Response, tag: str) -> list[Element]:
    return [each for each in parse_elements(response.body) if each.tag == tag]


def policy_of(response: Response) -> str:
    assert response.policy is not None
    return response.policy.decode()


@pytest.mark.parametrize("page", EVERY_KIND, ids=name_of)
def test_SEC_137_a_page_with_a_theme_is_safe_and_accessible(page: Page) -> None:
    response = show(page)
    sent = {**dict(security_headers(is_dev=False)), **dict(response.headers)}
    headers = {name.decode(): value.decode() for name, value in sent.items()}
    check_page({**headers, "content-security-policy": policy_of(response)}, response.body)
    assert "Example Shop" in elements(response, "title")[0].text


@pytest.mark.parametrize("page", EVERY_KIND, ids=name_of)
def test_without_a_theme_a_page_is_what_it_was(page: Page) -> None:
    plain = Pages().render(page)
    for other in (PAGES.render(page, env=environment(None)), PAGES.render(page)):
        assert (other.body, other.policy) == (plain.body, plain.policy)
    assert b"'self'" not in (plain.policy or b"")
    assert not {"header", "footer", "link"} & {each.tag for each in parse_elements(plain.body)}


def test_a_page_says_whose_it_is() -> None:
    response, theme = show(), make_theme()
    assert elements(response, "title")[0].text == "Sign-on – Example Shop"
    assert theme.logo is not None
    assert theme.dark_logo is not None
    (logo,) = elements(response, "img")
    assert logo.attributes == {"src": f"/assets/theme/{theme.logo.name}", "alt": "Example Shop"}
    (dark,) = elements(response, "source")
    assert dark.attributes == {
        "srcset": f"/assets/theme/{theme.dark_logo.name}",
        "media": "(prefers-color-scheme: dark)",
    }


def test_without_a_logo_a_page_says_it_in_words() -> None:
    response = show(theme=Theme("Example <Shop>"))
    assert "Example <Shop>" in visible_text(response.body)
    assert elements(response, "img") == elements(response, "link") == []
    assert "'self'" not in policy_of(response)
    assert "img-src" not in policy_of(response)


def test_a_stylesheet_is_let_in_beside_our_own() -> None:
    response, theme = show(), make_theme()
    assert theme.stylesheet is not None
    (link,) = elements(response, "link")
    assert link.attributes == {
        "rel": "stylesheet",
        "href": f"/assets/theme/{theme.stylesheet.name}",
    }
    assert re.search(r"; style-src 'self' 'sha256-[^ ]+'; img-src 'self'; ", policy_of(response))


def test_the_logo_of_an_application_is_let_in_beside_it() -> None:
    response = show(FormPage("T", "H", "/x", logo="https://logos.example.com/a.png"))
    assert "; img-src 'self' https://logos.example.com/a.png; " in policy_of(response)
    assert len(elements(response, "img")) == 2


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", ["Imprint", "Privacy", "Terms of use", "Accessibility", "Help"]),
        (
            "de",
            ["Impressum", "Datenschutz", "Nutzungsbedingungen", "Barrierefreiheit", "Hilfe"],
        ),
        (
            "fr",
            [
                "Mentions légales",
                "Confidentialité",
                "Conditions d'utilisation",
                "Accessibilité",
                "Aide",
            ],
        ),
    ],
)
def test_links_are_said_in_the_readers_language(language: str, labels: list[str]) -> None:
    links = elements(show(language=language), "a")
    assert [link.text for link in links] == labels
    assert links[0].attributes == {"href": "https://shop.example/imprint", "rel": "noreferrer"}


def test_the_colours_without_a_theme_are_those_that_a_check_reckons_with() -> None:
    style = (resources.files("ostiary.web") / "templates" / "style.css").read_text()
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    for text, colours in ((light, LIGHT), (dark, DARK)):
        block = text[: text.index("}")]
        found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", block))
        assert found == {name.replace("_", "-"): value for name, value in colours.items()}
