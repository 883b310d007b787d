"""The example applications of `examples/agentless/`, joined by a real server."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2
import pytest

from tests.support.agentless import Agentless, running_agentless
from tests.support.html import parse_form
from tests.support.server import wait_for

PAIRS = (("flask", "fastapi"), ("fastapi", "flask"))
PASSWORDS = {"joe": "2Federate!", "ann": "3Federate!"}


@pytest.fixture(scope="module", params=PAIRS, ids="-".join)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Agentless]:
    desk, shop = request.param
    with running_agentless(tmp_path_factory.mktemp("agentless"), desk=desk, shop=shop) as running:
        yield running


@dataclass
class Visitor:
    """Somebody with a browser; `went` is every URL that it was at."""

    place: Agentless
    went: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = ssl.create_default_context(cafile=str(self.place.ca_path))
        self.http = httpx2.Client(verify=context, timeout=20)

    def get(self, url: str) -> httpx2.Response:
        """Go to a URL, and on to wherever that leads."""
        return self._go_on(self.http.get(url))

    def post(self, url: str, **fields: str) -> httpx2.Response:
        """Send a form, and go on to wherever that leads."""
        return self._go_on(self.http.post(url, data=fields))

    def _go_on(self, answer: httpx2.Response) -> httpx2.Response:
        for _ in range(20):
            self.went.append(str(answer.url))
            if answer.is_redirect:
                answer = self.http.get(urljoin(str(answer.url), answer.headers["location"]))
            elif b'name="REF"' in answer.content:
                form = parse_form(answer.content)
                answer = self.http.post(urljoin(str(answer.url), form.action), data=form.fields)
            else:
                return answer
        raise AssertionError(f"no end in sight: {self.went}")

    def sign_on(self, username: str = "joe") -> httpx2.Response:
        """Begin at the shop, and sign on at the desk."""
        asked = self.get(f"{self.place.shop}/")
        assert "The desk" in asked.text, asked.text
        return self.sign_on_at_desk(username)

    def sign_on_at_desk(self, username: str = "joe", **changed: str) -> httpx2.Response:
        fields = {"username": username, "password": PASSWORDS[username], "do": "sign-on"}
        return self.post(f"{self.place.desk}/sign-on", **{**fields, **changed})


@pytest.fixture
def joe(place: Agentless) -> Iterator[Visitor]:
    visitor = Visitor(place)
    yield visitor
    visitor.http.close()


def test_what_the_desk_knows_the_shop_gets_to_know(joe: Visitor) -> None:
    welcome = joe.sign_on()
    assert "Welcome, joe" in welcome.text
    assert "joe@example.com" in welcome.text
    assert "night" in welcome.text
    assert "Sample" in welcome.text


def test_who_is_signed_on_at_the_desk_is_not_asked_again(joe: Visitor) -> None:
    joe.sign_on()
    joe.http.cookies.delete("shop")
    assert "Welcome, joe" in joe.get(f"{joe.place.shop}/").text


def test_a_wrong_password_is_told_at_the_desk(joe: Visitor) -> None:
    joe.get(f"{joe.place.shop}/")
    refused = joe.sign_on_at_desk(password="wrong")
    assert refused.status_code == 403
    assert "That is not right." in refused.text
    assert "Welcome, joe" in joe.sign_on_at_desk().text


def test_who_cancels_is_signed_on_nowhere(joe: Visitor) -> None:
    joe.get(f"{joe.place.shop}/")
    left = joe.sign_on_at_desk(do="cancel")
    assert str(left.url).startswith(joe.place.base_url)
    assert "The desk" in joe.get(f"{joe.place.shop}/").text


def test_signing_off_at_the_shop_signs_off_at_the_desk_and_comes_back(joe: Visitor) -> None:
    joe.sign_on()
    joe.went.clear()
    left = joe.post(f"{joe.place.shop}/logout")

    assert "You are signed off" in left.text
    assert str(left.url) == f"{joe.place.shop}/goodbye"
    paths = [urlsplit(url).netloc + urlsplit(url).path for url in joe.went]
    for application in (joe.place.desk, joe.place.shop):
        assert f"{urlsplit(application).netloc}/signed-off" in paths
    assert "The desk" in joe.get(f"{joe.place.shop}/").text


def test_signing_off_one_person_leaves_the_other_alone(joe: Visitor) -> None:
    ann = Visitor(joe.place)
    ann.sign_on("ann")
    joe.sign_on()
    joe.post(f"{joe.place.shop}/logout")
    assert "Welcome, ann" in ann.get(f"{joe.place.shop}/").text
    ann.http.close()


def test_signing_off_in_one_browser_leaves_the_same_person_at_the_desk_in_another(
    joe: Visitor,
) -> None:
    at_home = Visitor(joe.place)
    at_home.sign_on()
    joe.sign_on()
    joe.post(f"{joe.place.shop}/logout")

    at_desk = at_home.http.cookies["desk"]
    at_home.http.cookies.clear()
    at_home.http.cookies.set("desk", at_desk)
    assert "Welcome, joe" in at_home.get(f"{joe.place.shop}/").text
    at_home.http.close()


def test_SEC_171_a_reference_is_good_in_the_browser_that_it_was_asked_for_alone(
    joe: Visitor,
) -> None:
    attacker = Visitor(joe.place)
    attacker.get(f"{joe.place.shop}/")
    mine = attacker.http.post(
        f"{joe.place.desk}/sign-on",
        data={"username": "ann", "password": PASSWORDS["ann"], "do": "sign-on"},
    )
    reference = dict(parse_qsl(urlsplit(mine.headers["location"]).query))["REF"]

    joe.get(f"{joe.place.shop}/")
    other = joe.http.post(
        f"{joe.place.desk}/sign-on",
        data={"username": "joe", "password": PASSWORDS["joe"], "do": "sign-on"},
    )
    path = urlsplit(other.headers["location"]).path
    swapped = joe.get(f"{joe.place.base_url}{path}?REF={reference}")
    assert "Welcome" not in swapped.text
    attacker.http.close()


def test_SEC_266_a_way_to_the_shop_that_began_in_another_browser_signs_nobody_on(
    joe: Visitor,
) -> None:
    attacker = Visitor(joe.place)
    attacker.get(f"{joe.place.shop}/")
    answer = attacker.http.post(
        f"{joe.place.desk}/sign-on",
        data={"username": "ann", "password": PASSWORDS["ann"], "do": "sign-on"},
    )
    back = attacker.http.get(answer.headers["location"])
    arriving = back.headers["location"]
    assert arriving.startswith(f"{joe.place.shop}/arrive/")

    assert "Welcome" not in joe.get(arriving).text
    attacker.http.close()


@pytest.mark.parametrize("path", ["/sign-on?REF=ABC", "/sign-on?REF=ABC&resumePath=//evil.example"])
def test_a_reference_that_nobody_gave_out_brings_nobody_anywhere(joe: Visitor, path: str) -> None:
    answer = joe.http.get(joe.place.desk + path)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_a_form_carries_a_reference_to_the_desk_as_well_as_a_link(tmp_path: Path) -> None:
    form_post = {"transport": "form_post"}
    with running_agentless(
        tmp_path / "forms", desk="fastapi", shop="flask", of_desk=form_post
    ) as place:
        visitor = Visitor(place)
        assert "Welcome, joe" in visitor.sign_on().text
        assert f"{place.desk}/sign-on" in visitor.went
        visitor.http.close()


def test_a_call_of_the_server_signs_off_as_well(tmp_path: Path) -> None:
    back_channel = {"logout_mode": "back_channel"}
    with running_agentless(tmp_path / "calls", of_desk=back_channel, of_shop=back_channel) as place:
        visitor = Visitor(place)
        visitor.sign_on()
        left = visitor.post(f"{place.shop}/logout")
        assert "You are signed off" in left.text
        wait_for(lambda: "Welcome" not in visitor.get(f"{place.shop}/").text, 15)
        wait_for(lambda: "The desk" in visitor.get(f"{place.shop}/").text, 15)
        visitor.http.close()
