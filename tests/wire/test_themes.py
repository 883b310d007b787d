"""Themes through both faces: pages name files, browsers fetch and keep them."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ostiary.core.model.environment import Environment, Face
from ostiary.core.model.theme import Theme
from tests.support.app import BASE_URL, make_app, make_pingone_environment
from tests.support.asgi import Answer
from tests.support.html import parse_elements
from tests.support.tenants import make_tenant, pingfederate_managers
from tests.support.themes import files_of, make_theme

FACES = (Face.PINGFEDERATE, Face.PINGONE)
THEME = make_theme()


class Faces:
    """An application with one environment of each face, and another one without a theme."""

    def __init__(self, theme: Theme = THEME) -> None:
        federate = make_tenant(
            "shop", Face.PINGFEDERATE, BASE_URL, managers=pingfederate_managers(), clients=()
        )
        self.plain = make_pingone_environment("plain")
        one = make_pingone_environment("shop-one")
        self.environments: Mapping[Face, Environment] = {
            Face.PINGFEDERATE: replace(federate, theme=theme),
            Face.PINGONE: replace(one, theme=theme),
        }
        self.app = make_app(environments=[*self.environments.values(), self.plain])

    def prefix(self, face: Face) -> str:
        """Return what stands before every path of an environment."""
        return "" if face is Face.PINGFEDERATE else f"/{self.environments[face].id}"

    async def get(self, face: Face, path: str) -> Answer:
        """Ask for something below an environment."""
        caller = self.app.pingfederate if face is Face.PINGFEDERATE else self.app.pingone
        return await caller.get(self.prefix(face) + path)

    async def page(self, face: Face) -> Answer:
        """Return a page: one that says that a request is not right."""
        path = "/as/authorization.oauth2" if face is Face.PINGFEDERATE else "/as/authorize"
        return await self.get(face, path)


@pytest.mark.parametrize("face", FACES)
async def test_a_page_names_files_that_are_there(face: Face) -> None:
    faces = Faces()
    page = await faces.page(face)
    named = [
        each.attributes[attribute]
        for each in parse_elements(page.body)
        for attribute in ("src", "srcset", "href")
        if each.attributes.get(attribute, "").startswith("/")
    ]
    assert len(named) == 3
    for path in named:
        assert path.startswith(f"{faces.prefix(face)}/assets/theme/")
        answer = await faces.get(face, path.removeprefix(faces.prefix(face)))
        assert answer.status == 200


@pytest.mark.parametrize("face", FACES)
async def test_SEC_137_a_file_is_kept_and_nothing_in_it_runs(face: Face) -> None:
    faces = Faces()
    for file in files_of(THEME):
        answer = await faces.get(face, f"/assets/theme/{file.name}")
        assert answer.body == file.content
        sent = answer.unique_headers
        assert sent["content-type"] == file.media_type
        assert sent["cache-control"] == "public, max-age=31536000, immutable"
        assert sent["x-content-type-options"] == "nosniff"
        assert sent["content-disposition"] == "attachment"
        assert sent["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "set-cookie" not in sent


@pytest.mark.parametrize("face", FACES)
async def test_an_earlier_name_gets_what_is_there_now_and_is_not_kept(face: Face) -> None:
    answer = await Faces().get(face, f"/assets/theme/style-{'0' * 24}.css")
    assert THEME.stylesheet is not None
    assert (answer.status, answer.body) == (200, THEME.stylesheet.content)
    assert answer.header("cache-control") == "no-store"


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("name", ["nothing", "logo", "..%2f..%2fetc%2fpasswd", "-", "style.css"])
async def test_nothing_else_is_there(face: Face, name: str) -> None:
    assert (await Faces().get(face, f"/assets/theme/{name}")).status == 404


async def test_SEC_223_an_environment_shows_its_own_theme_alone() -> None:
    faces = Faces()
    answer = await faces.app.pingone.get(f"/{faces.plain.id}/as/authorize")
    assert answer.status == 400
    assert b"Example Shop" not in answer.body
    for file in files_of(THEME):
        path = f"/{faces.plain.id}/assets/theme/{file.name}"
        assert (await faces.app.pingone.get(path)).status == 404
