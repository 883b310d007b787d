"""Pages that look like those of their owner, in a browser that holds them to their policy."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import Person
from tests.browser.watching import Watch
from tests.browser.websites import WebSites

LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">
<rect width="40" height="40" rx="8" fill="#0f766e"/></svg>"""
_SHOWN = "(image) => image.complete && image.naturalWidth > 0"
_COLOUR = "(element) => getComputedStyle(element).backgroundColor"
_OUTLINE = "(element) => getComputedStyle(element).outlineColor"
_FONT = "(element) => getComputedStyle(element).fontFamily"


@pytest.mark.parametrize(
    ("scheme", "colour", "focus", "logo"),
    [
        ("light", "rgb(154, 52, 18)", "rgb(154, 52, 18)", "/logo-"),
        # The theme has no colour of its own for the focus in the dark.
        ("dark", "rgb(253, 186, 116)", "rgb(253, 230, 138)", "/dark-logo-"),
    ],
)
def test_a_page_has_the_colours_rules_and_logo_of_its_owner(
    person_at_bakery: Person, scheme: str, colour: str, focus: str, logo: str
) -> None:
    page = person_at_bakery.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    try:
        person_at_bakery.open("asking")
        button = page.get_by_role("button", name="Sign on", exact=True)
        assert button.evaluate(_COLOUR) == colour
        assert person_at_bakery.field("Username").evaluate(_OUTLINE) == focus
        assert "Georgia" in page.get_by_role("heading").evaluate(_FONT)
        shown = page.get_by_role("img", name="Northwind Bakery")
        assert shown.evaluate(_SHOWN)
        assert logo in shown.evaluate("(image) => image.currentSrc")
        expect(page).to_have_title("Sign on – Northwind Bakery")
    finally:
        page.emulate_media(color_scheme="null")


def test_links_stand_below_every_page(person_at_bakery: Person) -> None:
    person_at_bakery.open("asking")
    link = person_at_bakery.page.get_by_role("link", name="Imprint")
    expect(link).to_have_attribute("href", "https://bakery.example/imprint")
    person_at_bakery.open("nobody-knows-it")
    expect(person_at_bakery.page.get_by_role("alert")).to_be_visible()
    expect(link).to_be_visible()


def test_somebody_signs_on_at_a_page_with_a_theme(
    person_at_bakery: Person, sites: WebSites
) -> None:
    sites.pages["/logo.svg"] = LOGO
    person_at_bakery.open("asking", state="with it")
    person_at_bakery.sign_on()
    # The application's logo comes from where the application is, beside the owner's.
    images = person_at_bakery.page.locator("img")
    expect(images).to_have_count(2)
    assert all(image.evaluate(_SHOWN) for image in images.all())
    person_at_bakery.press("Allow")
    assert person_at_bakery.answer()["state"] == "with it"


def test_SEC_137_no_other_picture_gets_onto_the_page(
    person_at_bakery: Person, watched: Watch, sites: WebSites
) -> None:
    sites.pages["/logo.svg"] = sites.pages["/other.svg"] = LOGO
    page = person_at_bakery.page
    person_at_bakery.open("asking")
    assert _load(page, f"{sites.application}/logo.svg")
    assert not _load(page, f"{sites.application}/other.svg")
    assert not _load(page, f"{sites.stranger}/logo.svg")
    assert len(watched.violations) == 2
    watched.violations.clear()


def test_SEC_137_a_logo_opened_by_itself_is_no_page(person_at_bakery: Person) -> None:
    page = person_at_bakery.page
    person_at_bakery.open("asking")
    address = page.get_by_role("img", name="Northwind Bakery").get_attribute("src")
    before = page.url
    with page.expect_download():
        page.evaluate("(address) => { location = address; }", address)
    assert page.url == before


def _load(page: Page, address: str) -> bool:
    """Tell whether a picture may be shown on the page."""
    return bool(
        page.evaluate(
            """(address) => new Promise((resolve) => {
                const image = new Image();
                image.onload = () => resolve(true);
                image.onerror = () => resolve(false);
                image.src = address;
            })""",
            address,
        )
    )
