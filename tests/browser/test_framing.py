"""Pages of other sites around ours."""

import re
from collections.abc import Callable

import pytest

from tests.browser.installation import authorize_url
from tests.browser.person import Person
from tests.browser.watching import Watch

_FRAME = """url => new Promise(resolve => {
    const frame = document.createElement("iframe");
    frame.onload = resolve;
    frame.src = url;
    document.body.append(frame);
})"""
_ERROR_OF_THE_BROWSER = re.compile("^chrome-error:")


def sign_on_page(person: Person) -> str:
    """Return where the sign-on page is."""
    return authorize_url(person.base_url, "quick", person.callback)


def consent_page(person: Person) -> str:
    """Return where somebody is asked for consent right now."""
    person.open("web-client")
    person.sign_on()
    return person.form_action()


def posting_page(person: Person) -> str:
    """Return where an answer is posted from by itself."""
    person.open("quick")
    person.sign_on()
    person.answer()
    base_url = person.base_url
    return authorize_url(base_url, "quick", person.callback, response_mode="form_post")


def logout_page(person: Person) -> str:
    """Return where somebody is asked whether to sign off."""
    person.open("quick")
    person.sign_on()
    person.answer()
    return f"{person.base_url}/idp/init_logout.openid"


def error_page(person: Person) -> str:
    """Return where an error is shown."""
    return authorize_url(person.base_url, "nobody-knows-it", person.callback)


def missing_flow(person: Person) -> str:
    """Return where there is no flow."""
    return f"{person.base_url}/as/{'x' * 22}/resume/as/authorization.ping"


@pytest.mark.parametrize(
    "find", [sign_on_page, consent_page, posting_page, logout_page, error_page, missing_flow]
)
def test_SEC_27_SEC_135_no_page_is_shown_in_a_frame(
    person: Person, watched: Watch, find: Callable[[Person], str]
) -> None:
    url = find(person)
    for origin in (person.sites.stranger, person.sites.neighbour):
        person.page.goto(f"{origin}/frame")
        person.page.evaluate(_FRAME, url)
        (frame,) = person.page.main_frame.child_frames
        frame.wait_for_url(_ERROR_OF_THE_BROWSER)

    assert len(watched.violations) == 2
    assert all("frame-ancestors 'none'" in each for each in watched.violations)
    watched.violations.clear()
