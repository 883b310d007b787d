"""PingOne's pages speak the language that the application, or else the browser, asks for."""

import pytest

from ostiary.core.base.languages import LANGUAGES
from tests.support.html import parse_elements
from tests.support.pingone_browsing import WEB, PingOneBrowsing, make_pingone_sign_on_app

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
