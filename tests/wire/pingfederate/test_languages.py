"""Pages speak the language that the application, or else the browser, asks for."""

import pytest

from ostiary.core.base.languages import LANGUAGES
from ostiary.core.model.policy import StepInstance
from ostiary.core.ports.delivery import Template
from tests.support.asgi import Answer
from tests.support.browsing import PASSWORD, PI_FLOW, WEB, Browsing, make_sign_on_app
from tests.support.html import parse_elements, visible_text
from tests.support.users import make_user

WORDS = {"en": "Username", "de": "Benutzername", "fr": "Nom d'utilisateur"}


def accepting(languages: str) -> tuple[tuple[str, str], ...]:
    return (("accept-language", languages),)


def language_of(page: Answer) -> str | None:
    (html,) = (each for each in parse_elements(page.body) if each.tag == "html")
    return html.attributes["lang"]


async def begin(browsing: Browsing, header: str, **asked: str) -> Answer:
    """Begin a sign-on with a header Accept-Language, and return its page."""
    page = await browsing.authorize(WEB, **asked)
    form = next(each for each in parse_elements(page.body) if each.tag == "form")
    return await browsing.get(str(form.attributes["action"]), accepting(header))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_is_in_the_language_that_the_browser_asks_for(language: str) -> None:
    page = await begin(Browsing(make_sign_on_app()), f"{language}, en;q=0.1")
    assert language_of(page) == language
    assert WORDS[language] in visible_text(page.body)


async def test_the_wish_of_the_application_comes_first() -> None:
    page = await begin(Browsing(make_sign_on_app()), "de", ui_locales="it fr-CA de")
    assert language_of(page) == "fr"


@pytest.mark.parametrize("header", ["", "it", "*", ";;;", "de;q=0", "\xff\xfe", "a" * 5000])
async def test_OIDC_39_a_language_that_there_is_not_is_english(header: str) -> None:
    page = await begin(Browsing(make_sign_on_app()), header, ui_locales="se")
    assert (page.status, language_of(page)) == (200, "en")


async def test_what_is_wrong_is_said_in_the_same_language() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB, ui_locales="de")
    again = await browsing.press(page, pf_username="joe", pf_pass="wrong")
    assert "Der Benutzername oder das Passwort stimmt nicht." in visible_text(again.body)


async def test_a_refusal_is_said_in_the_language_of_the_browser() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.get("/as/nothing/resume/as/authorization.ping", accepting("fr"))
    assert language_of(page) == "fr"
    assert "Cette connexion n'existe plus ici." in visible_text(page.body)


async def test_signing_off_is_said_in_the_language_of_the_browser() -> None:
    browsing = Browsing(make_sign_on_app())
    await browsing.press(await browsing.authorize(WEB), pf_username="joe", pf_pass=PASSWORD)
    page = await browsing.get("/idp/init_logout.openid", accepting("de-AT"))
    assert language_of(page) == "de"
    assert "Möchten Sie sich abmelden?" in visible_text(page.body)


async def test_a_message_is_in_the_language_of_the_page_that_sent_it() -> None:
    form = StepInstance("form", "username_password", {"recovery": True})
    eve = make_user(2, username="eve", attributes={"mail": "eve@example.com"})
    app = make_sign_on_app(users=[eve], steps={"form": form})
    browsing = Browsing(app)
    page = await browsing.authorize(WEB, ui_locales="de")
    asking = await browsing.press(page, "initiateAccountRecovery")
    assert "Passwort vergessen" in visible_text(asking.body)
    await browsing.press(asking, pf_username="eve")
    assert app.outbox.last(Template.RECOVERY_CODE).locale == "de"
    assert "Sie haben Ihr Passwort" in app.outbox.texts[-1]


async def test_programs_get_what_to_show_in_the_language_that_they_ask_for() -> None:
    browsing = Browsing(make_sign_on_app())
    begun = (await browsing.authorize(PI_FLOW, ui_locales="de")).json()
    answer = await browsing.act(begun["id"], "checkUsernamePassword", {"username": "joe"})
    (detail,) = answer.json()["details"]
    assert (detail["message"], detail["userMessage"]) == ("password is required.", "Pflichtfeld.")
