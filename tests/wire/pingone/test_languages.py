"""PingOne's pages speak the language that the application, or else the browser, asks for."""

import pytest

from ostiary.core.base.languages import LANGUAGES
from tests.support.html import parse_elements
from tests.support.pingone_browsing import (
    RIGHT,
    WEB,
    PingOneBrowsing,
    make_pingone_sign_on_app,
)

LABELS = {
    "en": ["Username", "Password", "Sign on", "Cancel"],
    "de": ["Benutzername", "Passwort", "Anmelden", "Abbrechen"],
    "fr": ["Nom d'utilisateur", "Mot de passe", "Se connecter", "Annuler"],
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_is_in_the_language_that_the_application_asks_for(language: str) -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    location = (await browsing.authorize(WEB, ui_locales=language)).header("location") or ""
    elements = parse_elements((await browsing.get(location)).body)
    labels = [each.text for each in elements if each.tag in {"label", "button"}]
    assert labels == LABELS[language]
    assert elements[0].attributes["lang"] == language


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Invalid username and/or password."),
        ("de", "Der Benutzername oder das Passwort stimmt nicht."),
        ("fr", "Le nom d'utilisateur ou le mot de passe n'est pas correct."),
    ],
)
async def test_what_is_wrong_with_an_action_is_told_people_in_their_language(
    language: str, message: str
) -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    flow = await browsing.begin(ui_locales=language)
    refused = (await browsing.check_password(flow["id"], {**RIGHT, "password": "no"})).json()
    assert refused["code"] == "INVALID_DATA"
    (detail,) = refused["details"]
    assert (detail["code"], detail["target"]) == ("INVALID_VALUE", "username")
    assert detail["message"] == message
